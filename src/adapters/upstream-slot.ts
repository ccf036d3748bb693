/** The place of one connection, and how long it must wait before it is tried again. */
import type { Connection } from './upstream-connection.ts'
import type { UpstreamSpec } from './upstream-spec.ts'

/** The first pause after a failure; real servers start in about a second. Milliseconds. */
const FIRST_BACKOFF_MS = 250
/** A connection that lived this long did not fail at start. Milliseconds. */
const STABLE_MS = 10_000

export type Slot = {
  readonly spec: UpstreamSpec
  /** Of the credential it was opened with. */
  readonly identity: string
  /** Made for one agent session. */
  readonly isPrivate: boolean
  /** Carries the change notices of its upstream, so it is never idle. */
  isHome: boolean
  open: Promise<Connection> | undefined
  live: Connection | undefined
  failures: number
  notBeforeMs: number
}

export function emptySlot(spec: UpstreamSpec, identity: string, isPrivate: boolean): Slot {
  return {
    spec,
    identity,
    isPrivate,
    isHome: false,
    open: undefined,
    live: undefined,
    failures: 0,
    notBeforeMs: 0,
  }
}

/** Another failure: the pause doubles, up to `maxMs`. The first is retried at once: most are a restart. */
export function backOff(slot: Slot, nowMs: number, maxMs: number): void {
  const pauseMs = slot.failures === 0 ? 0 : FIRST_BACKOFF_MS * 2 ** (slot.failures - 1)
  slot.failures++
  slot.notBeforeMs = nowMs + Math.min(pauseMs, maxMs)
}

/** A live connection broke. One that had been well for a while starts with a clean slate. */
export function afterLoss(slot: Slot, nowMs: number, maxMs: number): void {
  const wasStable = slot.live !== undefined && nowMs - slot.live.openedAtMs > STABLE_MS
  if (wasStable) slot.failures = 0
  else backOff(slot, nowMs, maxMs)
}
