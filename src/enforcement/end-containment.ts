/**
 * What happens when the time of a containment is over. It never lifts itself because a timer ran: it holds on and
 * people are paged, unless its class says `revert`. Where the target ends it, the gateway looks and lifts nothing
 * (DESIGN 9). Each step is a row with a due time, so a restart loses none and two nodes do none twice.
 */
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { EffectRecord } from './effect-record.ts'
import { look } from './probe.ts'
import { readUndoPlan } from './record-effect.ts'
import type { ProbeFinding } from './settle.ts'
import type { Spine } from './spine.ts'
import { classifyPlanned, sessionOf, undo } from './undo.ts'
import { placeOf } from './undo-end.ts'

/** The timer's own doer in the ledger. */
const TIMER = { kind: 'system', id: 'containment-timer' } as const

/** A target that cannot be seen is looked at again after this; people see it as overdue meanwhile. */
const LOOK_AGAIN_MS = 60_000
/** After this many minutes without a look at it, people are asked to. */
const GIVE_UP_LOOKING_MS = 15 * 60_000

/** How it went on, as `containment.ended` or `containment.overdue` says it. */
type How = 'itself' | 'itself_unseen' | 'holds' | 'still_in_force' | 'not_reverted' | 'unseen'

/** Does what is due for one standing containment. Doing it twice does it once. */
export async function endContainment(spine: Spine, record: EffectRecord): Promise<void> {
  if (record.atEnd === 'revert' && record.hasInverse) return revert(spine, record)
  if (record.atEnd !== 'self') return conclude(spine, record, 'holds')
  const found = await lookAtTarget(spine, record)
  if (found === 'absent') return conclude(spine, record, 'itself')
  if (found === 'verified') return conclude(spine, record, 'still_in_force')
  if (found === 'no-probe') return conclude(spine, record, 'itself_unseen')
  const isHopeless = spine.clock.nowMs() - (record.endsAtMs ?? 0) > GIVE_UP_LOOKING_MS
  return isHopeless ? conclude(spine, record, 'unseen') : lookLater(spine, record)
}

async function revert(spine: Spine, record: EffectRecord): Promise<void> {
  try {
    const plan = await readUndoPlan(spine.payloads, record)
    const { call: undoes, endsAtMs = 0 } = record
    const statement = digestOfJson('countersign-action-v1', { v: 1, kind: 'end', undoes, endsAtMs })
    const end = await undo(spine, {
      record,
      plan,
      actor: TIMER,
      by: 'end-of-containment',
      statement,
    })
    if (end.kind === 'failed') await conclude(spine, record, 'not_reverted')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    // Somebody is lifting it at this moment; whatever comes of that is found at the next round.
    if (error.code !== 'undo_running') await conclude(spine, record, 'not_reverted')
  }
}

async function lookAtTarget(
  spine: Spine,
  record: EffectRecord,
): Promise<ProbeFinding | 'no-probe'> {
  try {
    const { done } = await readUndoPlan(spine.payloads, record)
    const call = await classifyPlanned(spine, record.tenant, done)
    if (call.tool.reviewed?.entry.probe === undefined) return 'no-probe'
    return await look(spine, await sessionOf(spine, record), call)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return 'untold'
  }
}

const IS_OVER: readonly How[] = ['itself', 'itself_unseen']

async function conclude(spine: Spine, seen: EffectRecord, how: How): Promise<void> {
  await changeDue(spine, seen, how, async (now) => {
    const { dueAtMs: _, ...rest } = now
    return { ...rest, state: IS_OVER.includes(how) ? 'ended' : 'held' }
  })
}

async function lookLater(spine: Spine, seen: EffectRecord): Promise<void> {
  const dueAtMs = spine.clock.nowMs() + LOOK_AGAIN_MS
  await changeDue(spine, seen, 'unseen_yet', async (now) => ({ ...now, dueAtMs }))
}

/** Changes the record if it is still as it was seen, and tells people when somebody has to act. */
async function changeDue(
  spine: Spine,
  seen: EffectRecord,
  how: How | 'unseen_yet',
  next: (now: EffectRecord) => Promise<EffectRecord>,
): Promise<void> {
  await spine
    .commit(seen.tenant, async (tx) => {
      const now = await spine.effects.lock(tx, seen.call)
      if (now?.state !== 'standing' || now.endsAtMs !== seen.endsAtMs) {
        throw new Failure('conflict', 'the containment is another by now')
      }
      const changed = await next(now)
      await spine.effects.put(tx, changed)
      if (changed.state === 'held') {
        await spine.notices.put(tx, {
          tenant: seen.tenant,
          id: spine.nextId(),
          kind: 'containment.ended',
          urgency: 'page',
          to: { role: 'shift-lead' },
          about: { call: seen.call, containment: seen.call, caseId: seen.caseId },
          atMs: spine.clock.nowMs(),
        })
      }
      const data = { contained: seen.call, how }
      const type = changed.state === 'ended' ? 'containment.ended' : 'containment.overdue'
      const entry: EntryDraft = { ...placeOf(spine, seen, TIMER), type, data }
      return { value: undefined, entries: [entry] }
    })
    .catch((error: unknown) => {
      if (!(error instanceof Failure) || error.code !== 'conflict') throw error
    })
}
