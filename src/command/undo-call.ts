/**
 * A person takes back what a call did. They see exactly which call will be made before it is (`show`), and what
 * they saw is what is done: its digest goes back with the order.
 */
import { type MayLift, mayLift } from '../approval/lifting.ts'
import type { EffectRecord } from '../enforcement/effect-record.ts'
import { type PlannedCall, readUndoPlan, type UndoPlan } from '../enforcement/record-effect.ts'
import type { Spine } from '../enforcement/spine.ts'
import { undo } from '../enforcement/undo.ts'
import type { UndoEnd } from '../enforcement/undo-wish.ts'
import type { Person } from '../identity/person.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import { reasonOf, textPayload } from './decision-parts.ts'

export type UndoShown = {
  readonly record: EffectRecord
  readonly targets: UndoPlan['targets']
  readonly inverse: PlannedCall
  /** Of what exactly would be done. */
  readonly statement: Digest
  /** Whether the person who looks may do it now. */
  readonly mayLift: MayLift
}

export type UndoInput = {
  readonly tenant: string
  readonly person: Person
  readonly callId: string
  readonly seenDigest: string
  readonly reason: string
}

export type UndoCommands = {
  readonly show: (tenant: string, person: Person, callId: string) => Promise<UndoShown>
  readonly undo: (input: UndoInput) => Promise<UndoEnd>
}

export function makeUndoCommands(spine: Spine): UndoCommands {
  return {
    show: (tenant, person, callId) => show(spine, tenant, person, callId),
    undo: (input) => undoCall(spine, input),
  }
}

/** Throws `not_found`, `undo_impossible`, `payload_unreadable`. */
async function show(
  spine: Spine,
  tenant: string,
  person: Person,
  callId: string,
): Promise<UndoShown> {
  const record = await recordOf(spine, tenant, callId)
  const plan = await readUndoPlan(spine.payloads, record)
  return shown(spine, person, record, plan)
}

/**
 * Throws `not_found`, `not_eligible` (naming the failing test), `reason_required`, `seen_digest_mismatch`,
 * `undo_impossible`, `undo_running`.
 */
async function undoCall(spine: Spine, input: UndoInput): Promise<UndoEnd> {
  const reason = reasonOf(input.reason)
  const { tenant, person, callId } = input
  const record = await recordOf(spine, tenant, callId)
  const plan = await readUndoPlan(spine.payloads, record)
  const seen = await shown(spine, person, record, plan)
  if (seen.statement !== input.seenDigest) {
    throw new Failure('seen_digest_mismatch', 'the digest seen is not of this undo')
  }
  const allowed = seen.mayLift
  if (!allowed.may) throw new Failure('not_eligible', `the failing test is ${allowed.failing}`)
  return undo(spine, {
    record,
    plan,
    actor: { kind: 'person', id: person.id },
    by: allowed.by,
    statement: seen.statement,
    payloads: { reason: textPayload(reason) },
  })
}

async function recordOf(spine: Spine, tenant: string, callId: string): Promise<EffectRecord> {
  const record = await spine.effects.byCall(tenant, callId)
  if (record !== undefined) return record
  const call = await spine.calls.byId(tenant, callId)
  if (call === undefined) throw new Failure('not_found', 'there is no such call')
  throw new Failure('undo_impossible', 'the call left nothing behind that could be taken back')
}

async function shown(
  spine: Spine,
  person: Person,
  record: EffectRecord,
  plan: UndoPlan,
): Promise<UndoShown> {
  const { inverse, targets } = plan
  if (inverse === undefined) throw new Failure('undo_impossible', 'the call has no inverse')
  const { tenant } = record
  const nowMs = spine.clock.nowMs()
  const [current, onDuty] = await Promise.all([
    spine.people.byId(tenant, person.id),
    spine.roster.onDuty(tenant, nowMs),
  ])
  if (current === undefined) throw new Failure('not_permitted', 'the person is not registered')
  const { approvers, actedAtMs } = record
  const targetNames = targets.map(({ id }) => id.toLowerCase())
  return {
    record,
    targets,
    inverse,
    statement: undoStatement(record, inverse),
    mayLift: mayLift({ person: current, onDuty, approvers, actedAtMs, targetNames, nowMs }),
  }
}

/** What a person says yes to: this call, to take back that one. */
export function undoStatement(record: EffectRecord, inverse: PlannedCall): Digest {
  const { upstream, tool, arguments: args } = inverse
  const { tenant, call } = record
  return digestOfJson('countersign-action-v1', {
    v: 1,
    kind: 'undo',
    tenant,
    undoes: call,
    upstream,
    tool,
    arguments: args,
  })
}
