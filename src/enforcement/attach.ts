/**
 * The same call again belongs to the same request. Finds that request by fingerprint (or by the approval the
 * agent cites), and says whether it can still lead anywhere.
 */
import { discharge, dischargeStep } from '../approval/discharge.ts'
import type { ApprovalRequest, Grant, Signature } from '../approval/request.ts'
import type { Seen } from '../facts/facts.ts'
import { isInForce } from '../identity/delegation.ts'
import type { Person } from '../identity/person.ts'
import type { Digest } from '../kernel/digest.ts'
import { type Refusal, refusal } from '../kernel/failure.ts'
import { endedRefusal } from './ended.ts'
import type { CallIntent } from './intent.ts'
import type { PlannedStep } from './plan-step.ts'
import type { Spine } from './spine.ts'

/** Open: the request can still release this call (pending, or approved with an unused grant). */
export type Attached =
  | {
      readonly isOpen: true
      readonly request: ApprovalRequest
      readonly grant?: Grant
      /** Set when the request is about a plan and the call is its next step. */
      readonly planned?: PlannedStep
    }
  | {
      readonly isOpen: false
      /** Set with `refusal`, when the call belongs to a request that ended. */
      readonly request?: ApprovalRequest
      /** Set when the call must be refused without asking anybody; absent for a new call. */
      readonly refusal?: Refusal
    }

const NEW_CALL: Attached = { isOpen: false }

export async function attach(
  spine: Spine,
  intent: CallIntent,
  fingerprint: Digest,
): Promise<Attached> {
  const { tenant, task } = intent.session
  const { approvalId } = intent
  if (approvalId === undefined) {
    const newest = await spine.approvals.byFingerprint(tenant, fingerprint)
    return newest === undefined ? NEW_CALL : byState(spine, newest, false)
  }
  const cited = await spine.approvals.byId(tenant, approvalId)
  if (cited === undefined || cited.task !== task.id) {
    return { isOpen: false, refusal: refusal('approval_void', 'this task has no such approval') }
  }
  if (cited.fingerprint !== fingerprint) {
    return {
      isOpen: false,
      request: cited,
      refusal: refusal('digest_mismatch', 'the approval is for another tool, target or argument'),
    }
  }
  return byState(spine, cited, true)
}

async function byState(
  spine: Spine,
  request: ApprovalRequest,
  isCited: boolean,
): Promise<Attached> {
  if (request.state === 'pending') return { request, isOpen: true }
  if (request.state === 'approved') {
    const grant = await spine.approvals.grantOf(request.tenant, request.id)
    if (grant?.state === 'live') return { request, isOpen: true, grant }
    if (!isCited) return NEW_CALL
    const code = grant?.state === 'consumed' ? 'grant_used' : 'approval_void'
    return {
      request,
      isOpen: false,
      refusal: refusal(code, `the approval is ${grant?.state ?? 'gone'}`),
    }
  }
  const isRecentNo =
    (request.state === 'denied' || request.reasonCode === 'modified') &&
    (request.decidedAtMs ?? 0) + spine.limits.denialMemoryMs > spine.clock.nowMs()
  if (!isCited && !isRecentNo) return NEW_CALL
  return { request, isOpen: false, refusal: endedRefusal(request) }
}

/** `seen` are the revisions of the people who signed; the dispatch commit compares them again (R22). */
export type DischargeNow =
  | {
      readonly kind: 'discharged'
      readonly policyIds: readonly string[]
      readonly grant?: Grant
      readonly seen: Seen
    }
  | {
      readonly kind: 'void'
      readonly refusal: Refusal
      readonly reason: string
      readonly grant: Grant
      readonly seen: Seen
    }

/** What the grant of the attached request discharges now; nothing when there is none. */
export async function dischargeOf(
  spine: Spine,
  attached: Attached,
  fingerprint: Digest,
  ruleDigest: Digest,
  nowMs: number,
): Promise<DischargeNow> {
  const grant = attached.isOpen ? attached.grant : undefined
  if (!attached.isOpen || grant === undefined) {
    return { kind: 'discharged', policyIds: [], seen: {} }
  }
  const { tenant, people: signers } = grant
  const keys = signers.map((id) => `person/${id}`)
  // Revisions before values: a signer who changes in between is noticed by the commit.
  const seen = await spine.facts.revisions.read(tenant, keys)
  const [people, signatures, lent] = await Promise.all([
    Promise.all(signers.map((id) => spine.people.byId(tenant, id))),
    spine.approvals.signaturesOf(tenant, attached.request.id),
    spine.delegations.inForce(tenant, nowMs),
  ])
  const isLent = (id: string) => lent.some((one) => one.id === id && isInForce(one, nowMs))
  const withdrawn = signers.filter((id, at) => {
    const signed = signatures.find(({ person }) => person === id)
    return !maySign(people[at], grant, signed, isLent)
  })
  const about = { grant, fingerprint, ruleDigest, withdrawn, nowMs }
  const { planned } = attached
  const found =
    planned === undefined ? discharge(about) : dischargeStep(about, planned.plan, planned.step)
  return { ...found, grant, seen }
}

/**
 * Still active, and still in the role they signed in, or lent it. Duty was tested when they signed, and is not
 * now. An emergency release rests on no role.
 */
function maySign(
  person: Person | undefined,
  grant: Grant,
  signed: Signature | undefined,
  isLent: (delegation: string) => boolean,
): boolean {
  if (person?.state !== 'active') return false
  if (grant.isEmergency === true) return true
  if (signed === undefined) return false
  if (signed.delegation !== undefined) return isLent(signed.delegation)
  return person.roles.includes(signed.heldAs ?? signed.role)
}
