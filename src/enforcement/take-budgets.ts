/** What a dispatch uses up, taken in its own commit: two parallel calls cannot both have the last unit. */
import { atLeast, type ClassifiedCall } from '../catalogue/tool.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Tx } from '../kernel/commit.ts'
import { Failure } from '../kernel/failure.ts'
import type { Task } from '../task/task.ts'
import type { Spine } from './spine.ts'

const HOUR_MS = 3_600_000

/** What a task uses up, as the store counts it: under which key, and after how long it starts anew (0: never). */
export const taskBudget = {
  calls: (task: string) => ({ key: `calls/${task}`, windowMs: HOUR_MS }),
  writes: (task: string) => ({ key: `writes/${task}`, windowMs: 0 }),
} as const

/** Throws `budget_exhausted`, `fan_out_exceeded`. */
export async function takeBudgets(
  spine: Spine,
  tx: Tx,
  task: Task,
  call: ClassifiedCall,
  nowMs: number,
): Promise<void> {
  const { limits, budgets } = spine
  const isWrite = atLeast(call.effect, 'write')
  const take = (of: keyof typeof taskBudget, amount: number, limit: number) => {
    const { key, windowMs } = taskBudget[of](task.id)
    return budgets.take(tx, key, amount, limit, windowMs, nowMs)
  }
  // Each target counts, so that one call with fifty hosts is not one write.
  const width = Math.max(1, call.targets.length)
  const taken =
    (await take('calls', 1, limits.callsPerTask)) &&
    (!isWrite || (await take('writes', width, limits.writesPerTask)))
  if (!taken)
    throw new Failure(
      'budget_exhausted',
      isWrite ? 'the task may write no more' : 'too many calls in an hour',
    )
  if (isWrite) await spread(spine, tx, task, call, nowMs)
}

/**
 * Ten calls with one host each are as wide as one with ten. Each scope is taken under a lock of its own, always in
 * this order, so that parallel calls cannot each be the last one allowed.
 */
async function spread(
  spine: Spine,
  tx: Tx,
  task: Task,
  call: ClassifiedCall,
  nowMs: number,
): Promise<void> {
  const { windowMs, perTenant, perAgent, perTask } = spine.limits.fanOut
  const scopes = [
    ['tenant', perTenant],
    [`agent/${task.agent}`, perAgent],
    [`task/${task.id}`, perTask],
  ] as const
  const kinds = [...new Set(call.targets.map(({ kind }) => kind))].sort()
  for (const [scope, limit] of scopes) {
    await spine.budgets.take(tx, `fan-out/${scope}`, 0, 0, 0, nowMs)
    for (const kind of kinds) {
      const targets = call.targets
        .filter((target) => target.kind === kind)
        .map(({ id }) => digestOfJson('countersign-action-v1', [kind, id.toLowerCase()]))
      const count = await spine.fanOut.reach(tx, scope, kind, targets, nowMs - windowMs, nowMs)
      if (count <= limit) continue
      const who =
        scope === 'tenant'
          ? 'the organisation'
          : scope.startsWith('agent')
            ? 'the agent'
            : 'the task'
      throw new Failure('fan_out_exceeded', `${who} may reach ${limit} of kind ${kind} in a while`)
    }
  }
}
