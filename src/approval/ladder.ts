/**
 * Never a dead end, never a silent yes (DESIGN 9, R94, R145). The owner is paged; unacknowledged for two
 * minutes, the next; at half the time the next role becomes accountable. Whoever cannot own the request any
 * more (shift over, suspended, certificate run out) hands it to somebody who can. Pure: what is due follows
 * from the request, who is on duty, and the instant, so a node that slept finds the same rungs later.
 */
import type { InstantMs } from '../kernel/clock.ts'
import { type DutyView, endsOf, type Holding, holders, holding } from './holders.ts'
import { accountableRole, ownerNeed, rolesAbove } from './ownership.ts'
import type { ApprovalRequest, Ladder, Signature } from './request.ts'
import type { Climb, Rung, RungReason } from './rung.ts'

/** A page that is heard is answered within this; the next person still has most of the quarter of an hour. */
export const UNACKNOWLEDGED_MS = 2 * 60_000

/** The owner of a new request, and what has to happen next. At severity 1 primary and backup are paged at once. */
export function openLadder(view: DutyView, request: ApprovalRequest): Climb {
  const named = ownerNeed(request)?.role
  const found = holding(view, request)
  if (named === undefined) return { request, rungs: [] }
  if (found === undefined) {
    const unowned = withLadder(view, request, {
      paged: [],
      lastPagedAtMs: view.nowMs,
      isPastHalf: false,
    })
    return { request: unowned, rungs: [{ kind: 'escalated', reason: 'no_holder', role: named }] }
  }
  const owned = ownedBy(request, found)
  const paged = found.people.slice(0, request.risk?.severity === 1 ? 2 : 1)
  const ladder = { paged, lastPagedAtMs: view.nowMs, isPastHalf: false }
  const [owner] = found.people
  const isAbove = found.accountable !== named
  const rung: Rung = {
    kind: 'escalated',
    reason: 'no_holder',
    role: found.accountable,
    ...(owner === undefined ? {} : { person: owner }),
  }
  return { request: withLadder(view, owned, ladder), rungs: isAbove ? [rung] : [] }
}

/** Everything that is due at `view.nowMs`, in order. No rungs: nothing changes. */
export function climb(
  view: DutyView,
  request: ApprovalRequest,
  signatures: readonly Signature[],
): Climb {
  const isOwnersDone = signatures.some((signed) => signed.role === ownerNeed(request)?.role)
  if (request.state !== 'pending' || isOwnersDone) return { request, rungs: [] }
  let current = request
  const rungs: Rung[] = []
  for (const step of [handOver, halfTime, nextPage]) {
    const climbed = step(view, current, signatures)
    if (climbed === undefined) continue
    current = climbed.request
    rungs.push(...climbed.rungs)
  }
  return withdrawing({ request: current, rungs }, signatures)
}

/** Somebody asks for the next role: it becomes accountable now. Undefined when nobody above could answer. */
export function escalate(
  view: DutyView,
  request: ApprovalRequest,
  signatures: readonly Signature[],
): Climb | undefined {
  const above = holdingAbove(view, request, signatures)
  if (above === undefined) return undefined
  return withdrawing(raised(view, request, above, 'asked'), signatures)
}

/**
 * A yes beside the owner, of whoever is made the owner now, is over: left standing, it would keep its signer from the
 * need that is theirs, and others from the one it met.
 */
function withdrawing({ request, rungs }: Climb, signatures: readonly Signature[]): Climb {
  const isCoSigner = signatures.some(({ person }) => person === request.owner)
  const last = rungs.findLastIndex(({ person }) => person === request.owner)
  if (!isCoSigner || last < 0) return { request, rungs }
  return {
    request,
    rungs: rungs.map((rung, at) => (at === last ? { ...rung, withdrawn: true } : rung)),
  }
}

/** The person made it theirs; that answers the page. What is due next follows from their shift. */
export function takenOver(
  view: DutyView,
  request: ApprovalRequest,
  person: string,
): ApprovalRequest {
  const ladder = ladderOf(view, request)
  const paged = [...new Set([...ladder.paged, person])]
  const taken = {
    ...request,
    owner: person,
    acknowledgedBy: person,
    acknowledgedAtMs: view.nowMs,
  }
  return withLadder(view, taken, { ...ladder, paged })
}

function handOver(
  view: DutyView,
  request: ApprovalRequest,
  signatures: readonly Signature[],
): Climb | undefined {
  const { owner } = request
  if (owner !== undefined && holders(view, request, signatures).includes(owner)) return undefined
  const found = holding(view, request, signatures)
  const [person] = found?.people ?? []
  if (found === undefined || person === undefined) return abandoned(view, request)
  const isOnDuty = view.onDuty.some((shift) => shift.person === owner)
  const reason = owner === undefined ? 'came_on_duty' : isOnDuty ? 'not_entitled' : 'off_duty'
  const previous = owner === undefined ? {} : { previous: owner }
  const ladder = { ...ladderOf(view, request), paged: [person], lastPagedAtMs: view.nowMs }
  return {
    request: withLadder(view, ownedBy(request, found), ladder),
    rungs: [{ kind: 'handed_over', reason, person, ...previous }],
  }
}

/** Nobody can own it now. It waits without an owner, for whoever is eligible first; never a pass. */
function abandoned(view: DutyView, request: ApprovalRequest): Climb | undefined {
  const { owner, accountable: _climbed, ...unowned } = request
  const role = ownerNeed(request)?.role
  if (owner === undefined || role === undefined) return undefined
  const ladder = { ...ladderOf(view, request), paged: [], lastPagedAtMs: view.nowMs }
  return {
    request: withLadder(view, unowned, ladder),
    rungs: [{ kind: 'escalated', reason: 'no_holder', role }],
  }
}

function halfTime(
  view: DutyView,
  request: ApprovalRequest,
  signatures: readonly Signature[],
): Climb | undefined {
  const ladder = ladderOf(view, request)
  if (ladder.isPastHalf || view.nowMs < halfOf(request)) return undefined
  const past = withLadder(view, request, { ...ladder, isPastHalf: true })
  const above = holdingAbove(view, past, signatures)
  if (above !== undefined) return raised(view, past, above, 'half_time')
  const role = accountableRole(request)
  // The named role keeps it: taking it from whoever is there would leave nobody who may answer.
  return role === undefined
    ? undefined
    : { request: past, rungs: [{ kind: 'escalated', reason: 'half_time', role }] }
}

function nextPage(
  view: DutyView,
  request: ApprovalRequest,
  signatures: readonly Signature[],
): Climb | undefined {
  const ladder = ladderOf(view, request)
  const isDue = view.nowMs >= ladder.lastPagedAtMs + UNACKNOWLEDGED_MS
  const role = accountableRole(request)
  const next = holders(view, request, signatures).find((id) => !ladder.paged.includes(id))
  if (!isDue || role === undefined || next === undefined || isAcknowledged(request))
    return undefined
  const paged = { ...ladder, paged: [...ladder.paged, next], lastPagedAtMs: view.nowMs }
  return {
    request: withLadder(view, request, paged),
    rungs: [{ kind: 'escalated', reason: 'unacknowledged', role, person: next }],
  }
}

function holdingAbove(
  view: DutyView,
  request: ApprovalRequest,
  signatures: readonly Signature[],
): Holding | undefined {
  for (const accountable of rolesAbove(request)) {
    const people = holders(view, { ...request, accountable }, signatures)
    if (people.length > 0) return { accountable, people }
  }
  return undefined
}

function raised(
  view: DutyView,
  request: ApprovalRequest,
  found: Holding,
  reason: RungReason,
): Climb {
  const [person] = found.people
  const ladder = {
    ...ladderOf(view, request),
    paged: person === undefined ? [] : [person],
    lastPagedAtMs: view.nowMs,
  }
  const paged = person === undefined ? {} : { person }
  return {
    request: withLadder(view, ownedBy(request, found), ladder),
    rungs: [{ kind: 'escalated', reason, role: found.accountable, ...paged }],
  }
}

function ownedBy(request: ApprovalRequest, { accountable, people }: Holding): ApprovalRequest {
  const [owner] = people
  const { accountable: _old, ...rest } = request
  const isNamed = accountable === ownerNeed(request)?.role
  return {
    ...rest,
    ...(owner === undefined ? {} : { owner }),
    ...(isNamed ? {} : { accountable }),
  }
}

/** An acknowledgement of somebody who was asked before the request climbed says nothing about who is asked now. */
export function isAcknowledged({ acknowledgedBy, owner, ladder }: ApprovalRequest): boolean {
  if (acknowledgedBy === undefined) return false
  return acknowledgedBy === owner || ladder?.paged.includes(acknowledgedBy) === true
}

export function halfOf({ createdAtMs, expiresAtMs }: ApprovalRequest): InstantMs {
  return createdAtMs + Math.floor((expiresAtMs - createdAtMs) / 2)
}

function ladderOf(view: DutyView, request: ApprovalRequest): Ladder {
  return request.ladder ?? { paged: [], lastPagedAtMs: view.nowMs, isPastHalf: false }
}

/** The same request with its next due time; none when only the end is left. */
function withLadder(view: DutyView, request: ApprovalRequest, ladder: Ladder): ApprovalRequest {
  const { dueAtMs: _old, ...rest } = request
  const laddered = { ...rest, ladder }
  const due = dueAfter(view, laddered, ladder)
  return due === undefined ? laddered : { ...laddered, dueAtMs: due }
}

function dueAfter(view: DutyView, request: ApprovalRequest, ladder: Ladder): InstantMs | undefined {
  const unasked = holders(view, request).some((id) => !ladder.paged.includes(id))
  const dues = [
    ...endsOf(view, request.owner),
    ...(unasked || request.owner === undefined ? [ladder.lastPagedAtMs + UNACKNOWLEDGED_MS] : []),
    ...(ladder.isPastHalf ? [] : [halfOf(request)]),
  ].filter((due) => due > view.nowMs && due < request.expiresAtMs)
  return dues.length === 0 ? undefined : Math.min(...dues)
}
