/**
 * Ends what an agent or a task still has under way: pending requests are cancelled, live grants voided, leases
 * revoked. Used when a task closes and when an agent is suspended, by whomever, or retired (R17, R18). What waits and what was
 * granted is read after agent or task were changed, in the same transaction, so nothing slips in between.
 */
import type { ApprovalStore, LiveGrant } from '../approval/ports.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Actor, EntryDraft, EventName } from '../kernel/entry.ts'
import type { NextId } from '../kernel/ids.ts'
import type { LeaseStore } from '../lease/lease.ts'
import type { TaskStore } from '../task/ports.ts'
import type { Task } from '../task/task.ts'
import { type LetGoParts, letGo } from './let-go.ts'

export type EndAuthorityDeps = {
  readonly nextId: NextId
  readonly nowMs: () => number
  readonly approvals: ApprovalStore
  readonly leases: LeaseStore
  readonly brokeredLeases: LetGoParts['brokeredLeases']
  readonly tasks: TaskStore
}

/** Whose authority ends: one task's, or everything of one agent. */
export type Bearer = { readonly task: string } | { readonly agent: string }

/** Reads what there is; the answer ends it inside a commit and tells each end as an entry. */
export type EndAuthority = (
  tenant: string,
  bearer: Bearer,
  reason: string,
) => Promise<(tx: Tx) => Promise<readonly EntryDraft[]>>

const GATEWAY: Actor = { kind: 'system', id: 'gateway' }

export function endAuthorityWith(deps: EndAuthorityDeps): EndAuthority {
  return async (tenant, bearer, reason) => {
    const tasks = await tasksOf(deps, tenant, bearer)
    const agent = 'agent' in bearer ? bearer.agent : tasks[0]?.agent
    const isTheirs = ({ task, agent }: Pick<ApprovalRequest, 'task' | 'agent'>): boolean =>
      'task' in bearer ? task === bearer.task : agent === bearer.agent
    return async (tx) => {
      const entries: EntryDraft[] = []
      const pending = agent === undefined ? [] : await deps.approvals.pendingOf(tx, agent)
      for (const request of pending.filter(isTheirs)) {
        entries.push(...(await cancel(deps, tx, request.id, reason)))
      }
      const live = await deps.approvals.liveGrants(tx)
      entries.push(...(await voidGrants(deps, tx, live.filter(isTheirs), reason)))
      for (const task of tasks) entries.push(...(await revokeLeases(deps, tx, task, reason)))
      return entries
    }
  }
}

async function tasksOf(
  deps: EndAuthorityDeps,
  tenant: string,
  bearer: Bearer,
): Promise<readonly Task[]> {
  if ('task' in bearer) {
    const task = await deps.tasks.byId(tenant, bearer.task)
    return task === undefined ? [] : [task]
  }
  const tasks = await deps.tasks.list(tenant)
  return tasks.filter((task) => task.agent === bearer.agent)
}

async function cancel(
  deps: EndAuthorityDeps,
  tx: Tx,
  id: string,
  reason: string,
): Promise<readonly EntryDraft[]> {
  const request = await deps.approvals.lock(tx, id)
  if (request?.state !== 'pending') return []
  const atMs = deps.nowMs()
  await deps.approvals.put(tx, {
    ...request,
    state: 'cancelled',
    reasonCode: reason,
    decidedAtMs: atMs,
  })
  return [
    draft(deps, 'approval.cancelled', {
      ...placeOf(request),
      data: { request: request.id, action_digest: request.actionDigest, reason },
    }),
  ]
}

async function voidGrants(
  deps: EndAuthorityDeps,
  tx: Tx,
  grants: readonly LiveGrant[],
  reason: string,
): Promise<readonly EntryDraft[]> {
  const entries: EntryDraft[] = []
  for (const grant of grants) {
    if (!(await deps.approvals.settleGrant(tx, grant.id, 'void'))) continue
    const { id, request, actionDigest } = grant
    entries.push(
      draft(deps, 'grant.voided', {
        ...placeOf(grant),
        data: { request, action_digest: actionDigest, grant: id, reason },
      }),
    )
  }
  return entries
}

async function revokeLeases(
  deps: EndAuthorityDeps,
  tx: Tx,
  task: Task,
  reason: string,
): Promise<readonly EntryDraft[]> {
  const entries: EntryDraft[] = []
  for (const lease of await deps.leases.liveOfTask(tx, task.id)) {
    const { id, caseId } = task
    const told = { atMs: deps.nowMs(), actor: GATEWAY, caseId, task: id, call: lease.call }
    entries.push(...(await letGo(deps, tx, lease, told, reason)))
  }
  return entries
}

function placeOf({ caseId, task, call }: Pick<ApprovalRequest, 'caseId' | 'task' | 'call'>) {
  return { caseId, task, call }
}

function draft(
  { nextId, nowMs }: Pick<EndAuthorityDeps, 'nextId' | 'nowMs'>,
  type: EventName,
  content: Omit<EntryDraft, 'id' | 'type' | 'atMs' | 'actor'>,
): EntryDraft {
  return { id: nextId(), type, atMs: nowMs(), actor: GATEWAY, ...content }
}
