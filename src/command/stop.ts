/**
 * Stop and resume. Whoever works here or is on the rota may stop an agent, a tool, the tenant or all writes, at once
 * and without confirmation; resuming is for those who lead (R146). A stop voids what was approved but not yet done: the
 * approval was given in a world where nobody had pressed it.
 */
import type { ApprovalStore } from '../approval/ports.ts'
import type { LetGoParts } from '../enforcement/let-go.ts'
import type { Stop } from '../facts/facts.ts'
import type { StopStore } from '../facts/ports.ts'
import type { Person } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Commit, Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { NextId } from '../kernel/ids.ts'
import type { NoticeQueue } from '../kernel/notice.ts'
import type { LeaseStore } from '../lease/lease.ts'
import type { RosterStore } from '../roster/roster.ts'
import { reasonOf, textPayload } from './decision-parts.ts'
import type { PressInput, ReleaseInput, StopCommands } from './decision-ports.ts'
import { cancelQuestions, endStopped } from './end-stopped.ts'
import { permissionsOf, requirePermission } from './permissions.ts'

export type StopParts = {
  readonly commit: Commit
  readonly clock: Clock
  readonly nextId: NextId
  readonly stops: StopStore
  readonly approvals: ApprovalStore
  readonly notices: NoticeQueue
  readonly leases: LeaseStore
  readonly brokeredLeases: LetGoParts['brokeredLeases']
  readonly roster: RosterStore
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
  await requireRostered(parts, input.person)
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
    return { value: undefined, entries: [pressed, ...(await endStopped(parts, tx, stop))] }
  })
  await cancelQuestions(parts, stop)
  return { stop, receipts }
}

/** How far ahead a shift may begin and its person still count as being on the rota. */
const ROTA_AHEAD_MS = 7 * 24 * 3_600_000

/** Halting is wide: every role that works here, and whoever else is on the rota. Throws `not_permitted`. */
export async function requireRostered(
  { roster, clock }: Pick<StopParts, 'roster' | 'clock'>,
  person: Person,
): Promise<void> {
  const doer = { kind: 'person', person } as const
  requirePermission(doer, 'decide')
  if (permissionsOf(person).includes('stop.press')) return
  const nowMs = clock.nowMs()
  const shifts = await roster.between(person.tenant, nowMs, nowMs + ROTA_AHEAD_MS)
  if (shifts.some((shift) => shift.person === person.id)) return
  throw new Failure(
    'not_permitted',
    'stopping is for everybody on the rota, and the person has no shift now or in the week ahead',
  )
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
