/** A person opens a request. The first look is recorded: a yes nobody looked at is a finding (R93). */
import { eligibility, mayOwn } from '../approval/eligibility.ts'
import { emergencyRefusal } from '../approval/emergency.ts'
import { FAILING_TEXT } from '../approval/failing-text.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import {
  type DecisionParts,
  factsOf,
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
  const signed = await parts.approvals.signaturesOf(input.tenant, request.id)
  // Who signs second must not learn from us that somebody signed first (DESIGN 9): only their own counts here.
  const own = signed.filter(({ person }) => person === input.person.id)
  const facts = factsOf(standing, request, own)
  const again = await parts.approvals.timesSignedBy(input.tenant, request.id, input.person.id)
  const verdict = eligibility(facts)
  const alone =
    request.state === 'pending'
      ? { emergency: { refusal: emergencyRefusal(standing.view, request, input.person.id, own) } }
      : {}
  if (!verdict.isEligible) {
    const { failing } = verdict
    const mayTakeOver = request.state === 'pending' && mayOwn(facts).isEligible
    return { again, isEligible: false, failing, mayTakeOver, ...FAILING_TEXT[failing], ...alone }
  }
  const { heldAs: role, certificate } = verdict
  return { again, isEligible: true, role, certificate, ...alone }
}
