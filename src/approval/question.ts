/**
 * What a person asks the agent about a request, and what the agent says. The answer is the agent's claim and is
 * shown as one. Asking stops no clock and releases nothing.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'

export type Question = {
  readonly tenant: string
  readonly id: string
  readonly request: string
  readonly askedBy: string
  readonly askedAtMs: InstantMs
  /** Entry id of `approval.asked`; its payload `question` is the person's text. */
  readonly entry: string
  readonly answeredAtMs?: InstantMs
  /** Entry id of `approval.answered`; its payload `answer` is the agent's claim. */
  readonly answerEntry?: string
}

export type QuestionStore = {
  /** All questions of a request, in the order they were asked. Read committed. */
  readonly ofRequest: (tenant: string, request: string) => Promise<readonly Question[]>
  readonly put: (tx: Tx, question: Question) => Promise<void>
  /** Marks it answered, once. False, changing nothing, when it is not open or not of this request. */
  readonly answer: (
    tx: Tx,
    request: string,
    id: string,
    entry: string,
    atMs: InstantMs,
  ) => Promise<boolean>
}

/** More than this is a conversation, and belongs where people talk. */
export const MAX_QUESTIONS = 20
/** Characters of a question and of an answer. */
export const MAX_QUESTION_TEXT = 4096
