/** Step 5: asks, or finds the question already asked, and waits as long as the face can. */
import type { ApprovalRequest } from '../approval/request.ts'
import { codeOf, refusal } from '../kernel/failure.ts'
import type { Attached } from './attach.ts'
import { awaitDecision } from './await-decision.ts'
import type { Considered } from './considered.ts'
import type { CallAnswer, OpenQuestion } from './intent.ts'
import { openQuestions } from './open-questions.ts'
import { openRequest } from './open-request.ts'
import { recordRefusal } from './refuse.ts'
import { shopsAround } from './shop-around.ts'
import type { Spine } from './spine.ts'

/**
 * Either the answer for now, or the call is to be considered again: with the request that was decided, or with
 * none when a parallel call asked first.
 */
export type HoldEnd =
  | { readonly kind: 'answer'; readonly answer: CallAnswer }
  | { readonly kind: 'again'; readonly request?: ApprovalRequest }

/** Throws `too_many_open_requests`, `facts_changed`; then nobody was asked. */
export async function hold(
  spine: Spine,
  considered: Considered,
  attached: Attached,
): Promise<HoldEnd> {
  const { intent, place } = considered
  const asked = attached.isOpen ? attached.request : await ask(spine, considered)
  if ('kind' in asked) return asked
  const untilMs = place.cameAtMs + intent.holdMs
  const end = await awaitDecision(spine, asked, untilMs, intent.back.signal)
  if (end.state === 'pending') {
    const questions = await openQuestions(spine, end)
    return { kind: 'answer', answer: waiting(end, intent.back.signal, questions) }
  }
  return { kind: 'again', request: end }
}

/** Opens the request, unless a person just said no to this or a parallel call asked first. */
async function ask(spine: Spine, considered: Considered): Promise<ApprovalRequest | HoldEnd> {
  const around = await shopsAround(spine, considered)
  if (around !== undefined) {
    return { kind: 'answer', answer: await recordRefusal(spine, considered.place, around) }
  }
  try {
    return await openRequest(spine, considered)
  } catch (error) {
    if (codeOf(error) !== 'conflict') throw error
    return { kind: 'again' }
  }
}

/** Nothing ran. A caller who went away finds the request again by making the identical call. */
function waiting(
  request: ApprovalRequest,
  signal: AbortSignal,
  questions: readonly OpenQuestion[],
): CallAnswer {
  const { call: callId, id: approvalId } = request
  if (signal.aborted) {
    const gone = refusal('cancelled', 'the caller went away; the request stays open, nothing ran')
    return { kind: 'refused', callId, refusal: gone, approvalId }
  }
  return {
    kind: 'pending',
    callId,
    approvalId,
    action: request.action,
    role: request.needs[0]?.role ?? 'incident-commander',
    expiresAtMs: request.expiresAtMs,
    questions,
  }
}
