/**
 * Collecting evidence beside an isolation that keeps it (R132): a governed read of its own, recorded like any other,
 * sent while the isolation is on its way. Nothing waits for it and nothing of it undoes the isolation; that it did
 * not work is on record and paged. What has to be done yet is a row, so a crash at any point loses neither the
 * collection nor the word that it failed.
 */
import { classify, isRefused } from '../catalogue/classify.ts'
import { atLeast, type ClassifiedCall } from '../catalogue/tool.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { Outcome } from './call.ts'
import type { EffectRecord } from './effect-record.ts'
import { baseOf } from './entries.ts'
import type { FollowUpKind } from './follow-up.ts'
import { actOwn, calleeOf, dispatchOwn, type OwnCall } from './own-call.ts'
import type { CallPlace } from './place.ts'
import { readUndoPlan } from './record-effect.ts'
import { type Acted, settle } from './settle.ts'
import type { Spine } from './spine.ts'
import { tellNotCollected } from './tell-not-collected.ts'
import { sessionOf } from './undo.ts'
import { placeOf } from './undo-end.ts'

const COLLECTOR = { kind: 'system', id: 'evidence-collector' } as const
/** Beyond the lease of a collection, so that whoever gives up on lost calls was there first. */
const SEE_AFTER_MS = 120_000

/** Starts it beside the call whose isolation was just dispatched. Nobody waits for it, and it never throws. */
export function collectBeside(spine: Spine, place: CallPlace, call: ClassifiedCall): void {
  if (call.collection === undefined) return
  const { tenant } = place.session
  const go = () => collect(spine, tenant, place.callId)
  // Whatever went wrong left its row, and the sweeper comes back to it.
  void (spine.callsOut?.during(go) ?? go()).catch(() => undefined)
}

/** What a node that is gone left to be collected, or to be told about. Returns how many were due. */
export async function collectDue(spine: Spine, limit: number): Promise<number> {
  const nowMs = spine.clock.nowMs()
  const due = await spine.followUps.due('collect', 0, nowMs, limit)
  for (const { tenant, call } of due) await collect(spine, tenant, call)
  const sent = await spine.followUps.due('see-collected', 0, nowMs, limit)
  for (const { tenant, call } of sent) await seeCollected(spine, tenant, call)
  return due.length + sent.length
}

/** Collects once, whoever calls it how often; what cannot be sent is told. */
async function collect(spine: Spine, tenant: string, isolation: string): Promise<void> {
  const record = await spine.effects.byCall(tenant, isolation)
  if (record === undefined) return
  spine.at('collect:before')
  const own = await ownCallOf(spine, record).catch(async (error: unknown) => {
    await notSent(spine, record, codeOf(error))
  })
  if (own !== undefined) await send(spine, record, own).catch(unlessDoneByOthers)
}

function unlessDoneByOthers(error: unknown): void {
  if (codeOf(error) !== 'conflict') throw error
}

async function ownCallOf(spine: Spine, record: EffectRecord): Promise<OwnCall> {
  const { collection: planned } = await readUndoPlan(spine.payloads, record)
  if (planned === undefined) throw new Failure('arguments_invalid', 'it cannot be filled in')
  const tool = await calleeOf(spine, record.tenant, planned.upstream, planned.tool)
  if (tool === undefined) throw new Failure('tool_unknown', `there is no tool ${planned.tool}`)
  const call = classify(tool, planned.arguments, () => undefined)
  if (isRefused(call)) throw new Failure(call.code, call.detail)
  if (atLeast(call.effect, 'influence') || !call.flags.includes('collects-evidence')) {
    throw new Failure('classification_failed', `${tool.exposedName} does not only collect`)
  }
  const session = await sessionOf(spine, record)
  return {
    session,
    tool,
    call,
    actor: COLLECTOR,
    rule: 'gateway:collection',
    guard: (tx, place) => claim(spine, tx, record, place, call.timeoutMs),
  }
}

/** Whoever takes the row away sends, and leaves another one for whoever has to see how it ended. */
async function claim(
  spine: Spine,
  tx: Tx,
  { tenant, call: isolation }: EffectRecord,
  place: CallPlace,
  timeoutMs: number,
): Promise<readonly EntryDraft[]> {
  const isFirst = await spine.followUps.take(tx, { tenant, call: isolation, kind: 'collect' })
  if (!isFirst) throw new Failure('conflict', 'somebody else collects')
  const dueAtMs = place.atMs + timeoutMs + SEE_AFTER_MS
  await spine.followUps.put(tx, { tenant, call: place.callId, kind: 'see-collected', dueAtMs })
  const data = { beside: isolation }
  return [{ ...baseOf(place), id: spine.nextId(), type: 'collection.started', data }]
}

async function send(spine: Spine, record: EffectRecord, own: OwnCall): Promise<void> {
  const sent = await dispatchOwn(spine, own)
  spine.at('collect:dispatched')
  const acted = await actOwn(spine, own, sent)
  spine.at('collect:acted')
  const { place, dispatched } = sent
  const also = async (tx: Tx, outcome: Outcome) => {
    await spine.followUps.take(tx, {
      tenant: record.tenant,
      call: place.callId,
      kind: 'see-collected',
    })
    if (isUnderWay(acted, outcome)) return []
    await tellNotCollected(spine, tx, record)
    const base = { ...baseOf(place), atMs: spine.clock.nowMs(), id: spine.nextId() }
    const data = { beside: record.call, outcome }
    return [{ ...base, type: 'collection.failed', data }] satisfies readonly EntryDraft[]
  }
  // What cannot be recorded now stays in flight and is told by the row that is left.
  await settle(spine, place, own.call, dispatched, acted, 'untold', also).catch(leftInFlight)
  spine.at('collect:after')
}

function leftInFlight(error: unknown): void {
  if (!(error instanceof Failure)) throw error
}

/** A tool that works on after its answer has not failed because its outcome is open. */
function isUnderWay(acted: Acted, outcome: Outcome): boolean {
  if (outcome === 'unknown') return acted.kind === 'answer'
  return outcome === 'applied_verified' || outcome === 'applied_unverified'
}

/** No tool, no arguments, no task to send it in: the isolation stands, and people hear that nothing is collected. */
function notSent(spine: Spine, record: EffectRecord, error: string): Promise<void> {
  return tell(spine, record, 'collect', { beside: record.call, outcome: 'not_sent', error })
}

/** A collection that was sent by a node that is gone: once its outcome is written, people hear that it is unknown. */
async function seeCollected(spine: Spine, tenant: string, call: string): Promise<void> {
  const sent = await spine.calls.byId(tenant, call)
  if (sent === undefined || sent.state === 'dispatched') return
  const { caseId, task, outcome = 'unknown' } = sent
  await tell(spine, { tenant, call, caseId, task }, 'see-collected', { outcome })
}

async function tell(
  spine: Spine,
  about: Pick<EffectRecord, 'tenant' | 'call' | 'caseId' | 'task'>,
  kind: FollowUpKind,
  data: EntryDraft['data'],
): Promise<void> {
  const { tenant, call } = about
  await spine
    .commit(tenant, async (tx) => {
      const isFirst = await spine.followUps.take(tx, { tenant, call, kind })
      if (!isFirst) throw new Failure('conflict', 'somebody else did')
      await tellNotCollected(spine, tx, about)
      const placed = placeOf(spine, about, COLLECTOR)
      return { value: undefined, entries: [{ ...placed, type: 'collection.failed', data }] }
    })
    .catch(unlessDoneByOthers)
}
