/** Whom a request concerns, and when they hear of it. Pure: the caller puts the notice where the change is. */
import type { InstantMs } from '../kernel/clock.ts'
import type { NextId } from '../kernel/ids.ts'
import type { Notice, NoticeAbout } from '../kernel/notice.ts'
import { accountableRole } from './ownership.ts'
import type { ApprovalRequest } from './request.ts'

/** Pages the owner, whoever else is paged at once, and each role that signs beside them (R150). */
export function askedNotices(request: ApprovalRequest, nextId: NextId): readonly Notice[] {
  const role = accountableRole(request) ?? 'incident-commander'
  const owners = new Set([
    ...(request.owner ? [request.owner] : []),
    ...(request.ladder?.paged ?? []),
  ])
  const coSigners = request.needs.slice(1).map((need) => ({ role: need.role }))
  const people = [...owners].map((person) => ({ person }))
  const to = [...(people.length === 0 ? [{ role }] : people), ...coSigners]
  return to.map((one) => ({
    tenant: request.tenant,
    id: nextId(),
    kind: 'approval.requested',
    urgency: 'page',
    to: one,
    about: aboutRequest(request),
    atMs: request.createdAtMs,
  }))
}

/** Tells the analyst whose work waits and the owner who was asked; nobody is told what they did themselves. */
export function decidedNotices(
  request: ApprovalRequest,
  decidedBy: string | undefined,
  atMs: InstantMs,
  nextId: NextId,
): readonly Notice[] {
  const people = new Set([request.onBehalfOf, ...(request.owner ? [request.owner] : [])])
  if (decidedBy !== undefined) people.delete(decidedBy)
  return [...people].map((person) => ({
    tenant: request.tenant,
    id: nextId(),
    kind: 'approval.decided',
    urgency: 'inform',
    to: { person },
    about: aboutRequest(request),
    atMs,
  }))
}

export function aboutRequest(
  request: Pick<ApprovalRequest, 'id' | 'call' | 'caseId'>,
): NoticeAbout {
  return { request: request.id, call: request.call, caseId: request.caseId }
}
