/**
 * Steps 8 to 10: what came of it. The outcome, what the task has now read and what the agent is given are
 * durable before the agent hears anything. A crash before this commit leaves the call `dispatched`; recovery
 * settles it.
 */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import { atLeast } from '../catalogue/tool.ts'
import type { Tx } from '../kernel/commit.ts'
import { digestOf } from '../kernel/digest.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { UpstreamError } from '../kernel/upstream-error.ts'
import type { Outcome } from './call.ts'
import type { Dispatched } from './dispatch.ts'
import { firstLookAtMs, stateAfter } from './effect-record.ts'
import { baseOf, jsonPayload, outcomeDraft } from './entries.ts'
import { letGo, type Told } from './let-go.ts'
import type { CallPlace } from './place.ts'
import { rememberSafeguards } from './safeguards.ts'
import type { Spine } from './spine.ts'
import type { FrameAnswer } from './upstream.ts'

/** What the adapter gave back: an answer, the upstream's own error, or a failure of the way there. */
export type Acted =
  | { readonly kind: 'answer'; readonly answer: FrameAnswer }
  | { readonly kind: 'rpc-error'; readonly error: UpstreamError }
  | { readonly kind: 'failure'; readonly error: Failure | Error }

export type Settled = { readonly outcome: Outcome; readonly evidenceId?: string }

/** Whether the effect was looked at afterwards; `verified` and `absent` come from a probe. */
export type ProbeFinding = 'verified' | 'absent' | 'untold'

/** What else becomes true with the outcome, in the same commit. */
export type AlsoSettle = (tx: Tx, outcome: Outcome) => Promise<readonly EntryDraft[]>

export async function settle(
  spine: Spine,
  place: CallPlace,
  call: ClassifiedCall,
  dispatched: Dispatched,
  acted: Acted,
  probe: ProbeFinding,
  also: AlsoSettle = async () => [],
): Promise<Settled> {
  const { tenant, task } = place.session
  const nowMs = spine.clock.nowMs()
  const outcome = outcomeOf(call, acted, probe)
  const result =
    acted.kind === 'answer' && acted.answer.kind === 'complete' ? acted.answer.result : undefined
  const evidenceId = result === undefined ? undefined : spine.nextId()
  const outcomeId = spine.nextId()
  const dataClass = call.resultLabels.includes('personal') ? 'personal' : 'operational'
  const recorded = result === undefined ? undefined : jsonPayload(result, dataClass)
  const told = baseOf({ ...place, atMs: nowMs })
  const first = outcomeDraft(
    outcomeId,
    { ...place, atMs: nowMs },
    {
      outcome,
      durationMs: Math.max(0, nowMs - dispatched.dispatchedAtMs),
      dispatched: dispatched.receipt,
      ...(evidenceId === undefined ? {} : { evidence: evidenceId }),
      ...(recorded === undefined ? {} : { result: recorded }),
      ...(probe === 'untold' ? {} : { probe }),
      ...errorOf(acted),
    },
  )
  const delivered: readonly EntryDraft[] =
    evidenceId === undefined
      ? []
      : [deliveredDraft(spine, told, call, acted, outcomeId, evidenceId)]
  await spine.commit(tenant, async (tx) => {
    if (!(await spine.calls.settle(tx, place.callId, outcome, evidenceId, nowMs))) {
      throw new Failure('outcome_unknown', 'the call was given up on before its answer came')
    }
    const ended = await letGo(spine, tx, dispatched.lease, told, 'call_settled')
    if (atLeast(call.effect, 'influence')) {
      const lookAtMs = outcome === 'unknown' ? firstLookAtMs(nowMs) : undefined
      await spine.effects.conclude(tx, place.callId, stateAfter(outcome), lookAtMs)
    }
    await rememberSafeguards(spine, tx, place, call, outcome, nowMs)
    if (evidenceId !== undefined && recorded !== undefined) {
      await spine.evidence.put(tx, {
        tenant,
        id: evidenceId,
        caseId: task.caseId,
        task: task.id,
        call: place.callId,
        tool: place.label.tool,
        digest: digestOf('countersign-evidence-v1', recorded.bytes),
        outcomeEntry: outcomeId,
        labels: call.resultLabels,
        atMs: nowMs,
      })
    }
    // The agent reads the words of an error or of a question as it reads a result; what the gateway reads for
    // itself it never sees.
    if (acted.kind !== 'failure' && place.actor === undefined) {
      const sources = call.flags.includes('untrusted-output') ? [place.label.tool] : []
      await spine.facts.tasks.addExposure(tx, task.id, call.resultLabels, sources)
    }
    return {
      value: undefined,
      entries: [first, ...ended, ...delivered, ...(await also(tx, outcome))],
    }
  })
  return { outcome, ...(evidenceId === undefined ? {} : { evidenceId }) }
}

/** With these it surely was not sent. */
const UNSENT: ReadonlySet<string> = new Set([
  'upstream_unreachable',
  'lease_refused',
  'broker_refused',
  'broker_unreachable',
])

/**
 * The outcome from what is known, never from what is hoped. For a read the answer is the effect; for anything
 * else a tool's word is not proof, only a probe is.
 */
export function outcomeOf(call: ClassifiedCall, acted: Acted, probe: ProbeFinding): Outcome {
  if (acted.kind === 'rpc-error') return 'failed'
  if (acted.kind === 'failure') {
    return UNSENT.has(codeOf(acted.error)) ? 'failed' : 'unknown'
  }
  if (acted.answer.kind === 'input-required') return 'no_effect'
  if (acted.answer.isToolError) return 'failed'
  if (!atLeast(call.effect, 'annotate')) return 'applied_verified'
  if (probe === 'verified') return 'applied_verified'
  // It works on after its answer; the sweeper looks until its time is over.
  if (call.tool.reviewed?.entry.completesWithinMs !== undefined) return 'unknown'
  return probe === 'absent' ? 'no_effect' : 'applied_unverified'
}

function deliveredDraft(
  { nextId }: Spine,
  told: Told,
  call: ClassifiedCall,
  acted: Acted,
  outcome: string,
  evidence: string,
): EntryDraft {
  const data = { evidence, labels: call.resultLabels, redactions: redactionsIn(acted) }
  return { ...told, id: nextId(), type: 'tool.result.delivered', cites: [outcome], data }
}

function redactionsIn(acted: Acted): number {
  return acted.kind === 'answer' ? (acted.answer.redactions ?? 0) : 0
}

function errorOf(acted: Acted): { error?: string } {
  if (acted.kind === 'rpc-error') return { error: 'rpc_error' }
  if (acted.kind === 'failure') return { error: codeOf(acted.error) }
  if (acted.answer.kind === 'input-required') return { error: 'input_required' }
  return acted.answer.isToolError ? { error: 'tool_error' } : {}
}
