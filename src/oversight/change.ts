/**
 * A change to who may do what, or to what is asked of people: proposed by one, confirmed by a second. States
 * move once: `proposed -> confirmed | rejected | expired`, and `alone -> reviewed` for what one person did in
 * an emergency.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Digest } from '../kernel/digest.ts'

export type ChangeState =
  | 'proposed'
  | 'confirmed'
  | 'rejected'
  | 'expired'
  /** Made by one person in an emergency; somebody else has to look at it. */
  | 'alone'
  | 'reviewed'

export type GovernedChange = {
  readonly tenant: string
  readonly id: string
  readonly kind: string
  readonly state: ChangeState
  /** Of kind, content, proposer and end; what the second person has seen. */
  readonly digest: Digest
  readonly proposedBy: string
  /** Entry whose payloads hold `change` (what it would do) and `reason`. */
  readonly entry: string
  readonly createdAtMs: InstantMs
  /** Until when it can be confirmed, or has to be reviewed. */
  readonly dueAtMs: InstantMs
  readonly decidedBy?: string
  readonly decidedAtMs?: InstantMs
}

/** Reads are at least as new as the last commit of this node. */
export type GovernedStore = {
  readonly byId: (tenant: string, id: string) => Promise<GovernedChange | undefined>
  /** Newest first; at most 200. */
  readonly list: (tenant: string, state?: ChangeState) => Promise<readonly GovernedChange[]>
  /** Proposed, and due before the instant. */
  readonly due: (tenant: string, nowMs: InstantMs) => Promise<readonly GovernedChange[]>
  /** The change under lock, so that two deciders are ordered. */
  readonly lock: (tx: Tx, id: string) => Promise<GovernedChange | undefined>
  readonly put: (tx: Tx, change: GovernedChange) => Promise<void>
}
