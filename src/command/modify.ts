/**
 * A person wants the act, but with other arguments. The request ends as `cancelled(modified)` and nothing runs:
 * the agent receives the arguments and must call again with them, which is decided and signed for afresh. Whoever
 * changed them may not be the only one who signs for them (R87).
 */
import { fingerprintOf } from '../approval/binding.ts'
import type { FailingTest } from '../approval/eligibility.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import { closed } from '../approval/resolve.ts'
import { valueChanges } from '../catalogue/definition-diff.ts'
import { canonicalText } from '../kernel/canonical-json.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { asOwner } from './as-owner.ts'
import { recordedIntent } from './await-approval.ts'
import { jsonPayload } from './base.ts'
import {
  type DecisionParts,
  findRequest,
  lockDecidable,
  reasonOf,
  requestBase,
  requestData,
  tellDecided,
  textPayload,
} from './decision-parts.ts'
import type { DecisionOutcome, ModifyInput } from './decision-ports.ts'

/** These may not sign alone, which is no reason why they should not say what they would rather see. */
const MAY_STILL_CHANGE: readonly FailingTest[] = ['agent_owner', 'modifier', 'limit']

/** Throws `not_eligible`, `request_invalid` when nothing is changed, and what a decision throws. */
export async function modify(parts: DecisionParts, input: ModifyInput): Promise<DecisionOutcome> {
  const reason = reasonOf(input.reason)
  const { tenant, person, requestId } = input
  const found = await findRequest(parts, tenant, requestId)
  const intent = await recordedIntent(parts, found)
  if (canonicalText(intent.arguments) === canonicalText(input.arguments))
    throw new Failure('request_invalid', 'these are the arguments of the request')
  const { upstream, name } = intent
  const fingerprint = fingerprintOf(
    tenant,
    found.task,
    upstream,
    name,
    found.definitionDigest,
    input.arguments,
  )
  const payloads = {
    reason: textPayload(reason),
    arguments: jsonPayload(input.arguments, 'operational'),
    changes: jsonPayload(valueChanges(intent.arguments, input.arguments), 'operational'),
  }
  const lock = (tx: Tx) => lockDecidable(parts, tx, requestId, input.seenDigest)
  const { value, receipts } = await asOwner(parts, input, found, lock, async (tx, at) => {
    const { request, verdict } = at
    if (!verdict.isEligible && !MAY_STILL_CHANGE.includes(verdict.failing))
      throw new Failure('not_eligible', `failing test: ${verdict.failing}`)
    const base = requestBase(parts, person, request)
    const ended: ApprovalRequest = {
      ...closed(request, 'cancelled', person.id, base.atMs, 'modified'),
      decisionEntry: base.id,
      suggestedFingerprint: fingerprint,
    }
    await parts.approvals.put(tx, ended)
    await tellDecided(parts, tx, ended, person.id)
    const entry: EntryDraft = {
      ...base,
      type: 'approval.cancelled',
      data: {
        ...requestData(request),
        reason: 'modified',
        person: person.id,
        suggested: fingerprint,
      },
      payloads,
    }
    return { value: ended, entries: [entry] }
  })
  return { kind: 'modified', request: value, receipts }
}
