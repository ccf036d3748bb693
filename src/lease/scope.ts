/**
 * What a lease is good for: at most the tool, the targets and the verb of the decision that minted it (R59), at
 * one audience. Two scopes are compared by digest; a lease never grows.
 */
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'

export type LeaseScope = {
  readonly upstream: string
  /** The exposed name of the tool the frame goes to. */
  readonly tool: string
  /** Verb and kind, e.g. `deny:ipv4_net`. */
  readonly action: string
  readonly effect: string
  readonly targets: readonly { readonly kind: string; readonly id: string }[]
  /** Who may be shown the credential: the address of the tool server, or its id where it has none. */
  readonly audience: string
}

export function scopeDigest(scope: LeaseScope): Digest {
  const { upstream, tool, action, effect, targets, audience } = scope
  const sorted = targets.map(({ kind, id }) => `${kind}:${id}`).sort()
  return digestOfJson('countersign-lease-v1', [upstream, tool, action, effect, sorted, audience])
}

/** One lease each: the step is the call that carries it out. */
export function placeDigest(task: string, scope: LeaseScope, step: string): Digest {
  return digestOfJson('countersign-lease-v1', [task, scopeDigest(scope), step])
}
