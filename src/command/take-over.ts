/**
 * Somebody eligible and on duty makes the request theirs, on record (R150). Ownership moves; nothing is
 * released. What they signed as co-signer is withdrawn, so that another person can meet that need.
 */
import { mayOwn } from '../approval/eligibility.ts'
import { FAILING_TEXT } from '../approval/failing-text.ts'
import { takenOver } from '../approval/ladder.ts'
import { climbIfDue } from '../enforcement/climb.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { commitUnchanged } from './base.ts'
import {
  type DecisionParts,
  factsOf,
  findRequest,
  lockDecidable,
  reasonOf,
  requestBase,
  requestData,
  standingOf,
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
  const { value, receipts } = await commitUnchanged(
    parts,
    tenant,
    [`person/${person.id}`],
    async () => {
      const standing = await standingOf(parts, person, found)
      return async (tx) => {
        const request = await lockDecidable(parts, tx, requestId, input.seenDigest)
        const signatures = await parts.approvals.signatures(tx, request.id)
        const verdict = mayOwn(factsOf(standing, request, signatures))
        if (!verdict.isEligible) {
          const { says, next } = FAILING_TEXT[verdict.failing]
          throw new Failure('not_eligible', `failing test: ${verdict.failing} (${says}). ${next}`)
        }
        const isCoSigner = signatures.some((signed) => signed.person === person.id)
        if (isCoSigner) await parts.approvals.withdrawSignature(tx, request.id, person.id)
        const taken = takenOver(standing.view, request, person.id)
        await parts.approvals.put(tx, taken)
        const entry: EntryDraft = {
          ...requestBase(parts, person, request),
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
      }
    },
  )
  return { kind: 'taken-over', request: value, receipts }
}
