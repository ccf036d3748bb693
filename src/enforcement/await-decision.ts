/**
 * Waiting for a person is only waiting: it ends in a decision, in the caller going away or in time running out,
 * and none of the last two is a yes (R94).
 */
import { decidedNotices } from '../approval/notices.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import { closed, expiryReason } from '../approval/resolve.ts'
import { Failure } from '../kernel/failure.ts'
import { hasOpenQuestion } from './open-questions.ts'
import type { Spine } from './spine.ts'

/** Waits until the request is decided, the caller is gone, or `untilMs`; returns its state then. */
export async function awaitDecision(
  spine: Spine,
  request: ApprovalRequest,
  untilMs: number,
  signal: AbortSignal,
): Promise<ApprovalRequest> {
  for (;;) {
    const current = await spine.approvals.byId(request.tenant, request.id)
    if (current === undefined) throw new Failure('internal', 'a request vanished')
    const nowMs = spine.clock.nowMs()
    if (current.state === 'pending' && current.expiresAtMs <= nowMs) return expire(spine, current)
    if (current.state !== 'pending' || nowMs >= untilMs || signal.aborted) return current
    // A question is no decision, but only the agent can answer it, so it hears of it at once.
    if (await hasOpenQuestion(spine, current)) return current
    await spine.changes.wait(request.tenant, Math.min(untilMs, current.expiresAtMs), signal)
  }
}

/** Ends a request whose time is up. Deadlines are checked at use; the sweeper only gets here first sometimes. */
export async function expire(spine: Spine, request: ApprovalRequest): Promise<ApprovalRequest> {
  const nowMs = spine.clock.nowMs()
  const { value } = await spine
    .commit(request.tenant, async (tx) => {
      const current = await spine.approvals.lock(tx, request.id)
      if (current === undefined) throw new Failure('not_found', 'the request is gone')
      const isStillOpen = current.state === 'pending'
      const reason = expiryReason(current)
      const ended = isStillOpen ? closed(current, 'expired', undefined, nowMs, reason) : current
      if (!isStillOpen) throw new Failure('approval_closed', `the request is ${current.state}`)
      await spine.approvals.put(tx, ended)
      for (const notice of decidedNotices(ended, undefined, nowMs, spine.nextId))
        await spine.notices.put(tx, notice)
      return {
        value: ended,
        entries: [
          {
            id: spine.nextId(),
            type: 'approval.expired',
            atMs: nowMs,
            actor: { kind: 'system', id: 'sweeper' },
            caseId: request.caseId,
            task: request.task,
            call: request.call,
            data: { request: request.id, action_digest: request.actionDigest, reason },
          },
        ],
      }
    })
    .catch(async (error: unknown) => {
      // Somebody else ended it between our look and our lock: their answer is the answer.
      if (!(error instanceof Failure) || error.code !== 'approval_closed') throw error
      const current = await spine.approvals.byId(request.tenant, request.id)
      if (current === undefined) throw error
      return { value: current }
    })
  return value
}
