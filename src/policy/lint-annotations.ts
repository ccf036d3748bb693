/** The annotations every policy must have, and those that turn a forbid into a question to a person. */
import { isRole } from '../identity/person.ts'
import type { Finding } from './finding.ts'
import { errorIn } from './finding.ts'
import { coSignersOf, isStrength, STRENGTHS } from './obligations.ts'
import type { PolicyHead } from './policy-head.ts'
import { isPolicyCode, POLICY_CODES } from './refusal-code.ts'

const REQUIRED = ['id', 'owner', 'reason', 'control'] as const
const OBLIGATION = ['requires', 'role', 'cosign'] as const
const KNOWN: readonly string[] = [...REQUIRED, ...OBLIGATION, 'code']

/** One or more `framework:reference`, e.g. `owasp-asi:ASI02 nist-ai-rmf:GOVERN-3.2`. */
const CONTROL = /^[a-z0-9-]+:[A-Za-z0-9./-]+(?: [a-z0-9-]+:[A-Za-z0-9./-]+)*$/
/** A reason is read in a hurry on a small screen. UTF-16 units. */
const MAX_REASON = 240

export function lintAnnotations(head: PolicyHead): readonly Finding[] {
  const findings: Finding[] = []
  const { id, annotations } = head
  const error = (code: string, detail: string): void => {
    findings.push(errorIn(id, code, detail))
  }
  for (const name of REQUIRED) {
    if ((annotations[name] ?? '') === '') error('annotation_missing', `@${name} is required`)
  }
  for (const name of Object.keys(annotations)) {
    if (!KNOWN.includes(name)) error('annotation_unknown', `@${name} means nothing here`)
  }
  if (annotations.id !== undefined && annotations.id !== id) {
    error('id_mismatch', `stored as ${id}, annotated @id("${annotations.id}")`)
  }
  if ((annotations.reason?.length ?? 0) > MAX_REASON) {
    error('reason_too_long', `more than ${MAX_REASON} characters`)
  }
  if (annotations.control !== undefined && !CONTROL.test(annotations.control)) {
    error('control_malformed', 'write framework:reference, separated by single spaces')
  }
  if (annotations.code !== undefined && !isPolicyCode(annotations.code)) {
    error('code_unknown', `@code must be one of ${POLICY_CODES.join(', ')}`)
  }
  return [...findings, ...lintObligation(head)]
}

function lintObligation(head: PolicyHead): readonly Finding[] {
  const { id, effect, annotations } = head
  const findings: Finding[] = []
  const error = (code: string, detail: string): void => {
    findings.push(errorIn(id, code, detail))
  }
  const { requires, role, cosign, code } = annotations
  if (effect === 'permit') {
    for (const name of [...OBLIGATION, 'code']) {
      if (annotations[name] !== undefined)
        error('permit_annotation', `@${name} belongs on a forbid`)
    }
    return findings
  }
  if (requires === undefined) {
    if (role !== undefined || cosign !== undefined) {
      error('requires_missing', '@role and @cosign need @requires')
    }
    return findings
  }
  if (!isStrength(requires)) error('requires_unknown', `@requires must be ${STRENGTHS.join(', ')}`)
  if (role === undefined || !(isRole(role) || role === 'owner')) {
    error('role_unknown', '@role must be a role or "owner"')
  }
  const coSigners = coSignersOf(cosign)
  if (coSigners === undefined) error('role_unknown', '@cosign must be roles separated by "|"')
  if (requires === 'dual' && coSigners?.length === 0) {
    error('cosign_missing', 'two people need a second role: name it with @cosign')
  }
  if (role !== undefined && coSigners?.some((one) => one === role) === true) {
    error('cosign_same_role', 'the second person needs a different role')
  }
  if (code !== undefined) error('code_on_obligation', '@code is for forbids nobody can release')
  return findings
}
