/**
 * Ends a task: its tokens stop working, its pending requests and grants end and its leases are revoked, in one
 * commit (R17), and so do the tasks it handed over. A person closes it, or the agent says that it is done.
 */
import type { EndAuthority } from '../enforcement/end-authority.ts'
import type { Work } from '../kernel/commit.ts'
import type { Actor, EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { TaskStore } from '../task/ports.ts'
import type { Task } from '../task/task.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, commitUnchanged, draft } from './base.ts'
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
    const below = openBelow(await deps.tasks.list(tenant), taskId)
    const ends = await Promise.all(
      [task, ...below].map(async (each) => ({
        task: each,
        reason: each === task ? reason : 'parent-closed',
        end: await deps.endAuthority(tenant, { task: each.id }, 'task-closed'),
      })),
    )
    return async (tx) => {
      const entries: EntryDraft[] = []
      for (const { task: each, reason: why, end } of ends) {
        await deps.tasks.put(tx, { ...each, state: 'closed' })
        const { id, caseId } = each
        entries.push(
          draft(deps, 'task.closed', actor, { caseId, task: id, data: { task: id, reason: why } }),
          ...(await end(tx)),
        )
      }
      const value: Task = { ...task, state: 'closed' }
      return { value, entries: entries as [EntryDraft, ...EntryDraft[]] }
    }
  }
  const committed = await commitUnchanged(deps, tenant, [`task/${taskId}`], prepare)
  return { task: committed.value, receipts: committed.receipts }
}

/** Everything that was handed over from the task, however often: authority ends with its source (R121). */
function openBelow(tasks: readonly Task[], id: string): readonly Task[] {
  const children = tasks.filter((task) => task.parent === id && task.state === 'open')
  return [...children, ...children.flatMap((child) => openBelow(tasks, child.id))]
}
