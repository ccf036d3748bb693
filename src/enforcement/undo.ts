/**
 * Takes back what a call did, by the inverse the catalogue named when it was sent. The undo is a call of its own:
 * decided by the rule that names who may, dispatched durably, looked at afterwards. One attempt at a time; what
 * an earlier attempt or the target itself has lifted is not lifted again. Works while everything is stopped.
 */
import { classify, isRefused } from '../catalogue/classify.ts'
import type { Drill } from '../catalogue/ports.ts'
import type { ClassifiedCall } from '../catalogue/tool.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { Outcome } from './call.ts'
import { type EffectRecord, isInForce } from './effect-record.ts'
import { baseOf } from './entries.ts'
import { actOwn, calleeOf, dispatchOwn, type OwnCall } from './own-call.ts'
import type { CallPlace } from './place.ts'
import { look, probe } from './probe.ts'
import type { PlannedCall } from './record-effect.ts'
import type { TaskPlace } from './session.ts'
import { settle } from './settle.ts'
import type { Spine } from './spine.ts'
import { alreadyLifted, concludeUndo, failedUnsent } from './undo-end.ts'
import type { UndoEnd, UndoWish } from './undo-wish.ts'

const BROKER_FAILURES = ['broker_unreachable', 'broker_refused']

/** Throws `undo_impossible`, `undo_running`, `broker_unreachable`, `broker_refused`; then nothing was sent, and a failure of the way is on record. */
export async function undo(spine: Spine, wish: UndoWish): Promise<UndoEnd> {
  const { record } = wish
  if (!isInForce(record)) throw new Failure('undo_impossible', `the effect is ${record.state}`)
  await noneRunning(spine, record)
  const session = await sessionOf(spine, record)
  const own = await ownCallOf(spine, session, wish).catch(async (error: unknown) => {
    await failedUnsent(spine, wish, codeOf(error))
    throw error
  })
  if ((await look(spine, session, own.call)) === 'verified') return alreadyLifted(spine, wish)
  const sent = await dispatchOwn(spine, own).catch(async (error: unknown) => {
    // Nothing to send it with: the effect is still there, and somebody has to know.
    if (BROKER_FAILURES.includes(codeOf(error))) await failedUnsent(spine, wish, codeOf(error))
    throw error
  })
  spine.at('undo:dispatched')
  const acted = await actOwn(spine, own, sent)
  spine.at('undo:acted')
  const finding = await probe(spine, session, own.call, acted)
  const { place, dispatched } = sent
  const drill = await drillOf(spine, wish, place.callId)
  const also = (tx: Tx, outcome: Outcome) => concludeUndo(spine, tx, wish, place, outcome, drill)
  const { outcome } = await settle(spine, place, own.call, dispatched, acted, finding, also)
  spine.at('undo:after')
  const isLifted = outcome === 'applied_verified' || outcome === 'applied_unverified'
  return { kind: isLifted ? 'lifted' : 'failed', call: place.callId, outcome }
}

/** The task may be closed and the agent suspended by now; both are only named. */
export async function sessionOf(
  spine: Spine,
  record: Pick<EffectRecord, 'tenant' | 'agent' | 'task'>,
): Promise<TaskPlace> {
  const { tenant } = record
  const { agents, tasks } = spine.facts
  const [agent, task] = await Promise.all([
    agents.byId(tenant, record.agent),
    tasks.byId(tenant, record.task),
  ])
  if (agent === undefined || task === undefined) {
    throw new Failure('facts_unavailable', 'agent or task of the call is not in the store')
  }
  return { tenant, agent, task }
}

/** The planned call as the catalogue classifies it now. Throws `undo_impossible`, naming why. */
export async function classifyPlanned(
  spine: Spine,
  tenant: string,
  planned: PlannedCall | undefined,
): Promise<ClassifiedCall> {
  if (planned === undefined) throw new Failure('undo_impossible', 'the call has no inverse')
  const tool = await calleeOf(spine, tenant, planned.upstream, planned.tool)
  if (tool === undefined) throw new Failure('undo_impossible', `there is no tool ${planned.tool}`)
  const call = classify(tool, planned.arguments, () => undefined)
  if (isRefused(call)) throw new Failure('undo_impossible', `${call.code}: ${call.detail}`)
  return call
}

async function ownCallOf(spine: Spine, session: TaskPlace, wish: UndoWish): Promise<OwnCall> {
  const call = await classifyPlanned(spine, session.tenant, wish.plan.inverse)
  const guard = (tx: Tx, place: CallPlace) => claimUndo(spine, tx, wish, place)
  return {
    session,
    tool: call.tool,
    call,
    actor: wish.actor,
    rule: `gateway:undo/${wish.by}`,
    guard,
  }
}

async function noneRunning(spine: Spine, { tenant, undo: last }: EffectRecord): Promise<void> {
  const call = last === undefined ? undefined : await spine.calls.byId(tenant, last)
  if (call?.state === 'dispatched') throw new Failure('undo_running', 'an undo of it is under way')
}

/** One attempt at a time: whoever read the record first, and only them, may send. */
async function claimUndo(
  spine: Spine,
  tx: Tx,
  wish: UndoWish,
  place: CallPlace,
): Promise<readonly EntryDraft[]> {
  const now = await spine.effects.lock(tx, wish.record.call)
  if (now === undefined || !isInForce(now)) {
    throw new Failure('undo_impossible', `the effect is ${now?.state ?? 'gone'}`)
  }
  if (now.undo !== wish.record.undo) throw new Failure('undo_running', 'somebody was faster')
  await spine.effects.put(tx, { ...now, undo: place.callId })
  await spine.followUps.take(tx, { tenant: now.tenant, call: now.call, kind: 'compensate' })
  const started: EntryDraft = {
    ...baseOf(place),
    id: spine.nextId(),
    type: 'undo.started',
    data: { undoes: now.call, by: wish.by, statement: wish.statement },
    ...(wish.payloads === undefined ? {} : { payloads: wish.payloads }),
  }
  return [started]
}

/** What an undo that is seen to work proves about the catalogue: that this entry has a way back (R63). */
async function drillOf(
  spine: Spine,
  { record, plan }: UndoWish,
  undoCall: string,
): Promise<Drill | undefined> {
  const { tenant, call } = record
  const [first, tool] = await Promise.all([
    spine.calls.byId(tenant, call),
    calleeOf(spine, tenant, plan.done.upstream, plan.done.tool),
  ])
  const entryDigest = tool?.reviewed?.entryDigest
  if (tool === undefined || entryDigest === undefined || first?.outcome !== 'applied_verified') {
    return undefined
  }
  const { upstream, name } = tool
  return { tenant, upstream, name, entryDigest, call, undo: undoCall, atMs: spine.clock.nowMs() }
}
