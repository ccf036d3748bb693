/**
 * "I have it": somebody who may decide says so, apart from deciding. Whoever waits for a first sign of life can
 * stop paging others; the clock of the request runs on, and nothing is released.
 */
import { mayOwn } from '../approval/eligibility.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { commitUnchanged } from './base.ts'
import {
  type DecisionParts,
  factsOf,
  findRequest,
  lockOpen,
  requestBase,
  requestData,
  standingOf,
} from './decision-parts.ts'
import type { DecisionOutcome, RequestInput } from './decision-ports.ts'

/** Throws `not_eligible` naming the failing test, `not_found`, `approval_closed`, `approval_expired`. */
export async function acknowledge(
  parts: DecisionParts,
  input: RequestInput,
): Promise<DecisionOutcome> {
  const { tenant, person, requestId } = input
  const found = await findRequest(parts, tenant, requestId)
  const { value, receipts } = await commitUnchanged(
    parts,
    tenant,
    [`person/${person.id}`],
    async () => {
      const standing = await standingOf(parts, person, found)
      return async (tx) => {
        const request = await lockOpen(parts, tx, requestId)
        const signatures = await parts.approvals.signatures(tx, request.id)
        const verdict = mayOwn(factsOf(standing, request, signatures))
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
      }
    },
  )
  return { kind: 'acknowledged', request: value, receipts }
}
