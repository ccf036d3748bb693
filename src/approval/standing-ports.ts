import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { StandingPlan, StandingUse } from './standing.ts'

/** How often one action ran without a person being asked, of all the times it ran. */
export type PreApproved = {
  readonly action: string
  readonly passed: number
  readonly ran: number
  readonly sampled: number
  readonly agreed: number
  readonly disagreed: number
}

/** Reads are at least as new as the last commit of this node. */
export type StandingStore = {
  readonly byId: (tenant: string, id: string) => Promise<StandingPlan | undefined>
  readonly list: (tenant: string) => Promise<readonly StandingPlan[]>
  /** Live ones for the action, the oldest first. */
  readonly live: (tenant: string, action: string) => Promise<readonly StandingPlan[]>
  readonly put: (tx: Tx, plan: StandingPlan) => Promise<void>
  /** The plan under lock, so that its revocation and its use are ordered. */
  readonly lock: (tx: Tx, id: string) => Promise<StandingPlan | undefined>
  /** False, changing nothing, when it is not live. */
  readonly revoke: (tx: Tx, id: string) => Promise<boolean>
  readonly putUse: (tx: Tx, use: StandingUse) => Promise<void>
  /** Sampled uses nobody has judged, the oldest first. */
  readonly queue: (tenant: string) => Promise<readonly StandingUse[]>
  readonly useOf: (tenant: string, call: string) => Promise<StandingUse | undefined>
  /** False, changing nothing, when it was not sampled or is judged. */
  readonly judge: (
    tx: Tx,
    call: string,
    verdict: NonNullable<StandingUse['verdict']>,
    person: string,
    atMs: InstantMs,
  ) => Promise<boolean>
  readonly preApproved: (tenant: string) => Promise<readonly PreApproved[]>
}
