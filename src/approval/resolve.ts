/**
 * The state machine of a request. Pure: a request and an event give the next request, or a refusal. Nothing
 * here turns time or silence into a yes (R94).
 */

import type { InstantMs } from '../kernel/clock.ts'
import type { Digest } from '../kernel/digest.ts'
import { type Refusal, refusal } from '../kernel/failure.ts'
import { policiesOf } from './binding.ts'
import type { ApprovalRequest, Grant, Signature } from './request.ts'

/** A yes lives this long before it must have been used. Ten minutes: a retry fits, a forgotten yes does not. */
export const GRANT_LIFETIME_MS = 10 * 60_000

export type Resolution =
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'waiting'; readonly request: ApprovalRequest }
  | { readonly kind: 'granted'; readonly request: ApprovalRequest; readonly grant: Grant }

/** Whether a decision may be made at all: still pending, in time, and on what the person really saw. */
export function decidable(
  request: ApprovalRequest,
  seenDigest: Digest,
  nowMs: InstantMs,
): Refusal | undefined {
  const over = openUntil(request, nowMs)
  if (over !== undefined) return over
  if (request.actionDigest !== seenDigest) {
    return refusal('seen_digest_mismatch', 'the digest seen is not the digest of this request')
  }
  return undefined
}

/** Whether the request still waits for people, whatever they want to do with it. */
export function openUntil(request: ApprovalRequest, nowMs: InstantMs): Refusal | undefined {
  if (request.state !== 'pending')
    return refusal('approval_closed', `the request is ${request.state}`)
  if (request.expiresAtMs <= nowMs) return refusal('approval_expired', 'the time to decide is over')
  return undefined
}

/** Adds a signature. When every need is met by a different person, the request is approved and grants once. */
export function sign(
  request: ApprovalRequest,
  earlier: readonly Signature[],
  signature: Signature,
  grantId: string,
): Resolution {
  const signatures = [...earlier, signature]
  const isComplete = request.needs.every((need) =>
    signatures.some((each) => each.role === need.role),
  )
  if (!isComplete) return { kind: 'waiting', request }
  const people = [...new Set(signatures.map((each) => each.person))]
  if (people.length < request.needs.length) {
    return {
      kind: 'refused',
      refusal: refusal('not_eligible', 'one person may not meet two needs'),
    }
  }
  if (people.every((person) => person === request.modifiedBy)) {
    return {
      kind: 'refused',
      refusal: refusal('not_eligible', 'who changed the arguments may not sign for them alone'),
    }
  }
  const grant: Grant = {
    tenant: request.tenant,
    id: grantId,
    request: request.id,
    fingerprint: request.fingerprint,
    actionDigest: request.actionDigest,
    ruleDigest: request.ruleDigest,
    policyIds: policiesOf(request.needs),
    people,
    passkeys: signatures.flatMap(({ passkey }) => (passkey === undefined ? [] : [passkey])),
    state: 'live',
    grantedAtMs: signature.atMs,
    expiresAtMs: request.grantUntilMs ?? signature.atMs + GRANT_LIFETIME_MS,
  }
  return {
    kind: 'granted',
    grant,
    request: closed(request, 'approved', signature.person, signature.atMs),
  }
}

/** Any end other than a yes. */
export function closed(
  request: ApprovalRequest,
  state: 'approved' | 'denied' | 'expired' | 'cancelled',
  by: string | undefined,
  atMs: InstantMs,
  reasonCode?: string,
): ApprovalRequest {
  return {
    ...request,
    state,
    decidedAtMs: atMs,
    ...(by === undefined ? {} : { decidedBy: by }),
    ...(reasonCode === undefined ? {} : { reasonCode }),
  }
}

/** Why an unanswered request ended: nobody looked, or somebody looked and did not decide. */
export function expiryReason(request: ApprovalRequest): 'expired_unseen' | 'expired_while_viewing' {
  return request.viewedAtMs === undefined ? 'expired_unseen' : 'expired_while_viewing'
}
