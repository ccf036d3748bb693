/**
 * A person says yes. If they are entitled to it now, their signature counts; when it is the last one needed, a
 * single-use grant for exactly this action exists. Everybody else's yes is recorded as advice and releases
 * nothing (R152). Entitlement is tested again inside the transaction, on the locked request.
 */
import { CONSEQUENCES, unacknowledged } from '../approval/consequences.ts'
import { eligibility, type FailingTest } from '../approval/eligibility.ts'
import type { ApprovalRequest, Need, Signature } from '../approval/request.ts'
import { sign } from '../approval/resolve.ts'
import { climbIfDue, climbNow } from '../enforcement/climb.ts'
import type { Done, Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { commitUnchanged } from './base.ts'
import type { Countersignature } from './countersign.ts'
import { recordingRefusals } from './countersign.ts'
import {
  type DecisionParts,
  factsOf,
  findRequest,
  lockDecidable,
  reasonOf,
  requestBase,
  requestData,
  type Standing,
  standingOf,
  tellDecided,
  textPayload,
} from './decision-parts.ts'
import type { DecisionInput, DecisionOutcome } from './decision-ports.ts'
import { signatureOverRequest } from './sign-request.ts'

/**
 * Throws `not_found`, `approval_closed`, `approval_expired`, `seen_digest_mismatch`, `reason_required`,
 * `acknowledgement_missing` (of the owner; nothing was signed), and what `countersignatureOf` throws of those
 * entitled. An outcome `advised` names the eligibility test that failed.
 */
export async function approve(
  parts: DecisionParts,
  input: DecisionInput,
): Promise<DecisionOutcome> {
  const reason = reasonOf(input.reason)
  const { tenant, person, requestId } = input
  const found = await climbIfDue(parts, await findRequest(parts, tenant, requestId))
  const sign = () =>
    commitUnchanged<Counted>(parts, tenant, [`person/${person.id}`, 'policy'], async () => {
      const standing = await standingOf(parts, person, found)
      return async (tx) => {
        const request = await lockDecidable(parts, tx, requestId, input.seenDigest)
        return countYes(parts, tx, input, standing, request, reason)
      }
    })
  const base = () => requestBase(parts, person, found)
  const { value, receipts } = await recordingRefusals(parts, tenant, base, sign)
  // The owner who may not sign is passed over at once: the next eligible person is asked (R128).
  const isRerouted = value.kind === 'advised' && value.request.owner === person.id
  if (isRerouted) return { ...value, request: await climbNow(parts, value.request), receipts }
  return { ...value, receipts }
}

export type Counted = Omit<DecisionOutcome, 'receipts'>

/**
 * One yes on one locked request: counted where the person is entitled to it, else advice. `inGroup` is the
 * signature over the group it belongs to; alone it is signed by itself.
 */
export async function countYes(
  parts: DecisionParts,
  tx: Tx,
  input: DecisionInput,
  standing: Standing,
  request: ApprovalRequest,
  reason: string,
  inGroup?: Countersignature,
): Promise<Done<Counted>> {
  const { tenant, person } = input
  const signatures = await parts.approvals.signatures(tx, request.id)
  const verdict = eligibility(factsOf(standing, request, signatures))
  if (!verdict.isEligible) return advise(parts, input, request, verdict.failing, reason)
  const acknowledged = acknowledgedBy(input, standing, request, verdict.need)
  const countersigned = inGroup ?? (await signatureOverRequest(parts, tx, input, request))
  const signature: Signature = {
    tenant,
    request: request.id,
    person: person.id,
    role: verdict.need.role,
    ...(verdict.heldAs === verdict.need.role ? {} : { heldAs: verdict.heldAs }),
    ...(verdict.delegation === undefined ? {} : { delegation: verdict.delegation }),
    certificate: verdict.certificate,
    ...countersigned?.data,
    atMs: standing.view.nowMs,
  }
  return countSignature(
    parts,
    tx,
    { ...input, acknowledged, countersigned },
    request,
    signatures,
    signature,
    reason,
  )
}

/** The owner answers for what the decision may set off, once: co-signers are not asked again (R130, R136). */
function acknowledgedBy(
  input: DecisionInput,
  { shown }: Standing,
  request: ApprovalRequest,
  need: Need,
): readonly string[] {
  if (need.role !== request.needs[0]?.role) return []
  const missing = unacknowledged(shown, input.acknowledged ?? [])
  if (missing.length === 0) return CONSEQUENCES
  throw new Failure('acknowledgement_missing', `not acknowledged: ${missing.join(', ')}`)
}

function advise(
  parts: DecisionParts,
  input: DecisionInput,
  request: ApprovalRequest,
  failing: FailingTest,
  reason: string,
): Done<Counted> {
  const entry: EntryDraft = {
    ...requestBase(parts, input.person, request),
    type: 'approval.advised',
    data: { ...requestData(request), person: input.person.id, verdict: 'approve', failing },
    payloads: { reason: textPayload(reason) },
  }
  return { value: { kind: 'advised', request, failing }, entries: [entry] }
}

async function countSignature(
  parts: DecisionParts,
  tx: Tx,
  input: DecisionInput & { readonly countersigned: Countersignature | undefined },
  request: ApprovalRequest,
  earlier: readonly Signature[],
  signature: Signature,
  reason: string,
): Promise<Done<Counted>> {
  const resolved = sign(request, earlier, signature, parts.nextId())
  if (resolved.kind === 'refused') throw new Failure(resolved.refusal.code, resolved.refusal.detail)
  await parts.approvals.addSignature(tx, signature)
  const base = requestBase(parts, input.person, request)
  const { acknowledged = [], countersigned } = input
  const said = {
    ...signedFields(signature),
    ...(acknowledged.length === 0 ? {} : { acknowledged }),
    ...countersigned?.data,
  }
  const payloads = { reason: textPayload(reason), ...countersigned?.payloads }
  if (resolved.kind === 'waiting') {
    const entry: EntryDraft = {
      ...base,
      type: 'approval.co_signed',
      data: { ...requestData(request), ...said },
      payloads,
    }
    return { value: { kind: 'co-signed', request }, entries: [entry] }
  }
  const { grant } = resolved
  const approved = { ...resolved.request, decisionEntry: base.id }
  await parts.approvals.put(tx, approved)
  await parts.approvals.putGrant(tx, grant)
  await tellDecided(parts, tx, approved, input.person.id)
  const entry: EntryDraft = {
    ...base,
    type: 'approval.granted',
    data: { ...requestData(request), ...said, grant: grant.id, expires: grant.expiresAtMs },
    payloads,
  }
  const flagged =
    input.person.id === request.agentOwner ? [ownAgentFinding(parts, input, request)] : []
  return {
    value: { kind: 'released', request: approved, grantId: grant.id },
    entries: [entry, ...flagged],
  }
}

/** Whoever owns the agent judged their own agent; allowed where it can be taken back, and always told (DESIGN 9). */
function ownAgentFinding(
  parts: DecisionParts,
  input: DecisionInput,
  request: ApprovalRequest,
): EntryDraft {
  return {
    ...requestBase(parts, input.person, request),
    type: 'oversight.finding',
    data: { finding: 'agent_owner_signed', severity: 'review' },
  }
}

/** Who signed, in which role, by which certificate, and in whose place. */
function signedFields({ person, role, heldAs, delegation, certificate }: Signature) {
  return {
    person,
    role,
    ...(heldAs === undefined ? {} : { held_as: heldAs }),
    ...(delegation === undefined ? {} : { delegation }),
    ...(certificate === undefined ? {} : { certificate }),
  }
}
