/**
 * What became of a call whose outcome nobody knows: the answer was lost, the target was away, or the tool answers
 * before it is done. The effect is looked at, again and again with growing distance, until the target says; nothing
 * is ever sent a second time (DESIGN 3).
 */
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { CallRecord, Outcome } from './call.ts'
import { type EffectRecord, FIRST_LOOK_MS } from './effect-record.ts'
import { endContainment } from './end-containment.ts'
import { look } from './probe.ts'
import { endDueAtMs, readUndoPlan } from './record-effect.ts'
import { dispatchReceipt } from './recover.ts'
import type { ProbeFinding } from './settle.ts'
import type { Spine } from './spine.ts'
import { classifyPlanned, sessionOf } from './undo.ts'
import { placeOf } from './undo-end.ts'

const LOOKER = { kind: 'system', id: 'effect-probe' } as const

/** The distance doubles with the age of the call, between the first and this. */
const LONGEST_WAIT_MS = 10 * 60_000
/** A target that has not come back by then is for people; the outcome stays `unknown` and the effect standing. */
const GIVE_UP_MS = 7 * 24 * 3_600_000

/** Looks at one effect that is due. Doing it twice does it once. */
export async function reconcile(
  spine: Spine,
  record: EffectRecord,
  call: CallRecord,
): Promise<void> {
  const { finding, withinMs, canTell } = await lookAt(spine, record)
  const ageMs = spine.clock.nowMs() - call.createdAtMs
  if (finding === 'verified') return conclude(spine, record, call, 'applied_verified')
  // A tool that works on after its answer has not failed before its time is over.
  if (finding === 'absent' && ageMs >= withinMs) return conclude(spine, record, call, 'no_effect')
  const isOver = !canTell || ageMs > GIVE_UP_MS
  if (isOver && record.endsAtMs !== undefined && record.endsAtMs <= spine.clock.nowMs()) {
    return endContainment(spine, record)
  }
  return lookAgain(spine, record, ageMs, isOver)
}

async function lookAt(
  spine: Spine,
  record: EffectRecord,
): Promise<{
  readonly finding: ProbeFinding
  readonly withinMs: number
  /** False when no read shows the effect, however often one looks. */
  readonly canTell: boolean
}> {
  try {
    const { done } = await readUndoPlan(spine.payloads, record)
    const call = await classifyPlanned(spine, record.tenant, done)
    const finding = await look(spine, await sessionOf(spine, record), call)
    const { completesWithinMs: withinMs = 0, probe } = call.tool.reviewed?.entry ?? {}
    return { finding, withinMs, canTell: probe !== undefined }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { finding: 'untold', withinMs: 0, canTell: true }
  }
}

async function conclude(
  spine: Spine,
  record: EffectRecord,
  call: CallRecord,
  outcome: Outcome,
): Promise<void> {
  const cited = await dispatchReceipt(spine, call)
  const nowMs = spine.clock.nowMs()
  const entry: EntryDraft = {
    ...placeOf(spine, record, LOOKER),
    type: 'tool.call.outcome',
    cites: cited === undefined ? [] : [cited],
    data: {
      tool: call.tool,
      definition: call.definitionDigest,
      fingerprint: call.fingerprint,
      outcome,
      probe: outcome === 'applied_verified' ? 'verified' : 'absent',
      duration_ms: Math.max(0, nowMs - call.createdAtMs),
    },
  }
  const state = outcome === 'no_effect' ? 'none' : 'standing'
  await change(spine, record, [entry], { state, dueAtMs: endDueAtMs(record) }, async (tx) => {
    if (!(await spine.calls.resettle(tx, call.id, outcome, nowMs))) {
      throw new Failure('conflict', 'the outcome is known by now')
    }
  })
}

async function lookAgain(
  spine: Spine,
  record: EffectRecord,
  ageMs: number,
  isOver: boolean,
): Promise<void> {
  const nowMs = spine.clock.nowMs()
  const waitMs = Math.min(Math.max(ageMs, FIRST_LOOK_MS), LONGEST_WAIT_MS)
  const dueAtMs = isOver ? endDueAtMs(record) : nowMs + waitMs
  const next = dueAtMs === undefined ? {} : { next: dueAtMs }
  const entry: EntryDraft = {
    ...placeOf(spine, record, LOOKER),
    type: 'effect.unseen',
    data: { effect_of: record.call, ...next },
  }
  await change(spine, record, [entry], { state: record.state, dueAtMs }, async () => undefined)
}

type Tx = Parameters<Parameters<Spine['commit']>[1]>[0]

async function change(
  spine: Spine,
  seen: EffectRecord,
  entries: readonly [EntryDraft],
  next: { readonly state: EffectRecord['state']; readonly dueAtMs: number | undefined },
  also: (tx: Tx) => Promise<void>,
): Promise<void> {
  await spine
    .commit(seen.tenant, async (tx) => {
      const now = await spine.effects.lock(tx, seen.call)
      if (now?.state !== seen.state || now.dueAtMs !== seen.dueAtMs) {
        throw new Failure('conflict', 'somebody else looked')
      }
      const { dueAtMs: _, ...rest } = now
      const { state, dueAtMs } = next
      await spine.effects.put(tx, { ...rest, state, ...(dueAtMs === undefined ? {} : { dueAtMs }) })
      await also(tx)
      return { value: undefined, entries }
    })
    .catch((error: unknown) => {
      if (!(error instanceof Failure) || error.code !== 'conflict') throw error
    })
}
