/**
 * A hard forbid may name the refusal the agent receives: `@code("purpose_forbids")`. The list is closed, and
 * its order decides which code is told when several forbids match: who asks, then the task, the case, the
 * thing acted upon, the mode. `shadow_recorded` comes last, because everything else would also have been a
 * no outside the shadow.
 */
import type { FailureCode } from '../kernel/failure.ts'
import type { Annotations } from './obligations.ts'

export const POLICY_CODES = [
  'agent_not_active',
  'task_closed',
  'case_closed',
  'cross_tenant',
  'classification_failed',
  'target_missing',
  'target_never_touch',
  'facts_unavailable',
  'mode_forbids',
  'purpose_forbids',
  'forbidden',
  'shadow_recorded',
] as const satisfies readonly FailureCode[]

export type PolicyCode = (typeof POLICY_CODES)[number]

export function isPolicyCode(text: string): text is PolicyCode {
  return (POLICY_CODES as readonly string[]).includes(text)
}

/** The code a hard forbid answers with; `forbidden` when it names none or one that is not on the list. */
export function codeOfForbid(annotations: Annotations | undefined): PolicyCode {
  const code = annotations?.code
  return code !== undefined && isPolicyCode(code) ? code : 'forbidden'
}

export function rankOfCode(code: PolicyCode): number {
  return POLICY_CODES.indexOf(code)
}
