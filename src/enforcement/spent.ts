/**
 * How much of its budgets a task or a plan has used: what `take-budgets.ts` and the plan's caps would refuse beyond.
 * Reads only; what may still be taken is decided in the commit that takes it.
 */
import type { PlanCaps, PlanUse } from '../approval/plan.ts'
import type { Task } from '../task/task.ts'
import type { TargetCount } from './running.ts'
import type { Spine } from './spine.ts'
import { taskBudget } from './take-budgets.ts'

export type Budget = {
  readonly of: 'calls' | 'writes' | 'targets'
  /** Kind of target; absent where all kinds count together. */
  readonly kind?: string
  readonly used: number
  readonly limit: number
  /** After this long it starts anew; absent: it never does. */
  readonly windowMs?: number
}

/** `reached`: of this task, within the window of the fan-out limit. */
export async function taskBudgets(
  { budgets, limits }: Pick<Spine, 'budgets' | 'limits'>,
  { tenant, id }: Task,
  reached: readonly TargetCount[],
  nowMs: number,
): Promise<readonly Budget[]> {
  const [ofCalls, ofWrites] = [taskBudget.calls(id), taskBudget.writes(id)]
  const [calls, writes] = await Promise.all([
    budgets.used(tenant, ofCalls.key, ofCalls.windowMs, nowMs),
    budgets.used(tenant, ofWrites.key, ofWrites.windowMs, nowMs),
  ])
  const { windowMs, perTask } = limits.fanOut
  return [
    { of: 'calls', used: calls, limit: limits.callsPerTask, windowMs: ofCalls.windowMs },
    { of: 'writes', used: writes, limit: limits.writesPerTask },
    ...reached.map(({ kind, targets }) => ({
      of: 'targets' as const,
      kind,
      used: targets,
      limit: perTask,
      windowMs,
    })),
  ]
}

export function planBudgets(caps: PlanCaps, uses: readonly PlanUse[]): readonly Budget[] {
  const targets = new Set(uses.flatMap((use) => use.targets))
  return [
    { of: 'calls', used: uses.length, limit: caps.calls },
    { of: 'targets', used: targets.size, limit: caps.targets },
  ]
}
