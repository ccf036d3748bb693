/** A person opens a request. The first look is recorded: a yes nobody looked at is a finding (R93). */
import { eligibility } from '../approval/eligibility.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import {
  type DecisionParts,
  findRequest,
  requestBase,
  requestData,
  standingOf,
} from './decision-parts.ts'
import type { Eligibility, RequestInput } from './decision-ports.ts'

/** Throws `not_found`. Looking at a closed request records nothing. */
export async function viewRequest(
  parts: DecisionParts,
  input: RequestInput,
): Promise<ApprovalRequest> {
  const found = await findRequest(parts, input.tenant, input.requestId)
  if (found.state !== 'pending') return found
  const { value } = await parts.commit(input.tenant, async (tx) => {
    const request = await parts.approvals.lock(tx, input.requestId)
    if (request === undefined) throw new Failure('not_found', 'there is no such approval request')
    const base = requestBase(parts, input.person, request)
    const viewed =
      request.viewedAtMs === undefined ? { ...request, viewedAtMs: base.atMs } : request
    if (viewed !== request) await parts.approvals.put(tx, viewed)
    const entry: EntryDraft = {
      ...base,
      type: 'approval.viewed',
      data: { ...requestData(request), person: input.person.id },
    }
    return { value: viewed, entries: [entry] }
  })
  return value
}

/** Whether the person could sign now; reads only. Throws `not_found`. */
export async function eligibilityOf(
  parts: DecisionParts,
  input: RequestInput,
): Promise<Eligibility> {
  const request = await findRequest(parts, input.tenant, input.requestId)
  const standing = await standingOf(parts, input.person, request)
  const verdict = eligibility({ ...standing, request, signatures: [] })
  if (!verdict.isEligible)
    return { isEligible: false, failing: verdict.failing, mayTakeOver: false }
  const { need, certificate } = verdict
  return {
    isEligible: true,
    role: need.role,
    ...(certificate === undefined ? {} : { certificate }),
  }
}
