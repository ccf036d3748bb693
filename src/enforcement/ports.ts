import type { UpstreamOffer } from '../catalogue/ports.ts'
import type { Tool } from '../catalogue/tool.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { Lease } from '../lease/lease.ts'
import type { LeaseSecret } from '../lease/placement.ts'
import type { TaskSession } from './session.ts'

/** The tools a task may see: granted, approved, right purpose; sorted by exposed name (deterministic). */
export type VisibleTools = (session: TaskSession) => Promise<readonly Tool[]>

/**
 * Requests that carry no act: completions, log level, watching a resource. They inherit the upstream's grant
 * (`mayReach`), are not calls and leave no entry. Anything else must go through `Enforce`.
 */
export type InheritedMethod =
  | 'completion/complete'
  | 'logging/setLevel'
  | 'resources/subscribe'
  | 'resources/unsubscribe'

/** The connections to the tool servers, as far as faces and commands need them beside `Exchange`. */
export type Upstreams = {
  readonly ids: () => readonly string[]
  /** What the server offers now; connects on first use. Throws `upstream_unknown`, `upstream_unreachable`. */
  readonly offer: (upstream: string) => Promise<UpstreamOffer>
  readonly inherit: (
    upstream: string,
    method: InheritedMethod,
    params: JsonObject,
  ) => Promise<JsonObject>
  /** Told when a server says that its tools, prompts, resources or one resource changed. Returns unsubscribe. */
  readonly onChange: (
    listener: (upstream: string, method: string, params: JsonObject) => void,
  ) => () => void
}

/** The credential of an upstream, for a local lease. Read from configuration at call time, never stored. */
export type LocalCredentials = (upstream: string) => LeaseSecret | undefined

/** Told once per commit of this node (and within a second for other nodes); a hint, polling stands behind it. */
export type Changes = {
  readonly wait: (tenant: string, untilMs: number, signal?: AbortSignal) => Promise<void>
}

/**
 * Tells a call that is out when its lease is taken back, on whichever node that was: at once to the eye on this
 * one, within a second and a bit on others. A hint that is lost is made up for by the next.
 */
export type Halts = {
  readonly watch: (lease: Pick<Lease, 'tenant' | 'id'>) => LeaseWatch
}

/** `end` must be called, or the lease is looked at for ever. */
export type LeaseWatch = { readonly signal: AbortSignal; readonly end: () => void }
