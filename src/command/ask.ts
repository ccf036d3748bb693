/**
 * A person asks the agent something about its request; the agent answers with a tool of the gateway. Both are
 * records: the question is the person's, the answer is the agent's claim. Neither decides anything, and the clock
 * of the request runs on.
 */
import { MAX_QUESTION_TEXT, MAX_QUESTIONS, type QuestionStore } from '../approval/question.ts'
import type { TaskSession } from '../enforcement/session.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import {
  type DecisionParts,
  lockOpen,
  requestBase,
  requestData,
  textPayload,
} from './decision-parts.ts'
import type { AskInput, DecisionOutcome } from './decision-ports.ts'

export type AskParts = DecisionParts & { readonly questions: QuestionStore }

/** Throws `request_invalid`, `not_found`, `approval_closed`, `approval_expired`, `rate_limited`. */
export async function ask(parts: AskParts, input: AskInput): Promise<DecisionOutcome> {
  const { tenant, person, requestId } = input
  const text = textOf('a question', input.question)
  const asked = await parts.questions.ofRequest(tenant, requestId)
  if (asked.length >= MAX_QUESTIONS)
    throw new Failure('rate_limited', `a request takes at most ${MAX_QUESTIONS} questions`)
  const { value, receipts } = await parts.commit(tenant, async (tx) => {
    const request = await lockOpen(parts, tx, requestId)
    const base = requestBase(parts, person, request)
    const id = parts.nextId()
    await parts.questions.put(tx, {
      tenant,
      id,
      request: request.id,
      askedBy: person.id,
      askedAtMs: base.atMs,
      entry: base.id,
    })
    const entry: EntryDraft = {
      ...base,
      type: 'approval.asked',
      data: { ...requestData(request), question: id, person: person.id },
      payloads: { question: textPayload(text) },
    }
    return { value: request, entries: [entry] }
  })
  return { kind: 'asked', request: value, receipts }
}

export type AnswerInput = {
  readonly requestId: string
  readonly questionId: string
  readonly answer: string
}

/** Throws `not_found` also for another task's request and for what is answered; and as `ask`. */
export async function answerQuestion(
  parts: AskParts,
  { tenant, task, agent }: TaskSession,
  input: AnswerInput,
): Promise<void> {
  const text = textOf('an answer', input.answer)
  const found = await parts.approvals.byId(tenant, input.requestId)
  if (found?.task !== task.id) throw new Failure('not_found', 'this task made no such request')
  await parts.commit(tenant, async (tx) => {
    const request = await lockOpen(parts, tx, input.requestId)
    const [id, atMs] = [parts.nextId(), parts.clock.nowMs()]
    if (!(await parts.questions.answer(tx, request.id, input.questionId, id, atMs)))
      throw new Failure('not_found', 'no such question waits for an answer')
    const entry: EntryDraft = {
      id,
      atMs,
      type: 'approval.answered',
      actor: { kind: 'agent', id: agent.id },
      caseId: request.caseId,
      task: request.task,
      call: request.call,
      data: { ...requestData(request), question: input.questionId, provenance: 'claimed' },
      payloads: { answer: textPayload(text) },
    }
    return { value: undefined, entries: [entry] }
  })
}

function textOf(what: string, given: string): string {
  const text = given.trim()
  if (text === '' || text.length > MAX_QUESTION_TEXT)
    throw new Failure('request_invalid', `${what} has 1 to ${MAX_QUESTION_TEXT} characters`)
  return text
}
