/**
 * Somebody eligible and on duty makes the request theirs, on record (R150). Ownership moves; nothing is
 * released. What they signed as co-signer is withdrawn, so that another person can meet that need.
 */
import { FAILING_TEXT } from '../approval/failing-text.ts'
import { takenOver } from '../approval/ladder.ts'
import { climbIfDue } from '../enforcement/climb.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { asOwner } from './as-owner.ts'
import {
  type DecisionParts,
  findRequest,
  lockDecidable,
  reasonOf,
  requestBase,
  requestData,
  textPayload,
} from './decision-parts.ts'
import type { DecisionInput, DecisionOutcome } from './decision-ports.ts'

/** Throws `not_eligible` naming the failing test, and what `decidable` refuses. */
export async function takeOver(
  parts: DecisionParts,
  input: DecisionInput,
): Promise<DecisionOutcome> {
  const reason = reasonOf(input.reason)
  const { tenant, person, requestId } = input
  const found = await climbIfDue(parts, await findRequest(parts, tenant, requestId))
  const lock = (tx: Tx) => lockDecidable(parts, tx, requestId, input.seenDigest)
  const { value, receipts } = await asOwner(parts, input, found, lock, async (tx, at) => {
    const { request, signatures, standing, verdict } = at
    if (!verdict.isEligible) {
      const { says, next } = FAILING_TEXT[verdict.failing]
      throw new Failure('not_eligible', `failing test: ${verdict.failing} (${says}). ${next}`)
    }
    const isCoSigner = signatures.some((signed) => signed.person === person.id)
    const base = requestBase(parts, person, request)
    if (isCoSigner) await parts.approvals.withdrawSignature(tx, request.id, person.id, base.atMs)
    const taken = takenOver(standing.view, request, person.id)
    await parts.approvals.put(tx, taken)
    const entry: EntryDraft = {
      ...base,
      type: 'approval.taken_over',
      data: {
        ...requestData(request),
        person: person.id,
        ...(request.owner === undefined ? {} : { previous: request.owner }),
        ...(isCoSigner ? { withdrawn: true } : {}),
      },
      payloads: { reason: textPayload(reason) },
    }
    return { value: taken, entries: [entry] }
  })
  return { kind: 'taken-over', request: value, receipts }
}
