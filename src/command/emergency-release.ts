/**
 * Nobody entitled can be reached, and waiting does harm: one person on duty releases one target for minutes, with
 * a reason. Commander and service owner are paged in the same transaction, and a review by two people stays open
 * until it is done (DESIGN 9). The grant is used once, like every other; the call is decided afresh. Being alone
 * is no reason to be believed without a key: from `contain` up the release is signed like any other yes.
 */

import { policiesOf } from '../approval/binding.ts'
import { EMERGENCY_GRANT_MS, EMERGENCY_TEXT, emergencyRefusal } from '../approval/emergency.ts'
import { aboutRequest } from '../approval/notices.ts'
import type { ApprovalRequest, Grant } from '../approval/request.ts'
import { closed } from '../approval/resolve.ts'
import { REVIEW_WITHIN_MS, type Review, type ReviewStore } from '../approval/review.ts'
import { climbIfDue } from '../enforcement/climb.ts'
import type { Role } from '../identity/person.ts'
import type { Done, Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { commitUnchanged } from './base.ts'
import { recordingRefusals } from './countersign.ts'
import {
  type DecisionParts,
  findRequest,
  lockDecidable,
  reasonOf,
  requestBase,
  requestData,
  standingOf,
  textPayload,
} from './decision-parts.ts'
import type { DecisionInput, DecisionOutcome } from './decision-ports.ts'
import { signatureOverRequest } from './sign-request.ts'

/** Who is woken: whoever commands incidents, and whoever answers for the service. */
const WOKEN: readonly Role[] = ['incident-commander', 'service-owner']
/** Two: the second person is as blind to the first as two signers would have been. */
const REVIEWERS = 2

type EmergencyParts = DecisionParts & { readonly reviews: ReviewStore }

/** Throws `emergency_refused` naming why, what `decidable` refuses, and what `countersignatureOf` throws. */
export async function releaseInEmergency(
  parts: EmergencyParts,
  input: DecisionInput,
): Promise<DecisionOutcome> {
  const reason = reasonOf(input.reason)
  const { tenant, person, requestId } = input
  const found = await climbIfDue(parts, await findRequest(parts, tenant, requestId))
  const release = () =>
    commitUnchanged<Released>(parts, tenant, [`person/${person.id}`], async () => {
      const { view } = await standingOf(parts, person, found)
      return async (tx) => {
        const request = await lockDecidable(parts, tx, requestId, input.seenDigest)
        const signatures = await parts.approvals.signatures(tx, request.id)
        const refused = emergencyRefusal(view, request, person.id, signatures)
        if (refused !== undefined)
          throw new Failure('emergency_refused', `${refused}: ${EMERGENCY_TEXT[refused]}`)
        return releaseOne(parts, tx, input, request, reason)
      }
    })
  const base = () => requestBase(parts, person, found)
  const { value, receipts } = await recordingRefusals(parts, tenant, base, release)
  return { kind: 'released', ...value, receipts }
}

type Released = Pick<DecisionOutcome, 'request' | 'grantId'>

async function releaseOne(
  parts: EmergencyParts,
  tx: Tx,
  input: DecisionInput,
  request: ApprovalRequest,
  reason: string,
): Promise<Done<Released>> {
  const { person } = input
  const signed = await signatureOverRequest(parts, tx, input, request)
  const base = requestBase(parts, person, request)
  const passkeys = signed === undefined ? [] : [signed.data.passkey]
  const alone = emergencyGrant(request, parts.nextId(), person.id, base.atMs)
  const grant = { ...alone, passkeys }
  const released = {
    ...closed(request, 'approved', person.id, base.atMs, 'emergency'),
    decisionEntry: base.id,
  }
  await parts.approvals.put(tx, released)
  await parts.approvals.putGrant(tx, grant)
  const review = await openReview(parts, tx, request, person.id, base.atMs)
  await wake(parts, tx, request, base.atMs)
  const entry: EntryDraft = {
    ...base,
    type: 'approval.emergency',
    data: {
      ...requestData(request),
      person: person.id,
      grant: grant.id,
      expires: grant.expiresAtMs,
      review: review.id,
      review_due: review.dueAtMs,
      ...signed?.data,
    },
    payloads: { reason: textPayload(reason), ...signed?.payloads },
  }
  return { value: { request: released, grantId: grant.id }, entries: [entry] }
}

function emergencyGrant(request: ApprovalRequest, id: string, person: string, atMs: number): Grant {
  const { tenant, fingerprint, actionDigest, ruleDigest, needs } = request
  return {
    tenant,
    id,
    request: request.id,
    fingerprint,
    actionDigest,
    ruleDigest,
    policyIds: policiesOf(needs),
    people: [person],
    isEmergency: true,
    state: 'live',
    grantedAtMs: atMs,
    expiresAtMs: atMs + EMERGENCY_GRANT_MS,
  }
}

async function openReview(
  parts: EmergencyParts,
  tx: Tx,
  request: ApprovalRequest,
  about: string,
  atMs: number,
): Promise<Review> {
  const review: Review = {
    tenant: request.tenant,
    id: parts.nextId(),
    kind: 'emergency',
    request: request.id,
    caseId: request.caseId,
    about,
    openedAtMs: atMs,
    dueAtMs: atMs + REVIEW_WITHIN_MS,
    needed: REVIEWERS,
    state: 'open',
    verdicts: [],
  }
  await parts.reviews.putReview(tx, review)
  return review
}

async function wake(
  parts: DecisionParts,
  tx: Tx,
  request: ApprovalRequest,
  atMs: number,
): Promise<void> {
  const { tenant } = request
  const about = aboutRequest(request)
  for (const role of WOKEN) {
    const id = parts.nextId()
    const page = { kind: 'approval.emergency', urgency: 'page', to: { role } } as const
    await parts.notices.put(tx, { tenant, id, about, atMs, ...page })
  }
}
