/**
 * Ends a task: its tokens stop working, its pending requests and grants end and its leases are revoked, in one
 * commit (R17). A person closes it, or the agent says that it is done.
 */
import type { Work } from '../kernel/commit.ts'
import type { Actor, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { TaskStore } from '../task/ports.ts'
import type { Task } from '../task/task.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, commitUnchanged, draft } from './base.ts'
import type { EndAuthority } from './end-authority.ts'
import { requirePermission } from './permissions.ts'

export type CloseTaskInput = {
  readonly tenant: string
  readonly by: Doer | { readonly kind: 'agent'; readonly id: string }
  readonly taskId: string
  /** A code of ours. */
  readonly reason: 'done' | 'abandoned' | 'closed-by-person' | 'expired'
}

/** Throws `not_found` (also for an agent's foreign task), `task_closed`, `not_permitted`. */
export async function closeTask(
  deps: CommandBase & { readonly tasks: TaskStore; readonly endAuthority: EndAuthority },
  input: CloseTaskInput,
): Promise<{ readonly task: Task; readonly receipts: readonly Receipt[] }> {
  const { tenant, by, taskId, reason } = input
  if (by.kind !== 'agent') requirePermission(by, 'task.close')
  const actor: Actor = by.kind === 'agent' ? by : actorOf(by)
  const prepare = async (): Promise<Work<Task>> => {
    const task = await deps.tasks.byId(tenant, taskId)
    if (task === undefined || (by.kind === 'agent' && task.agent !== by.id)) {
      throw new Failure('not_found', 'no such task')
    }
    if (task.state === 'closed') throw new Failure('task_closed', 'the task is closed already')
    const end = await deps.endAuthority(tenant, { task: taskId }, 'task-closed')
    return async (tx) => {
      const closed: Task = { ...task, state: 'closed' }
      await deps.tasks.put(tx, closed)
      const entry = draft(deps, 'task.closed', actor, {
        caseId: task.caseId,
        task: taskId,
        data: { task: taskId, reason },
      })
      return { value: closed, entries: [entry, ...(await end(tx))] }
    }
  }
  const committed = await commitUnchanged(deps, tenant, [`task/${taskId}`], prepare)
  return { task: committed.value, receipts: committed.receipts }
}
