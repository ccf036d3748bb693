/**
 * "I have it": somebody who may decide says so, apart from deciding. Whoever waits for a first sign of life can
 * stop paging others; the clock of the request runs on, and nothing is released.
 */
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { asOwner } from './as-owner.ts'
import {
  type DecisionParts,
  findRequest,
  lockOpen,
  requestBase,
  requestData,
} from './decision-parts.ts'
import type { DecisionOutcome, RequestInput } from './decision-ports.ts'

/** Throws `not_eligible` naming the failing test, `not_found`, `approval_closed`, `approval_expired`. */
export async function acknowledge(
  parts: DecisionParts,
  input: RequestInput,
): Promise<DecisionOutcome> {
  const { tenant, person, requestId } = input
  const found = await findRequest(parts, tenant, requestId)
  const lock = (tx: Tx) => lockOpen(parts, tx, requestId)
  const { value, receipts } = await asOwner(parts, input, found, lock, async (tx, at) => {
    const { request, verdict } = at
    if (!verdict.isEligible && request.owner !== person.id)
      throw new Failure('not_eligible', `failing test: ${verdict.failing}`)
    const base = requestBase(parts, person, request)
    const first = { acknowledgedAtMs: base.atMs, acknowledgedBy: person.id }
    const had = request.acknowledgedAtMs === undefined ? { ...request, ...first } : request
    if (had !== request) await parts.approvals.put(tx, had)
    const entry: EntryDraft = {
      ...base,
      type: 'approval.acknowledged',
      data: { ...requestData(request), person: person.id },
    }
    return { value: had, entries: [entry] }
  })
  return { kind: 'acknowledged', request: value, receipts }
}
