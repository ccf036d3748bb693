/**
 * May this person give this signature now? Pure, and each no names the test that failed, so that people are
 * told what to change and the record says why a yes was only advice (DESIGN 9, R131).
 */
import type { Certificate, Person } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Shift } from '../roster/roster.ts'
import type { ApprovalRequest, Need, Signature } from './request.ts'

/** The tests in the order they are made; the first that fails is the one named. */
export type FailingTest =
  | 'suspended'
  | 'no_need_left'
  | 'role'
  | 'on_duty'
  | 'certified'
  | 'requester'
  | 'target'
  | 'agent_owner'
  | 'already_signed'

export type Eligibility =
  | { readonly isEligible: true; readonly need: Need; readonly certificate?: string }
  | { readonly isEligible: false; readonly failing: FailingTest }

export type EligibilityFacts = {
  readonly person: Person
  readonly request: ApprovalRequest
  /** Shifts that cover the instant, all people. */
  readonly onDuty: readonly Shift[]
  readonly certificates: readonly Certificate[]
  readonly signatures: readonly Signature[]
  /** E-mail addresses and account names the call acts upon, lower case. */
  readonly targetNames: readonly string[]
  readonly nowMs: InstantMs
}

/** Which open need the person can meet, or the first test that fails. */
export function eligibility(facts: EligibilityFacts): Eligibility {
  const { person, request, signatures } = facts
  if (person.state !== 'active') return no('suspended')
  const open = request.needs.filter(
    (need) => !signatures.some((signed) => signed.role === need.role),
  )
  if (open.length === 0) return no('no_need_left')
  if (signatures.some((signed) => signed.person === person.id)) return no('already_signed')
  const held = open.filter((need) => person.roles.includes(need.role))
  if (held.length === 0) return no('role')
  const onDuty = held.filter((need) => isOnDuty(facts, need))
  if (onDuty.length === 0) return no('on_duty')
  const need = onDuty[0]
  if (need === undefined) return no('role')
  const certificate = validCertificate(facts)
  if (certificate === undefined) return no('certified')
  if (need.strength !== 'confirm' && person.id === request.onBehalfOf) return no('requester')
  if (isTarget(facts)) return no('target')
  const isLastSignature = open.length === 1
  const isAlone = signatures.length === 0 && isLastSignature
  if (request.isIrreversible && isAlone && person.id === request.agentOwner)
    return no('agent_owner')
  return { isEligible: true, need, certificate: certificate.id }
}

function no(failing: FailingTest): Eligibility {
  return { isEligible: false, failing }
}

/** A confirm may come from any certified person of the role; the others need the duty of the role itself. */
function isOnDuty(facts: EligibilityFacts, need: Need): boolean {
  return facts.onDuty.some((shift) => shift.person === facts.person.id && shift.role === need.role)
}

/** Certified for the action itself or for its effect, and not expired. */
function validCertificate(facts: EligibilityFacts): Certificate | undefined {
  const { action, effect } = facts.request
  return facts.certificates.find(
    (held) =>
      (held.actionClass === action || held.actionClass === effect) &&
      held.expiresAtMs > facts.nowMs,
  )
}

function isTarget(facts: EligibilityFacts): boolean {
  const email = facts.person.email.toLowerCase()
  const account = email.split('@')[0] ?? email
  return facts.targetNames.includes(email) || facts.targetNames.includes(account)
}
