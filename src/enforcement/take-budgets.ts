/** What a dispatch uses up, taken in its own commit: two parallel calls cannot both have the last unit. */
import { atLeast, type ClassifiedCall } from '../catalogue/tool.ts'
import type { Tx } from '../kernel/commit.ts'
import { Failure } from '../kernel/failure.ts'
import type { Spine } from './spine.ts'

const HOUR_MS = 3_600_000

/** Throws `budget_exhausted`. */
export async function takeBudgets(
  spine: Spine,
  tx: Tx,
  task: string,
  call: ClassifiedCall,
  nowMs: number,
): Promise<void> {
  const { limits, budgets } = spine
  const isWrite = atLeast(call.effect, 'write')
  const taken =
    (await budgets.take(tx, `calls/${task}`, 1, limits.callsPerTask, HOUR_MS, nowMs)) &&
    // Each target counts, so that one call with fifty hosts is not one write.
    (!isWrite ||
      (await budgets.take(
        tx,
        `writes/${task}`,
        Math.max(1, call.targets.length),
        limits.writesPerTask,
        0,
        nowMs,
      )))
  if (!taken)
    throw new Failure(
      'budget_exhausted',
      isWrite ? 'the task may write no more' : 'too many calls in an hour',
    )
}
