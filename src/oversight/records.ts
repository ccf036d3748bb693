/** What the figures of oversight are computed from: closed rows and counted entries, never a person's words. */
import type { InstantMs } from '../kernel/clock.ts'

export type AskedOnce = {
  readonly id: string
  readonly effect: string
  /** The rules that asked; a yes discharges them. */
  readonly rules: readonly string[]
  readonly state: 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled'
  /** `expired_unseen` where nobody opened it in time. */
  readonly reasonCode?: string
  /** In whose hands it was at the end. */
  readonly owner?: string
  readonly createdAtMs: InstantMs
  readonly decidedAtMs?: InstantMs
  readonly decidedBy?: string
  /** When somebody, whoever it was, opened it first. */
  readonly viewedAtMs?: InstantMs
}

export type Advised = { readonly atMs: InstantMs; readonly isOverridden: boolean }

/** Reads are at least as new as the last commit of this node. */
export type OversightStore = {
  /** Requests asked since the instant, newest first; at most `limit`. */
  readonly askedSince: (
    tenant: string,
    fromMs: InstantMs,
    limit: number,
  ) => Promise<readonly AskedOnce[]>
  /** Recommendations of agents recorded since the instant, newest first; at most `limit`. */
  readonly recommendedSince: (
    tenant: string,
    fromMs: InstantMs,
    limit: number,
  ) => Promise<readonly Advised[]>
}
