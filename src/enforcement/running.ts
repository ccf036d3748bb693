/** What work under way has used and acted upon so far, as the store counts it. Reads only. */
import type { InstantMs } from '../kernel/clock.ts'
import type { Task } from '../task/task.ts'
import type { CallState } from './call.ts'
import type { EffectRecord } from './effect-record.ts'

/** Calls of one task to one tool that came to the same. */
export type ToolCount = {
  readonly task: string
  readonly tool: string
  readonly effect: string
  readonly state: CallState
  readonly calls: number
  readonly lastAtMs: InstantMs
}

/** Distinct targets of one kind that a task acted upon since an instant. */
export type TargetCount = { readonly task: string; readonly kind: string; readonly targets: number }

/** How much of an agent's a suspension or a retirement ends, and what it leaves. */
export type UnderWay = {
  readonly sessions: number
  readonly requests: number
  /** Granted and not used yet, those of plans left out. */
  readonly approvals: number
  readonly plans: number
  readonly leases: number
  /** In force, or not known yet. They stay. */
  readonly containments: number
}

/** Reads are at least as new as the last commit of this node. */
export type RunningReader = {
  /**
   * Open, not expired and of an agent that is not retired, the newest first; `total` counts those beyond `limit` too.
   */
  readonly openTasks: (
    tenant: string,
    nowMs: InstantMs,
    limit: number,
  ) => Promise<{ readonly tasks: readonly Task[]; readonly total: number }>
  readonly toolCounts: (tenant: string, tasks: readonly string[]) => Promise<readonly ToolCount[]>
  readonly targetCounts: (
    tenant: string,
    tasks: readonly string[],
    sinceMs: InstantMs,
  ) => Promise<readonly TargetCount[]>
  /** What may have changed something, the newest first; at most `perTask` of each task. */
  readonly acts: (
    tenant: string,
    tasks: readonly string[],
    perTask: number,
  ) => Promise<readonly EffectRecord[]>
  readonly underWay: (tenant: string, agent: string, nowMs: InstantMs) => Promise<UnderWay>
}
