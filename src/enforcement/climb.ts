/**
 * Moves a request up its ladder when something is due: by the sweeper, and where the request is used, so that a
 * timer that did not fire gives nobody a right they should have lost (R94).
 */
import { climb } from '../approval/ladder.ts'
import { aboutRequest } from '../approval/notices.ts'
import type { ApprovalStore } from '../approval/ports.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { Climb, Rung } from '../approval/rung.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Commit, Tx } from '../kernel/commit.ts'
import type { Actor, EntryDraft, Payload } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { NextId } from '../kernel/ids.ts'
import type { NoticeQueue } from '../kernel/notice.ts'
import { isObject, parseStrict } from '../kernel/strict-json.ts'
import type { PayloadStore } from '../ledger/ports.ts'
import { type DutyParts, readDuty } from './duty.ts'

export type ClimbParts = DutyParts & {
  readonly commit: Commit
  readonly clock: Clock
  readonly nextId: NextId
  readonly approvals: ApprovalStore
  readonly payloads: PayloadStore
  readonly notices: NoticeQueue
}

/** The request as it stands now, every step that is due taken and on record. */
export async function climbNow(
  parts: ClimbParts,
  request: ApprovalRequest,
): Promise<ApprovalRequest> {
  if (request.state !== 'pending' || request.expiresAtMs <= parts.clock.nowMs()) return request
  const targets = await targetNamesOf(parts, request)
  const view = await readDuty(parts, request, targets, parts.clock.nowMs())
  const signed = await parts.approvals.signaturesOf(request.tenant, request.id)
  if (climb(view, request, signed).rungs.length === 0) return request
  try {
    const { value } = await parts.commit(request.tenant, async (tx) => {
      const current = await parts.approvals.lock(tx, request.id)
      if (current === undefined) throw new Failure('not_found', 'the request is gone')
      const signatures = await parts.approvals.signatures(tx, request.id)
      const climbed = climb(view, current, signatures)
      return climbedWork(parts, tx, climbed, { kind: 'system', id: 'ladder' })
    })
    return value
  } catch (error) {
    // Somebody took the step or decided between our look and our lock.
    if (codeOf(error) !== 'conflict') throw error
    return (await parts.approvals.byId(request.tenant, request.id)) ?? request
  }
}

/** Only where something may be due: most looks at a request cost nothing more. */
export async function climbIfDue(
  parts: ClimbParts,
  request: ApprovalRequest,
): Promise<ApprovalRequest> {
  const isDue = request.dueAtMs !== undefined && request.dueAtMs <= parts.clock.nowMs()
  return isDue ? climbNow(parts, request) : request
}

/** Stores the climbed request with an entry and a page for each rung. Throws `conflict` when there is none. */
export async function climbedWork(
  parts: Pick<ClimbParts, 'approvals' | 'notices' | 'nextId' | 'clock'>,
  tx: Tx,
  { request, rungs }: Climb,
  actor: Actor,
  payloads?: Readonly<Record<string, Payload>>,
) {
  const entries = rungs.map((rung) => rungDraft(parts, request, rung, actor, payloads))
  const [first, ...more] = entries
  if (first === undefined) throw new Failure('conflict', 'the step was taken meanwhile')
  await parts.approvals.put(tx, request)
  for (const { person, withdrawn } of rungs)
    if (withdrawn === true && person !== undefined)
      await parts.approvals.withdrawSignature(tx, request.id, person, parts.clock.nowMs())
  await pageRungs(parts, tx, request, rungs)
  return { value: request, entries: [first, ...more] as const }
}

export async function pageRungs(
  parts: Pick<ClimbParts, 'notices' | 'nextId' | 'clock'>,
  tx: Tx,
  request: ApprovalRequest,
  rungs: readonly Rung[],
): Promise<void> {
  const about = aboutRequest(request)
  const page = {
    tenant: request.tenant,
    urgency: 'page',
    about,
    atMs: parts.clock.nowMs(),
  } as const
  for (const rung of rungs) {
    const id = parts.nextId()
    if (rung.kind === 'handed_over') {
      await parts.notices.put(tx, {
        ...page,
        id,
        kind: 'approval.handed_over',
        to: { person: rung.person },
      })
    } else if (rung.person !== undefined) {
      await parts.notices.put(tx, {
        ...page,
        id,
        kind: 'approval.escalated',
        to: { person: rung.person },
      })
    } else {
      await parts.notices.put(tx, {
        ...page,
        id,
        kind: 'roster.unreachable',
        to: { role: rung.role },
      })
    }
  }
}

export function rungDraft(
  { nextId, clock }: Pick<ClimbParts, 'nextId' | 'clock'>,
  request: ApprovalRequest,
  rung: Rung,
  actor: Actor,
  payloads?: Readonly<Record<string, Payload>>,
): EntryDraft {
  const base = {
    id: nextId(),
    atMs: clock.nowMs(),
    actor,
    caseId: request.caseId,
    task: request.task,
    call: request.call,
    ...(payloads === undefined ? {} : { payloads }),
  }
  const about = { request: request.id, action_digest: request.actionDigest, reason: rung.reason }
  const { person } = rung
  const withdrawn = rung.withdrawn === true ? { withdrawn: true } : {}
  if (rung.kind === 'escalated') {
    const paged = person === undefined ? {} : { person }
    const owner = request.owner === undefined ? {} : { owner: request.owner }
    return {
      ...base,
      type: 'approval.escalated',
      data: { ...about, role: rung.role, ...owner, ...paged, ...withdrawn },
    }
  }
  const previous = rung.previous === undefined ? {} : { previous: rung.previous }
  return {
    ...base,
    type: 'approval.handed_over',
    data: { ...about, person: rung.person, ...previous, ...withdrawn },
  }
}

/** Lower-cased names of what the call acts upon, from the package that was shown; none once it was erased. */
export async function targetNamesOf(
  parts: Pick<ClimbParts, 'payloads'>,
  request: ApprovalRequest,
): Promise<readonly string[]> {
  const shown = await parts.payloads.open(request.tenant, request.requestEntry, 'package')
  if (shown.state !== 'present') return []
  const value = parseStrict(shown.bytes)
  const targets = isObject(value) && Array.isArray(value.targets) ? value.targets : []
  return targets.flatMap((target) =>
    isObject(target) && typeof target.id === 'string' ? [target.id.toLowerCase()] : [],
  )
}
