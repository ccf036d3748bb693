/** The shift board: what is contained now, until when, and a person's decision that it lasts longer. */
import { mayLift } from '../approval/lifting.ts'
import type { Target } from '../catalogue/tool.ts'
import { type EffectRecord, isInForce } from '../enforcement/effect-record.ts'
import { targetsOf } from '../enforcement/record-effect.ts'
import type { Spine } from '../enforcement/spine.ts'
import type { Person } from '../identity/person.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { reasonOf, textPayload } from './decision-parts.ts'
import { requireWhole } from './input.ts'

export type Containment = {
  readonly record: EffectRecord
  /** Empty once the case was erased. */
  readonly targets: readonly Target[]
  /** The end has passed and it is still in force. */
  readonly isOverdue: boolean
}

export type ExtendInput = {
  readonly tenant: string
  readonly person: Person
  readonly callId: string
  /** From now. */
  readonly minutes: number
  readonly reason: string
}

export type ContainmentCommands = {
  readonly list: (tenant: string) => Promise<readonly Containment[]>
  readonly extend: (
    input: ExtendInput,
  ) => Promise<{ readonly record: EffectRecord; readonly receipts: readonly Receipt[] }>
}

/** Thirty days; what has to last longer belongs into the rule base. */
const MAX_MINUTES = 30 * 24 * 60

export function makeContainmentCommands(spine: Spine): ContainmentCommands {
  return {
    list: (tenant) => listContainments(spine, tenant),
    extend: (input) => extendContainment(spine, input),
  }
}

async function listContainments(spine: Spine, tenant: string): Promise<readonly Containment[]> {
  const nowMs = spine.clock.nowMs()
  const records = await spine.effects.containments(tenant)
  return Promise.all(
    records.map(async (record) => ({
      record,
      targets: await targetsOf(spine.payloads, record),
      isOverdue: (record.endsAtMs ?? Number.POSITIVE_INFINITY) <= nowMs,
    })),
  )
}

/**
 * Whoever may lift it may also decide that it stays. Throws `not_found`, `undo_impossible`, `request_invalid`
 * (the target ends it by itself), `not_eligible`, `reason_required`.
 */
async function extendContainment(spine: Spine, input: ExtendInput) {
  const reason = reasonOf(input.reason)
  const minutes = requireWhole('minutes', input.minutes, 1, MAX_MINUTES)
  const { tenant, person, callId } = input
  const record = await spine.effects.byCall(tenant, callId)
  if (record?.endsAtMs === undefined) throw new Failure('not_found', 'there is no such containment')
  if (record.atEnd === 'self') {
    throw new Failure('request_invalid', 'the target ends it by itself; contain it again instead')
  }
  const by = await liftRole(spine, person, record)
  const nowMs = spine.clock.nowMs()
  const endsAtMs = nowMs + minutes * 60_000
  const { value, receipts } = await spine.commit(tenant, async (tx) => {
    const now = await spine.effects.lock(tx, callId)
    if (now === undefined || !isInForce(now)) {
      throw new Failure('undo_impossible', `the containment is ${now?.state ?? 'gone'}`)
    }
    const longer: EffectRecord = { ...now, state: 'standing', endsAtMs, dueAtMs: endsAtMs }
    await spine.effects.put(tx, longer)
    return {
      value: longer,
      entries: [
        {
          id: spine.nextId(),
          type: 'containment.extended',
          atMs: nowMs,
          actor: { kind: 'person', id: person.id },
          caseId: now.caseId,
          task: now.task,
          call: callId,
          data: { contained: callId, by, ends: endsAtMs },
          payloads: { reason: textPayload(reason) },
        },
      ],
    }
  })
  return { record: value, receipts }
}

async function liftRole(spine: Spine, person: Person, record: EffectRecord): Promise<string> {
  const { tenant, approvers, actedAtMs } = record
  const nowMs = spine.clock.nowMs()
  const [current, onDuty, targets] = await Promise.all([
    spine.people.byId(tenant, person.id),
    spine.roster.onDuty(tenant, nowMs),
    targetsOf(spine.payloads, record),
  ])
  if (current === undefined) throw new Failure('not_permitted', 'the person is not registered')
  const targetNames = targets.map(({ id }) => id.toLowerCase())
  const allowed = mayLift({ person: current, onDuty, approvers, actedAtMs, targetNames, nowMs })
  if (!allowed.may) throw new Failure('not_eligible', `the failing test is ${allowed.failing}`)
  return allowed.by
}
