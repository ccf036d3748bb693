/**
 * An agent waits for a decision on a call of its own task. A yes executes exactly the recorded call, afresh
 * decided; a call that already ran answers with its recorded result, and is not run again.
 */

import type { ApprovalStore } from '../approval/ports.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { ToolKind } from '../catalogue/tool.ts'
import type { CallStore } from '../enforcement/call.ts'
import type { CallAnswer, CallIntent, Enforce } from '../enforcement/intent.ts'
import type { TaskSession } from '../enforcement/session.ts'
import type { FrameBack } from '../enforcement/upstream.ts'
import type { EvidenceStore } from '../evidence/evidence.ts'
import { Failure } from '../kernel/failure.ts'
import { isObject, parseStrict } from '../kernel/strict-json.ts'
import type { PayloadStore } from '../ledger/ports.ts'

export type AwaitParts = {
  readonly enforce: Enforce
  readonly approvals: ApprovalStore
  readonly calls: CallStore
  readonly evidence: EvidenceStore
  readonly payloads: PayloadStore
}

/** A wait stays below the 60 s after which common MCP clients give up (DESIGN 9). */
export const MAX_WAIT_MS = 45_000

/** Throws `not_found` for anything that is not a request of this very task. */
export async function awaitApproval(
  parts: AwaitParts,
  session: TaskSession,
  approvalId: string,
  waitMs: number,
  back: FrameBack,
): Promise<CallAnswer> {
  const request = await parts.approvals.byId(session.tenant, approvalId)
  if (request === undefined || request.task !== session.task.id) {
    throw new Failure(
      'not_found',
      'this task made no such request; renew the token of the task that did',
    )
  }
  const replayed = await settledAnswer(parts, request)
  if (replayed !== undefined) return replayed
  const intent = await recordedIntent(parts, request)
  return parts.enforce({
    ...intent,
    session,
    approvalId,
    claim: 'none',
    holdMs: Math.min(Math.max(0, waitMs), MAX_WAIT_MS),
    back,
  })
}

/** The result the call gave when it ran: the agent may have lost it with its connection. */
export async function settledAnswer(
  parts: Pick<AwaitParts, 'calls' | 'evidence' | 'payloads'>,
  request: ApprovalRequest,
): Promise<CallAnswer | undefined> {
  const call = await parts.calls.byId(request.tenant, request.call)
  if (call?.state !== 'settled' || call.evidence === undefined) return undefined
  const evidence = await parts.evidence.byId(request.tenant, call.evidence)
  if (evidence === undefined) return undefined
  const stored = await parts.payloads.open(request.tenant, evidence.outcomeEntry, 'result')
  // Our own canonical bytes, not a stranger's: a number the strict reader would refuse is as it was sent.
  const result =
    stored.state === 'present' ? JSON.parse(new TextDecoder().decode(stored.bytes)) : undefined
  if (!isObject(result)) return undefined
  return {
    kind: 'answered',
    callId: call.id,
    evidenceId: evidence.id,
    answer: { kind: 'complete', result, isToolError: result.isError === true },
  }
}

type Recorded = Pick<CallIntent, 'upstream' | 'kind' | 'name' | 'arguments'>

/** The call as it was asked about. Throws `payload_unreadable` when it is gone. */
export async function recordedIntent(
  parts: Pick<AwaitParts, 'payloads'>,
  request: ApprovalRequest,
): Promise<Recorded> {
  const stored = await parts.payloads.open(request.tenant, request.requestEntry, 'intent')
  const value = stored.state === 'present' ? parseStrict(stored.bytes) : undefined
  if (!isObject(value)) throw new Failure('payload_unreadable', 'the recorded call is gone')
  const { upstream, kind, name, arguments: args } = value
  if (
    typeof upstream !== 'string' ||
    typeof name !== 'string' ||
    !isKind(kind) ||
    !isObject(args)
  ) {
    throw new Failure('payload_unreadable', 'the recorded call cannot be read')
  }
  return { upstream, kind, name, arguments: args }
}

function isKind(value: unknown): value is ToolKind {
  return value === 'tool' || value === 'resource' || value === 'prompt'
}
