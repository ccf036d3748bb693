/** One thing the doctor looked at, and what helps when it is not well. */
import { complaintOf } from './failure-text.ts'

export type CheckResult = {
  readonly name: string
  /** `warning`: works today, and will not for long, or is weaker than it looks. */
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped'
  readonly detail: string
  readonly next?: string
}

export const ok = (name: string, detail: string): CheckResult => ({ name, state: 'ok', detail })

export function warning(name: string, detail: string, next: string): CheckResult {
  return { name, state: 'warning', detail, next }
}

export function failed(name: string, detail: string, next: string): CheckResult {
  return { name, state: 'failed', detail, next }
}

export const skipped = (name: string, detail: string): CheckResult => ({
  name,
  state: 'skipped',
  detail,
})

/** What was thrown as a result, with the step that helps somebody at a command line. */
export function failedBy(name: string, error: unknown): CheckResult {
  const { code, title, detail, next } = complaintOf(error)
  return failed(name, `${title} (${code}): ${detail}`, next)
}
