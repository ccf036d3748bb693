/** What an agent is told of a request that ended without a yes: a code with the next legal step, and why. */
import type { ApprovalRequest } from '../approval/request.ts'
import type { FailureCode } from '../kernel/failure.ts'
import { type Refusal, refusal } from '../kernel/failure.ts'
import { isObject, type JsonObject, parseStrict } from '../kernel/strict-json.ts'
import type { CallAnswer } from './intent.ts'
import type { Spine } from './spine.ts'

/** By reason before by state: what helps after a stop does not help after a change. */
const BY_REASON: Readonly<Record<string, FailureCode>> = {
  modified: 'approval_modified',
  stopped: 'approval_stopped',
  superseded: 'approval_superseded',
}

const BY_STATE = {
  denied: 'approval_denied',
  expired: 'approval_expired',
  cancelled: 'approval_cancelled',
  // Still open, or a yes: then its grant has the last word, and it is gone.
  pending: 'approval_void',
  approved: 'approval_void',
} as const satisfies Readonly<Record<ApprovalRequest['state'], FailureCode>>

/** The refusal a closed request stands for. */
export function endedRefusal({ state, reasonCode }: ApprovalRequest): Refusal {
  const code = BY_REASON[reasonCode ?? ''] ?? BY_STATE[state]
  return refusal(code, reasonCode ?? `the request is ${state}`)
}

/** The same as an answer, in the words of the person who ended it. Records nothing. */
export async function endedAnswer(
  spine: Pick<Spine, 'payloads'>,
  callId: string,
  no: Refusal,
  request: ApprovalRequest,
): Promise<CallAnswer> {
  const said = await decisionSaid(spine, request)
  return {
    kind: 'refused',
    callId,
    approvalId: request.id,
    refusal: said.reason === undefined ? no : refusal(no.code, said.reason, no.policyIds),
    ...(said.suggested === undefined ? {} : { suggestedArguments: said.suggested }),
  }
}

/** What the person who decided wrote: the agent receives the reason (R87). */
async function decisionSaid(
  spine: Pick<Spine, 'payloads'>,
  request: ApprovalRequest,
): Promise<{ reason?: string; suggested?: JsonObject }> {
  const { tenant, decisionEntry, state } = request
  if (decisionEntry === undefined || state === 'approved') return {}
  const reason = await spine.payloads.open(tenant, decisionEntry, 'reason')
  const text = reason.state === 'present' ? new TextDecoder().decode(reason.bytes) : undefined
  if (request.reasonCode !== 'modified') return text === undefined ? {} : { reason: text }
  const wanted = await spine.payloads.open(tenant, decisionEntry, 'arguments')
  const value = wanted.state === 'present' ? parseStrict(wanted.bytes) : undefined
  return {
    ...(text === undefined ? {} : { reason: text }),
    ...(isObject(value) ? { suggested: value } : {}),
  }
}
