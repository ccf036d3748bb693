/**
 * Stop and resume. Anybody active may stop an agent, a tool, the tenant or all writes, at once and without
 * confirmation; resuming is for those who lead (R146). A stop voids what was approved but not yet done: the
 * approval was given in a world where nobody had pressed it.
 */
import type { ApprovalStore } from '../approval/ports.ts'
import { closed } from '../approval/resolve.ts'
import { atLeast, EFFECTS } from '../catalogue/tool.ts'
import type { Stop } from '../facts/facts.ts'
import type { StopStore } from '../facts/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Commit, Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { NextId } from '../kernel/ids.ts'
import type { NoticeQueue } from '../kernel/notice.ts'
import type { LeaseStore } from '../lease/lease.ts'
import { reasonOf, textPayload } from './decision-parts.ts'
import type { PressInput, ReleaseInput, StopCommands } from './decision-ports.ts'
import { requirePermission } from './permissions.ts'

export type StopParts = {
  readonly commit: Commit
  readonly clock: Clock
  readonly nextId: NextId
  readonly stops: StopStore
  readonly approvals: ApprovalStore
  readonly notices: NoticeQueue
  readonly leases: LeaseStore
}

const LABEL = /^[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,79}$/

export function makeStopCommands(parts: StopParts): StopCommands {
  return {
    press: (input) => pressStop(parts, input),
    release: (input) => releaseStop(parts, input),
    list: (tenant) => parts.stops.active(tenant),
  }
}

async function pressStop(parts: StopParts, input: PressInput) {
  requirePermission({ kind: 'person', person: input.person }, 'decide')
  const needsSubject = input.scope === 'agent' || input.scope === 'tool'
  if (needsSubject !== (input.subject !== undefined) || !LABEL.test(input.subject ?? 'x')) {
    throw new Failure(
      'request_invalid',
      'a stop of an agent or a tool names it; other stops name nothing',
    )
  }
  const stop: Stop = {
    tenant: input.tenant,
    id: parts.nextId(),
    scope: input.scope,
    pressedBy: input.person.id,
    pressedAtMs: parts.clock.nowMs(),
    ...(input.subject === undefined ? {} : { subject: input.subject }),
  }
  const { receipts } = await parts.commit(input.tenant, async (tx) => {
    await parts.stops.press(tx, stop)
    await tellPressed(parts, tx, stop)
    const pressed: EntryDraft = {
      id: parts.nextId(),
      type: 'stop.pressed',
      atMs: stop.pressedAtMs,
      actor: { kind: 'person', id: input.person.id },
      data: {
        stop: stop.id,
        scope: stop.scope,
        person: input.person.id,
        ...(stop.subject === undefined ? {} : { subject: stop.subject }),
      },
      ...(input.reason.trim() === ''
        ? {}
        : { payloads: { reason: textPayload(input.reason.trim()) } }),
    }
    const ended = [
      ...(await voidGrants(parts, tx, stop)),
      ...(await revokeInFlight(parts, tx, stop)),
    ]
    return { value: undefined, entries: [pressed, ...ended] }
  })
  // Pending questions about what is stopped are closed one by one; none of them can release anything meanwhile,
  // because the stop is a fact of every dispatch.
  for (const request of await parts.approvals.list(input.tenant, 'pending')) {
    if (covers(stop, request.agent, request.tool))
      await cancelStopped(parts, stop, request.id, input.tenant)
  }
  return { stop, receipts }
}

/** Whoever answers for running operations hears at once that they were halted, and by whom. */
const STOP_ROLES = ['incident-commander', 'shift-lead'] as const

async function tellPressed(parts: StopParts, tx: Tx, stop: Stop): Promise<void> {
  for (const role of STOP_ROLES) {
    await parts.notices.put(tx, {
      tenant: stop.tenant,
      id: parts.nextId(),
      kind: 'stop.pressed',
      urgency: 'page',
      to: { role },
      about: { stop: stop.id },
      atMs: stop.pressedAtMs,
    })
  }
}

function covers(stop: Stop, agent: string, tool: string): boolean {
  if (stop.scope === 'agent') return stop.subject === agent
  if (stop.scope === 'tool') return stop.subject === tool
  return true
}

/** What a call in flight borrowed is taken back; its outcome is settled as for any other call (R18). */
async function revokeInFlight(
  parts: StopParts,
  tx: Tx,
  stop: Stop,
): Promise<readonly EntryDraft[]> {
  const entries: EntryDraft[] = []
  for (const lease of await parts.leases.inFlight(tx)) {
    const isSpared = stop.scope === 'writes' && !isWrite(lease.effect)
    if (isSpared || !covers(stop, lease.agent, lease.tool)) continue
    await parts.leases.revoke(tx, lease.id)
    entries.push({
      id: parts.nextId(),
      type: 'lease.revoked',
      atMs: stop.pressedAtMs,
      actor: { kind: 'person', id: stop.pressedBy },
      caseId: lease.caseId,
      task: lease.task,
      call: lease.call,
      data: { lease: lease.id, reason: 'stopped' },
    })
  }
  return entries
}

function isWrite(effect: string): boolean {
  const known = EFFECTS.find((one) => one === effect)
  return known === undefined || atLeast(known, 'write')
}

async function voidGrants(parts: StopParts, tx: Tx, stop: Stop): Promise<readonly EntryDraft[]> {
  const entries: EntryDraft[] = []
  for (const grant of await parts.approvals.liveGrants(tx)) {
    if (!covers(stop, grant.agent, grant.tool)) continue
    if (!(await parts.approvals.settleGrant(tx, grant.id, 'void'))) continue
    entries.push({
      id: parts.nextId(),
      type: 'grant.voided',
      atMs: stop.pressedAtMs,
      actor: { kind: 'person', id: stop.pressedBy },
      caseId: grant.caseId,
      task: grant.task,
      call: grant.call,
      data: {
        request: grant.request,
        action_digest: grant.actionDigest,
        grant: grant.id,
        reason: 'stopped',
      },
    })
  }
  return entries
}

async function cancelStopped(
  parts: StopParts,
  stop: Stop,
  requestId: string,
  tenant: string,
): Promise<void> {
  await parts
    .commit(tenant, async (tx) => {
      const request = await parts.approvals.lock(tx, requestId)
      if (request?.state !== 'pending') throw new Failure('approval_closed', 'decided meanwhile')
      const id = parts.nextId()
      await parts.approvals.put(
        tx,
        closed(request, 'cancelled', stop.pressedBy, stop.pressedAtMs, 'stopped'),
      )
      return {
        value: undefined,
        entries: [
          {
            id,
            type: 'approval.cancelled',
            atMs: parts.clock.nowMs(),
            actor: { kind: 'person', id: stop.pressedBy },
            caseId: request.caseId,
            task: request.task,
            call: request.call,
            data: {
              request: request.id,
              action_digest: request.actionDigest,
              reason: 'stopped',
              person: stop.pressedBy,
            },
          },
        ],
      }
    })
    .catch((error: unknown) => {
      if (!(error instanceof Failure) || error.code !== 'approval_closed') throw error
    })
}

async function releaseStop(parts: StopParts, input: ReleaseInput) {
  requirePermission({ kind: 'person', person: input.person }, 'stop.release')
  const reason = reasonOf(input.reason)
  const active = await parts.stops.active(input.tenant)
  if (!active.some((stop) => stop.id === input.stopId))
    throw new Failure('not_found', 'no such stop is on')
  const { receipts } = await parts.commit(input.tenant, async (tx) => {
    const atMs = parts.clock.nowMs()
    await parts.stops.release(tx, input.stopId, input.person.id, atMs)
    const entry: EntryDraft = {
      id: parts.nextId(),
      type: 'stop.released',
      atMs,
      actor: { kind: 'person', id: input.person.id },
      data: { stop: input.stopId, person: input.person.id },
      payloads: { reason: textPayload(reason) },
    }
    return { value: undefined, entries: [entry] }
  })
  return { receipts }
}
