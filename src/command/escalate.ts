/**
 * Somebody asks for the next role, with a reason: it becomes accountable at once, and nothing is released. Apart
 * from approving and from overriding: its own permission, its own record (R135).
 */
import { escalate as climbOne } from '../approval/ladder.ts'
import { climbedWork, climbIfDue } from '../enforcement/climb.ts'
import { Failure } from '../kernel/failure.ts'
import {
  type DecisionParts,
  findRequest,
  lockDecidable,
  reasonOf,
  standingOf,
  textPayload,
} from './decision-parts.ts'
import type { DecisionInput, DecisionOutcome } from './decision-ports.ts'
import { requirePermission } from './permissions.ts'

/** Throws `not_permitted`, `nobody_above`, and what `decidable` refuses. */
export async function escalateRequest(
  parts: DecisionParts,
  input: DecisionInput,
): Promise<DecisionOutcome> {
  const { tenant, person, requestId } = input
  requirePermission({ kind: 'person', person }, 'approval.escalate')
  const reason = reasonOf(input.reason)
  const found = await climbIfDue(parts, await findRequest(parts, tenant, requestId))
  const { view } = await standingOf(parts, person, found)
  const { value, receipts } = await parts.commit(tenant, async (tx) => {
    const request = await lockDecidable(parts, tx, requestId, input.seenDigest)
    const signatures = await parts.approvals.signatures(tx, requestId)
    const climbed = climbOne(view, request, signatures)
    if (climbed === undefined) {
      throw new Failure('nobody_above', 'nobody in a role above could answer for it now')
    }
    const actor = { kind: 'person', id: person.id } as const
    return climbedWork(parts, tx, climbed, actor, { reason: textPayload(reason) })
  })
  return { kind: 'escalated', request: value, receipts }
}
