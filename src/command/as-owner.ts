/**
 * What a person does with a request as its possible owner: their standing is read first, the request then locked, and
 * whether they could own it is tested inside the transaction, on what is locked.
 */
import { type Eligibility, mayOwn } from '../approval/eligibility.ts'
import type { ApprovalRequest, Signature } from '../approval/request.ts'
import type { Done, Tx } from '../kernel/commit.ts'
import type { Receipt } from '../kernel/entry.ts'
import { commitUnchanged } from './base.ts'
import { type DecisionParts, factsOf, type Standing, standingOf } from './decision-parts.ts'
import type { RequestInput } from './decision-ports.ts'

export type AsOwner = {
  readonly request: ApprovalRequest
  readonly signatures: readonly Signature[]
  readonly standing: Standing
  readonly verdict: Eligibility
}

/** `lock` says what must hold of the request; `work` what follows from the verdict. */
export async function asOwner(
  parts: DecisionParts,
  { tenant, person }: RequestInput,
  found: ApprovalRequest,
  lock: (tx: Tx) => Promise<ApprovalRequest>,
  work: (tx: Tx, at: AsOwner) => Promise<Done<ApprovalRequest>>,
): Promise<{ readonly value: ApprovalRequest; readonly receipts: readonly Receipt[] }> {
  return commitUnchanged(parts, tenant, [`person/${person.id}`], async () => {
    const standing = await standingOf(parts, person, found)
    return async (tx) => {
      const request = await lock(tx)
      const signatures = await parts.approvals.signatures(tx, request.id)
      const verdict = mayOwn(factsOf(standing, request, signatures))
      return work(tx, { request, signatures, standing, verdict })
    }
  })
}
