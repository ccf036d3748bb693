/**
 * What became of a call, as an MCP result.
 *
 * A no and a "wait" are tool results with `isError`, never JSON-RPC errors: protocol errors are less likely
 * to be shown to the model, which must read the next step. Several clients hand on only the text, so the text
 * says everything.
 *
 * The output-schema trap: client libraries reject a result of a tool with an `outputSchema` that has
 * `isError: false` and no matching `structuredContent`, and one of them checks `structuredContent` even of an
 * error. So a pending answer to such a tool is `isError: true` without `structuredContent`, although nothing
 * failed; for any other tool it is not an error and carries the object in both places.
 */
import type { CallAnswer } from '../../enforcement/intent.ts'
import { instantText } from '../../kernel/clock.ts'
import { FAILURES, type FailureCode, type Refusal } from '../../kernel/failure.ts'
import { isObject, type JsonObject } from '../../kernel/strict-json.ts'

type Answered = Extract<CallAnswer, { kind: 'answered' }>
type Refused = Extract<CallAnswer, { kind: 'refused' }>
type Pending = Extract<CallAnswer, { kind: 'pending' }>

/** The upstream's own result, with our marks and without any it tried to make in our name. */
export function answeredResult(answer: Answered): JsonObject {
  const { result } = answer.answer
  const given = isObject(result._meta) ? result._meta : {}
  const foreign = Object.entries(given).filter(([key]) => !key.startsWith('countersign/'))
  return {
    ...result,
    _meta: {
      ...Object.fromEntries(foreign),
      'countersign/call': answer.callId,
      ...(answer.evidenceId === undefined ? {} : { 'countersign/evidence': answer.evidenceId }),
      ...(answer.monitored === undefined
        ? {}
        : { 'countersign/monitored': monitoredOf(answer.monitored) }),
      ...(answer.stale === undefined ? {} : { 'countersign/stale': answer.stale }),
    },
  }
}

/** A monitored class lets pass what it would have refused or held; the agent and its log should know. */
function monitoredOf(would: Refusal): JsonObject {
  return { code: would.code, detail: would.detail, policies: would.policyIds }
}

/** What is said of a refusal, the same for tools and for methods that answer with errors. */
export function refusalOf(answer: Refused): JsonObject {
  const { code, detail, policyIds } = answer.refusal
  return {
    status: 'refused',
    code,
    detail,
    next: FAILURES[code].next,
    policies: policyIds,
    ...(answer.callId === '' ? {} : { call_id: answer.callId }),
    ...(answer.approvalId === undefined ? {} : { approval_id: answer.approvalId }),
    ...(answer.suggestedArguments === undefined
      ? {}
      : { suggested_arguments: answer.suggestedArguments }),
  }
}

export function pendingOf(answer: Pending, publicBaseUrl: string): JsonObject {
  return {
    status: 'pending_approval',
    approval_id: answer.approvalId,
    expires_at: instantText(answer.expiresAtMs),
    required_role: answer.role,
    action: answer.action,
    url: `${publicBaseUrl}/approvals/${answer.approvalId}`,
    next: FAILURES.pending_approval.next,
    call_id: answer.callId,
    ...questionsOf(answer),
  }
}

/** Absent when nobody asks anything. */
function questionsOf({ questions }: Pending): JsonObject {
  if (questions.length === 0) return {}
  const asked = questions.map(({ id, text: question }) => ({ question_id: id, question }))
  return { questions: asked, answer_with: 'countersign_answer' }
}

export function refusedResult(answer: Refused): JsonObject {
  const { code, detail } = answer.refusal
  return {
    content: [text(sentenceOf(code, detail), refusalOf(answer))],
    isError: true,
    // Without an id nothing was recorded: the ledger could not be written, or the request was no call.
    ...(answer.callId === '' ? {} : { _meta: { 'countersign/call': answer.callId } }),
  }
}

/** A detail is a fragment of ours, or a whole sentence of a policy that may say what the title says. */
function sentenceOf(code: FailureCode, detail: string): string {
  const { title } = FAILURES[code]
  const said = detail.replace(/\.$/, '')
  return said === title ? `${title}.` : `${title}: ${said}.`
}

export function pendingResult(
  answer: Pending,
  publicBaseUrl: string,
  hasOutputSchema: boolean,
): JsonObject {
  const said = pendingOf(answer, publicBaseUrl)
  const asks =
    answer.questions.length === 0 ? '' : ' A person asks something: answer with countersign_answer.'
  const sentence = `Not done yet: ${answer.action} waits for approval by ${answer.role}.${asks}`
  return {
    content: [text(sentence, said)],
    isError: hasOutputSchema,
    ...(hasOutputSchema ? {} : { structuredContent: { countersign: said } }),
    _meta: { 'countersign/call': answer.callId, 'countersign/approval': answer.approvalId },
  }
}

/** One sentence for a reader and one line for a program. */
function text(sentence: string, said: JsonObject): JsonObject {
  return { type: 'text', text: `${sentence}\n${JSON.stringify({ countersign: said })}` }
}
