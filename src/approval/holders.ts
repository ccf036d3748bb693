/**
 * Who could make a request theirs now, the first one first: whoever holds the accountable role by precedence,
 * then whoever it was lent to, and last whoever signed beside the owner. Pure; everybody is judged by the same tests as when they sign (R150).
 */
import type { Delegation } from '../identity/delegation.ts'
import type { Certificate, Person, Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { byPrecedence } from '../roster/roster.ts'
import { type EligibilityFacts, mayOwn } from './eligibility.ts'
import { accountableRole, ownerNeed, rolesAbove } from './ownership.ts'
import type { ApprovalRequest, Signature } from './request.ts'

/** What holds for everybody who might be asked, read at one instant. */
export type DutyView = Pick<
  EligibilityFacts,
  'onDuty' | 'targetNames' | 'suspects' | 'limitOf' | 'unrecorded' | 'nowMs'
> & {
  readonly people: readonly Person[]
  readonly certificates: readonly Certificate[]
  readonly delegations: readonly Delegation[]
}

export function factsFor(
  view: DutyView,
  request: ApprovalRequest,
  person: Person,
  signatures: readonly Signature[],
): EligibilityFacts {
  const active = new Set(view.people.filter(({ state }) => state === 'active').map(({ id }) => id))
  return {
    ...view,
    person,
    request,
    signatures,
    certificates: view.certificates.filter((held) => held.person === person.id),
    delegations: view.delegations.filter(
      (lent) => lent.delegate === person.id && active.has(lent.delegator) && stillHolds(view, lent),
    ),
  }
}

function stillHolds({ people, unrecorded }: DutyView, { delegator, role }: Delegation): boolean {
  if (unrecorded.includes(delegator)) return false
  return people.some(({ id, roles }) => id === delegator && roles.includes(role))
}

/** Ids of the people who could own the request in the role it is accountable to, in the order they are asked. */
export function holders(
  view: DutyView,
  request: ApprovalRequest,
  signatures: readonly Signature[] = [],
): readonly string[] {
  const role = accountableRole(request)
  if (role === undefined) return []
  const onShift = view.onDuty
    .filter((shift) => shift.role === role)
    .toSorted(byPrecedence)
    .map(({ person }) => person)
  const lent = view.delegations.filter((one) => one.role === role).map(({ delegate }) => delegate)
  const able = [...new Set([...onShift, ...lent])].filter((id) => {
    const person = view.people.find((one) => one.id === id)
    if (person === undefined) return false
    return mayOwn(factsFor(view, request, person, signatures)).isEligible
  })
  // Whoever signed beside the owner loses that yes by becoming the owner, so they are asked last.
  const isCoSigner = (id: string) => signatures.some(({ person }) => person === id)
  return able.toSorted((a, b) => Number(isCoSigner(a)) - Number(isCoSigner(b)))
}

export type Holding = { readonly accountable: Role; readonly people: readonly string[] }

/**
 * The first role that somebody eligible holds now: the accountable one, then those above it, then the one the
 * rule named. Undefined when nobody could own the request at all (R150: escalation, never a pass).
 */
export function holding(
  view: DutyView,
  request: ApprovalRequest,
  signatures: readonly Signature[] = [],
): Holding | undefined {
  const first = accountableRole(request)
  const named = ownerNeed(request)?.role
  if (first === undefined || named === undefined) return undefined
  const order = [...new Set([first, ...rolesAbove(request), named])]
  for (const accountable of order) {
    const people = holders(view, { ...request, accountable }, signatures)
    if (people.length > 0) return { accountable, people }
  }
  return undefined
}

/** When what makes a person eligible runs out: their shifts, their certificates, what was lent to them. */
export function endsOf(view: DutyView, person: string | undefined): readonly InstantMs[] {
  return [
    ...view.onDuty.filter((shift) => shift.person === person).map(({ toMs }) => toMs),
    ...view.certificates.filter((held) => held.person === person).map((held) => held.expiresAtMs),
    ...view.delegations.filter((lent) => lent.delegate === person).map(({ toMs }) => toMs),
  ]
}
