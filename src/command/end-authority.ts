/**
 * Ends what an agent or a task still has under way: pending requests are cancelled, live grants voided, leases
 * revoked. Used when a task closes and when an agent is suspended or retired (R17, R18). What slips in between
 * the reading and the commit cannot act: every dispatch tests agent, task and case again.
 */
import type { ApprovalStore } from '../approval/ports.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Actor, EntryDraft } from '../kernel/entry.ts'
import type { LeaseStore } from '../lease/lease.ts'
import type { TaskStore } from '../task/ports.ts'
import type { Task } from '../task/task.ts'
import type { CommandBase } from './base.ts'
import { draft } from './base.ts'

export type EndAuthorityDeps = Pick<CommandBase, 'nextId' | 'nowMs'> & {
  readonly approvals: ApprovalStore
  readonly leases: LeaseStore
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
    const pending = await deps.approvals.list(tenant, 'pending')
    const approved = await deps.approvals.list(tenant, 'approved')
    const tasks = await tasksOf(deps, tenant, bearer)
    const isTheirs = (request: ApprovalRequest): boolean =>
      'task' in bearer ? request.task === bearer.task : request.agent === bearer.agent
    return async (tx) => {
      const entries: EntryDraft[] = []
      for (const request of pending.filter(isTheirs)) {
        entries.push(...(await cancel(deps, tx, request.id, reason)))
      }
      entries.push(...(await voidGrants(deps, tx, approved.filter(isTheirs), reason)))
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
    draft(deps, 'approval.cancelled', GATEWAY, {
      ...placeOf(request),
      data: { request: request.id, action_digest: request.actionDigest, reason },
    }),
  ]
}

async function voidGrants(
  deps: EndAuthorityDeps,
  tx: Tx,
  approved: readonly ApprovalRequest[],
  reason: string,
): Promise<readonly EntryDraft[]> {
  const byId = new Map(approved.map((request) => [request.id, request]))
  const entries: EntryDraft[] = []
  for (const grant of await deps.approvals.liveGrants(tx)) {
    const request = byId.get(grant.request)
    if (request === undefined || !(await deps.approvals.settleGrant(tx, grant.id, 'void'))) continue
    entries.push(
      draft(deps, 'grant.voided', GATEWAY, {
        ...placeOf(request),
        data: { request: request.id, action_digest: grant.actionDigest, grant: grant.id, reason },
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
    await deps.leases.revoke(tx, lease.id)
    entries.push(
      draft(deps, 'lease.revoked', GATEWAY, {
        caseId: task.caseId,
        task: task.id,
        call: lease.call,
        data: { lease: lease.id, reason },
      }),
    )
  }
  return entries
}

function placeOf(request: ApprovalRequest) {
  return { caseId: request.caseId, task: request.task, call: request.call }
}
