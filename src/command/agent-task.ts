/**
 * The task handle of the MCP Tasks extension. It is the approval request itself: durable before the agent hears of
 * it, bound to the task that asked, and still there after a restart. Reading it records nothing.
 */
import type { ApprovalRequest } from '../approval/request.ts'
import { expire } from '../enforcement/await-decision.ts'
import { endedAnswer, endedRefusal } from '../enforcement/ended.ts'
import type { CallAnswer } from '../enforcement/intent.ts'
import { openQuestions } from '../enforcement/open-questions.ts'
import type { TaskSession } from '../enforcement/session.ts'
import type { Spine } from '../enforcement/spine.ts'
import { Failure, type Refusal, refusal } from '../kernel/failure.ts'
import { type AwaitParts, settledAnswer } from './await-approval.ts'
import type { RunApproved } from './run-approved.ts'

export type AgentTask = {
  readonly request: ApprovalRequest
  readonly status: 'working' | 'completed' | 'cancelled'
  readonly message: string
  /** With `completed`: what became of the call, a refusal included. */
  readonly answer?: CallAnswer
}

export type AgentTaskParts = Spine & AwaitParts & { readonly approved: RunApproved }

/** Throws `not_found` for anything but a task handle of this very task. */
export async function agentTask(
  parts: AgentTaskParts,
  session: TaskSession,
  id: string,
): Promise<AgentTask> {
  const found = await parts.approvals.byId(session.tenant, id)
  if (found?.task !== session.task.id || found.claim !== 'task')
    throw new Failure('not_found', 'this task has no such handle')
  const isOver = found.state === 'pending' && found.expiresAtMs <= parts.clock.nowMs()
  const request = isOver ? await expire(parts, found) : found
  if (request.state === 'pending') return waiting(parts, request)
  return request.state === 'approved' ? released(parts, request) : ended(parts, request)
}

async function waiting(parts: AgentTaskParts, request: ApprovalRequest): Promise<AgentTask> {
  const [question] = await openQuestions(parts, request)
  const role = request.needs[0]?.role ?? 'incident-commander'
  const message =
    question === undefined
      ? `awaiting approval by ${role}`
      : `a person asks (answer question ${question.id} with countersign_answer): ${question.text}`
  return { request, status: 'working', message }
}

async function released(parts: AgentTaskParts, request: ApprovalRequest): Promise<AgentTask> {
  const answer = await settledAnswer(parts, request)
  if (answer !== undefined) return { request, status: 'completed', message: 'done', answer }
  const [call, grant] = await Promise.all([
    parts.calls.byId(request.tenant, request.call),
    parts.approvals.grantOf(request.tenant, request.id),
  ])
  if (call?.state === 'dispatched') return { request, status: 'working', message: 'running' }
  if (grant?.state === 'live' && grant.expiresAtMs > parts.clock.nowMs()) {
    // It runs whether or not anybody asks; asking only means not to wait for the next look.
    void parts.approved.run(request).catch(() => {})
    return { request, status: 'working', message: 'approved, about to run' }
  }
  const no = call?.state === 'settled' ? noResult(call.outcome) : endedRefusal(request)
  return completed(parts, request, no)
}

/** It ran and left no result that could be kept. */
function noResult(outcome: string | undefined): Refusal {
  return outcome === 'failed'
    ? refusal('upstream_failed', 'the tool server answered with an error')
    : refusal('outcome_unknown', 'the call ran, and what came of it is not known')
}

async function ended(parts: AgentTaskParts, request: ApprovalRequest): Promise<AgentTask> {
  const isTheirs = request.reasonCode === 'withdrawn' && request.decidedBy === undefined
  if (isTheirs) return { request, status: 'cancelled', message: 'withdrawn' }
  return completed(parts, request, endedRefusal(request))
}

async function completed(
  parts: AgentTaskParts,
  request: ApprovalRequest,
  no: Refusal,
): Promise<AgentTask> {
  const answer = await endedAnswer(parts, request.call, no, request)
  return { request, status: 'completed', message: request.state, answer }
}
