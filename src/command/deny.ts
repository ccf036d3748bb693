/**
 * A person says no. One click with a reason, from anybody active: halting is never restricted to the owner,
 * and it needs no duty, certificate or passkey (DESIGN 9). The agent receives the reason.
 */
import type { ApprovalRequest } from '../approval/request.ts'
import { closed } from '../approval/resolve.ts'
import type { Done, Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import {
  type DecisionParts,
  lockDecidable,
  reasonOf,
  requestBase,
  requestData,
  tellDecided,
  textPayload,
} from './decision-parts.ts'
import type { DecisionInput, DecisionOutcome } from './decision-ports.ts'

/** Throws `not_found`, `approval_closed`, `approval_expired`, `seen_digest_mismatch`, `reason_required`. */
export async function deny(parts: DecisionParts, input: DecisionInput): Promise<DecisionOutcome> {
  const reason = reasonOf(input.reason)
  const { value, receipts } = await parts.commit(input.tenant, async (tx) => {
    const request = await lockDecidable(parts, tx, input.requestId, input.seenDigest)
    return denyOne(parts, tx, input, request, reason)
  })
  return { kind: 'denied', request: value, receipts }
}

/** One no on one locked request. */
export async function denyOne(
  parts: DecisionParts,
  tx: Tx,
  input: DecisionInput,
  request: ApprovalRequest,
  reason: string,
): Promise<Done<ApprovalRequest>> {
  const base = requestBase(parts, input.person, request)
  const denied = {
    ...closed(request, 'denied', input.person.id, base.atMs, 'denied'),
    decisionEntry: base.id,
  }
  await parts.approvals.put(tx, denied)
  await tellDecided(parts, tx, denied, input.person.id)
  const role = input.person.roles.find((held) => request.needs.some((need) => need.role === held))
  const entry: EntryDraft = {
    ...base,
    type: 'approval.denied',
    data: {
      ...requestData(request),
      person: input.person.id,
      role: role ?? input.person.roles[0] ?? 'none',
    },
    payloads: { reason: textPayload(reason) },
  }
  return { value: denied, entries: [entry] }
}
