/** Whom a request concerns, and when they hear of it. Pure: the caller puts the notice where the change is. */
import type { InstantMs } from '../kernel/clock.ts'
import type { NextId } from '../kernel/ids.ts'
import type { Notice, NoticeAbout } from '../kernel/notice.ts'
import type { ApprovalRequest } from './request.ts'

/** Pages the owner; without one, whoever holds the role that answers for it (R150). */
export function askedNotice(request: ApprovalRequest, id: string): Notice {
  const role = request.needs[0]?.role ?? 'incident-commander'
  return {
    tenant: request.tenant,
    id,
    kind: 'approval.requested',
    urgency: 'page',
    to: request.owner === undefined ? { role } : { person: request.owner },
    about: aboutRequest(request),
    atMs: request.createdAtMs,
  }
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
