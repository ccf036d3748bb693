/**
 * Who answers for a request. The first need is the owner's; every other need belongs to a co-signer. Who owns
 * it may change (take-over, hand-over, escalation), what must be signed never does.
 */
import type { Role } from '../identity/person.ts'
import type { ApprovalRequest, Need } from './request.ts'

/** The roles a question climbs to when nobody below answers, in this order. */
const LADDER: readonly Role[] = ['shift-lead', 'incident-commander', 'service-owner']

/** The next role up, never the same one. Above the commander stands whoever owns the service. */
export function secondRole(first: Role): Role {
  return first === 'incident-commander' ? 'service-owner' : 'incident-commander'
}

/** The need that only the owner meets; undefined for a request without needs, which nobody can release. */
export function ownerNeed(request: Pick<ApprovalRequest, 'needs'>): Need | undefined {
  return request.needs[0]
}

/** The role that has to answer now: the one the rule named, until the request climbed. */
export function accountableRole(
  request: Pick<ApprovalRequest, 'needs' | 'accountable'>,
): Role | undefined {
  return request.accountable ?? ownerNeed(request)?.role
}

/**
 * Roles above the accountable one, the next first. A role that signs the request anyway is left out: two
 * signatures of one role would be fewer eyes than the rule asked for.
 */
export function rolesAbove(
  request: Pick<ApprovalRequest, 'needs' | 'accountable'>,
): readonly Role[] {
  const role = accountableRole(request)
  if (role === undefined) return []
  // Roles beside the ladder (identity, privacy) climb to whoever commands the incident.
  const beside = role === 'identity-owner' || role === 'privacy-officer'
  const from = beside ? LADDER.indexOf('incident-commander') : LADDER.indexOf(role) + 1
  const signing = request.needs.map((need) => need.role)
  return LADDER.slice(from).filter((above) => above !== role && !signing.includes(above))
}
