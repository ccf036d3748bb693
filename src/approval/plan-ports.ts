import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Plan, PlanState, PlanUse, StopReason } from './plan.ts'

/** Reads are at least as new as the last commit of this node. */
export type PlanStore = {
  readonly byId: (tenant: string, id: string) => Promise<Plan | undefined>
  /** Newest first. */
  readonly list: (tenant: string, state?: PlanState) => Promise<readonly Plan[]>
  /** Its calls, in their order. */
  readonly uses: (tenant: string, plan: string) => Promise<readonly PlanUse[]>
  /** A new plan; a second one of the same id is `conflict`. */
  readonly put: (tx: Tx, plan: Plan) => Promise<void>
  /**
   * Takes the next place in an open plan. False, changing nothing, when it ended or another call took that
   * place: of two parallel takers exactly one gets true.
   */
  readonly take: (tx: Tx, use: PlanUse) => Promise<boolean>
  /** Ends an open plan. False, changing nothing, when it ended before. */
  readonly end: (
    tx: Tx,
    id: string,
    state: Exclude<PlanState, 'open'>,
    reason: StopReason | undefined,
    atMs: InstantMs,
  ) => Promise<boolean>
  /** Approved plans that may still make calls, each with its holder: whoever it was handed to, else who owned the approval. */
  readonly running: (tenant: string) => Promise<readonly Plan[]>
  /** Gives an open plan to another holder, or to nobody. False, changing nothing, when it ended or is theirs. */
  readonly hand: (tx: Tx, id: string, holder: string | undefined) => Promise<boolean>
  /** Open plans of all tenants whose deadline has passed. */
  readonly due: (nowMs: InstantMs, limit: number) => Promise<readonly Plan[]>
}
