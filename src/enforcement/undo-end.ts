/**
 * How an undo ends on record. One that did not work is loud: the effect is still in force, so whoever leads the
 * shift and whoever signed are paged in the commit that says so (R63).
 */
import type { Drill } from '../catalogue/ports.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import type { FailureCode } from '../kernel/failure.ts'
import type { Recipient } from '../kernel/notice.ts'
import type { Outcome } from './call.ts'
import type { EffectRecord } from './effect-record.ts'
import { baseOf } from './entries.ts'
import type { CallPlace } from './place.ts'
import type { Spine } from './spine.ts'
import type { UndoEnd, UndoWish } from './undo-wish.ts'

/** What becomes true with the outcome of the undo. */
export async function concludeUndo(
  spine: Spine,
  tx: Tx,
  wish: UndoWish,
  place: CallPlace,
  outcome: Outcome,
  drill: Drill | undefined,
): Promise<readonly EntryDraft[]> {
  const { call: undoes } = wish.record
  const base = { ...baseOf(place), atMs: spine.clock.nowMs(), id: spine.nextId() }
  if (outcome !== 'applied_verified' && outcome !== 'applied_unverified') {
    await tellFailed(spine, tx, wish.record)
    return [{ ...base, type: 'undo.failed', data: { undoes, outcome } }]
  }
  const now = await spine.effects.lock(tx, undoes)
  if (now !== undefined) await spine.effects.put(tx, { ...now, state: 'lifted' })
  const drilled = outcome === 'applied_verified' ? drill : undefined
  if (drilled !== undefined) await spine.drills.put(tx, drilled)
  const proved = drilled === undefined ? {} : { drilled: drilled.entryDigest }
  return [{ ...base, type: 'undo.done', data: { undoes, outcome, ...proved } }]
}

/** Nothing had to be sent; the record says that somebody asked, and what was found. */
export async function alreadyLifted(spine: Spine, wish: UndoWish): Promise<UndoEnd> {
  const { record, actor, payloads } = wish
  await spine.commit(record.tenant, async (tx) => {
    const now = await spine.effects.lock(tx, record.call)
    if (now !== undefined) await spine.effects.put(tx, { ...now, state: 'ended' })
    await spine.followUps.take(tx, { tenant: record.tenant, call: record.call, kind: 'compensate' })
    const entry: EntryDraft = {
      ...placeOf(spine, record, actor),
      type: 'containment.ended',
      data: { contained: record.call, how: 'already_lifted' },
      ...(payloads === undefined ? {} : { payloads }),
    }
    return { value: undefined, entries: [entry] }
  })
  return { kind: 'already' }
}

/** There is a way back on record that cannot be gone: blocked, changed or missing now. */
export async function failedUnsent(
  spine: Spine,
  { record, actor }: UndoWish,
  error: FailureCode,
): Promise<void> {
  await spine.commit(record.tenant, async (tx) => {
    await tellFailed(spine, tx, record)
    await spine.followUps.take(tx, { tenant: record.tenant, call: record.call, kind: 'compensate' })
    const data = { undoes: record.call, outcome: 'not_sent', error }
    const entry: EntryDraft = { ...placeOf(spine, record, actor), type: 'undo.failed', data }
    return { value: undefined, entries: [entry] }
  })
}

async function tellFailed(spine: Spine, tx: Tx, record: EffectRecord): Promise<void> {
  const to: readonly Recipient[] = [
    { role: 'shift-lead' },
    ...record.approvers.map((person) => ({ person })),
  ]
  for (const each of to) {
    await spine.notices.put(tx, {
      tenant: record.tenant,
      id: spine.nextId(),
      kind: 'undo.failed',
      urgency: 'page',
      to: each,
      about: { call: record.call, caseId: record.caseId },
      atMs: spine.clock.nowMs(),
    })
  }
}

export function placeOf(
  spine: Pick<Spine, 'nextId' | 'clock'>,
  record: Pick<EffectRecord, 'caseId' | 'task' | 'call'>,
  actor: EntryDraft['actor'],
): Omit<EntryDraft, 'type' | 'data'> {
  return {
    id: spine.nextId(),
    atMs: spine.clock.nowMs(),
    actor,
    caseId: record.caseId,
    task: record.task,
    call: record.call,
  }
}
