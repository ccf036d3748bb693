/**
 * May this person give this signature now? Pure, and each no names the test that failed, so that people are
 * told what to change and the record says why a yes was only advice (DESIGN 9, R131, R152).
 */
import type { Delegation } from '../identity/delegation.ts'
import { isInForce } from '../identity/delegation.ts'
import type { Certificate, Person, Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RoleLimit } from '../policy/role-limit.ts'
import { isSettled } from '../roster/override.ts'
import type { Shift } from '../roster/roster.ts'
import { exceeds } from './limit.ts'
import { accountableRole } from './ownership.ts'
import type { ApprovalRequest, Need, Signature } from './request.ts'

/** The tests in the order they are made; of several needs the one that came furthest is told. */
export const FAILING_TESTS = [
  'suspended',
  'suspect',
  'no_need_left',
  'already_signed',
  'role',
  'role_unrecorded',
  'on_duty',
  'shift_unseen',
  'certified',
  'certificate_unrecorded',
  'requester',
  'target',
  'agent_owner',
  'modifier',
  'limit',
  'not_owner',
] as const
export type FailingTest = (typeof FAILING_TESTS)[number]

export type Entitled = {
  readonly isEligible: true
  readonly need: Need
  /** The role the person signs in: the need's own, or the one the request climbed to. */
  readonly heldAs: Role
  readonly delegation?: string
  readonly certificate: string
}
export type Eligibility = Entitled | { readonly isEligible: false; readonly failing: FailingTest }

export type EligibilityFacts = {
  readonly person: Person
  readonly request: ApprovalRequest
  /** Shifts that cover the instant and count for this class, all people. */
  readonly onDuty: readonly Shift[]
  readonly certificates: readonly Certificate[]
  /** Ids of the people whose roles, and of the certificates, that the ledger does not bear out. */
  readonly unrecorded: readonly string[]
  readonly signatures: readonly Signature[]
  /** E-mail addresses and account names the call acts upon, lower case. */
  readonly targetNames: readonly string[]
  /** People somebody marked as suspect in the case. */
  readonly suspects: readonly string[]
  /** Authority lent to the person by somebody who still has it. */
  readonly delegations: readonly Delegation[]
  /** How far a role reaches; undefined: as far as the rules do. */
  readonly limitOf: (role: Role) => RoleLimit | undefined
  readonly nowMs: InstantMs
}

/** Effects for which a shift has to be seen first (DESIGN 9). */
const WEIGHTY: readonly string[] = ['identity', 'destructive']

/** Which open need the person's signature would meet now, or the test that fails. */
export function eligibility(facts: EligibilityFacts): Eligibility {
  return judged(facts, (need) => needTest(facts, need))
}

/**
 * Whether the person could make the request theirs: everything but owning it, for the owner's need. A signature
 * they gave as co-signer does not stand in the way, because taking over withdraws it.
 */
export function mayOwn(facts: EligibilityFacts): Eligibility {
  const others = facts.signatures.filter((signed) => signed.person !== facts.person.id)
  const owned = facts.request.needs.slice(0, 1)
  const asOwner = { ...facts.request, owner: facts.person.id }
  const afresh = { ...facts, request: asOwner, signatures: others }
  return judged(afresh, (need) => (owned.includes(need) ? needTest(afresh, need) : 'role'))
}

type Hat = { readonly role: Role; readonly delegation?: string }

function judged(
  facts: EligibilityFacts,
  test: (need: Need) => FailingTest | Entitled,
): Eligibility {
  const { person, request, signatures } = facts
  if (person.state !== 'active') return no('suspended')
  if (facts.suspects.includes(person.id)) return no('suspect')
  const open = request.needs.filter(
    (need) => !signatures.some((signed) => signed.role === need.role),
  )
  if (open.length === 0) return no('no_need_left')
  if (signatures.some((signed) => signed.person === person.id)) return no('already_signed')
  const verdicts = open.map(test)
  const entitled = verdicts.find((verdict) => typeof verdict !== 'string')
  if (entitled !== undefined) return entitled
  const failed = verdicts.filter((verdict) => typeof verdict === 'string')
  return no(
    failed.toSorted((a, b) => FAILING_TESTS.indexOf(b) - FAILING_TESTS.indexOf(a))[0] ?? 'role',
  )
}

function no(failing: FailingTest): Eligibility {
  return { isEligible: false, failing }
}

function needTest(facts: EligibilityFacts, need: Need): FailingTest | Entitled {
  const { person, request } = facts
  const isOwners = need === request.needs[0]
  const role = isOwners ? (accountableRole(request) ?? need.role) : need.role
  const hats = hatsOf(facts, role)
  if (hats.length === 0) return 'role'
  // Lent authority too reaches only as far as the borrower's own roles.
  if (facts.unrecorded.includes(person.id)) return 'role_unrecorded'
  const onDutyIn = hats.filter((one) => isOnDuty(facts, one))
  if (onDutyIn.length === 0) return 'on_duty'
  const hat = onDutyIn.find((one) => isOnDuty(settled(facts), one))
  if (hat === undefined) return 'shift_unseen'
  const valid = validCertificates(facts)
  if (valid.length === 0) return 'certified'
  const certificate = valid.find(({ id }) => !facts.unrecorded.includes(id))
  if (certificate === undefined) return 'certificate_unrecorded'
  if (need.strength !== 'confirm' && person.id === request.onBehalfOf) return 'requester'
  if (isTarget(facts)) return 'target'
  if (isAloneForTheirAgent(facts)) return 'agent_owner'
  if (isAloneWithTheirChange(facts)) return 'modifier'
  const isCoSigner = !isOwners && need.strength !== 'confirm'
  if (!isCoSigner && isBeyond(facts, hat)) return 'limit'
  if (isOwners && need.strength !== 'confirm' && person.id !== request.owner) return 'not_owner'
  const { delegation } = hat
  return {
    isEligible: true,
    need,
    heldAs: hat.role,
    ...(delegation === undefined ? {} : { delegation }),
    certificate: certificate.id,
  }
}

/** Their own role, or one that was lent to them for this class. */
function hatsOf(
  { person, request, delegations, nowMs }: EligibilityFacts,
  role: Role,
): readonly Hat[] {
  if (person.roles.includes(role)) return [{ role }]
  return delegations
    .filter((lent) => lent.delegate === person.id && lent.role === role && isInForce(lent, nowMs))
    .filter(({ classes }) => classes.includes(request.action) || classes.includes(request.effect))
    .map(({ id }) => ({ role, delegation: id }))
}

/** Authority that was lent reaches as far as its role, and no further than a role of the borrower's own (R134). */
function isBeyond({ request, person, limitOf }: EligibilityFacts, hat: Hat): boolean {
  if (exceeds(request, limitOf(hat.role))) return true
  return hat.delegation !== undefined && person.roles.every((own) => exceeds(request, limitOf(own)))
}

/** Tested when signing. Whoever acts for somebody else is on duty in whatever role they have. */
function isOnDuty({ person, onDuty }: EligibilityFacts, { role, delegation }: Hat): boolean {
  return onDuty.some(
    (shift) => shift.person === person.id && (shift.role === role || delegation !== undefined),
  )
}

/** What of the rota counts for this class: a shift somebody just gave themselves does not, where it weighs most. */
function settled(facts: EligibilityFacts): EligibilityFacts {
  const { request, onDuty, nowMs } = facts
  if (!WEIGHTY.includes(request.effect)) return facts
  return { ...facts, onDuty: onDuty.filter((shift) => isSettled(shift, nowMs)) }
}

/** Certified for the action itself or for its effect, and not expired. */
function validCertificates({ request, certificates, nowMs }: EligibilityFacts) {
  const { action, effect } = request
  return certificates.filter(
    (held) =>
      (held.actionClass === action || held.actionClass === effect) && held.expiresAtMs > nowMs,
  )
}

function isTarget(facts: EligibilityFacts): boolean {
  const email = facts.person.email.toLowerCase()
  const account = email.split('@')[0] ?? email
  return facts.targetNames.includes(email) || facts.targetNames.includes(account)
}

/** The agent's owner is no check on the agent where nothing can be taken back; beside somebody else they are. */
function isAloneForTheirAgent({ person, request }: EligibilityFacts): boolean {
  return request.isIrreversible && request.needs.length < 2 && person.id === request.agentOwner
}

/** Whoever changed the arguments wanted them; somebody else has to want them too (R87). */
function isAloneWithTheirChange({ person, request }: EligibilityFacts): boolean {
  return request.needs.length < 2 && person.id === request.modifiedBy
}
