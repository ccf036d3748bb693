/** How a command says that it did not work: the code, one sentence, and the one step that helps. */

import { FAILURES, Failure, type FailureCode } from '../kernel/failure.ts'
import { visible } from '../kernel/visible-text.ts'

export type Complaint = {
  readonly code: FailureCode
  readonly title: string
  readonly detail: string
  readonly next: string
}

/** Where the step that helps is another one for somebody at a command line. */
const NEXT_HERE: Partial<Record<FailureCode, string>> = {
  not_authenticated: 'Say who you are: --as NAME, --token-file FILE, or COUNTERSIGN_TOKEN.',
  request_invalid: 'Run the command with --help.',
  not_found: 'List what exists first; ids may be shortened to their last characters.',
  conflict: 'Choose another name or place, or look at what is there.',
  reason_required: 'Say why: --reason "...".',
  not_permitted: 'Ask somebody who holds one of the roles.',
}

/** What went wrong, whatever was thrown. A defect of ours says what it is, because nobody else will. */
export function complaintOf(error: unknown): Complaint {
  const code = error instanceof Failure ? error.code : 'internal'
  const { title, next } = FAILURES[code]
  const detail = error instanceof Error ? error.message : String(error)
  return { code, title, detail, next: NEXT_HERE[code] ?? next }
}

/** Two lines: `error CODE: sentence`, `next: step`. */
export function complaintText({ code, title, detail, next }: Complaint): string {
  const sentence = detail === '' ? title : `${title}: ${detail}`
  return `error ${code}: ${ended(visible(sentence))}\n  next: ${next}\n`
}

function ended(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`
}
