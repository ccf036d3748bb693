/**
 * Runs what was approved for an agent that holds a task handle and need not be there (claim `task`). The call is
 * decided afresh like any other; the grant is consumed in its dispatch commit, so of two nodes one runs it.
 */
import type { ApprovalRequest } from '../approval/request.ts'
import type { CallIntent } from '../enforcement/intent.ts'
import type { TaskSession } from '../enforcement/session.ts'
import type { FactSources } from '../facts/gather.ts'
import type { Clock } from '../kernel/clock.ts'
import { type AwaitParts, recordedIntent } from './await-approval.ts'

export type RunParts = AwaitParts & {
  readonly clock: Clock
  readonly facts: Pick<FactSources, 'agents' | 'tasks'>
}

export type RunApproved = {
  /** Runs one request if it can run and is not running here. Resolves when it has, whatever came of it. */
  readonly run: (request: ApprovalRequest) => Promise<void>
  /** Runs all that wait. Returns how many were found. */
  readonly sweep: (tenant: string) => Promise<number>
}

/** One sweep starts so many at once; the next takes the rest. */
const BATCH = 20

export function makeRunApproved(parts: RunParts): RunApproved {
  const running = new Set<string>()
  const run = async (request: ApprovalRequest): Promise<void> => {
    if (running.has(request.id)) return
    running.add(request.id)
    try {
      await runOne(parts, request)
    } finally {
      running.delete(request.id)
    }
  }
  return {
    run,
    sweep: async (tenant) => {
      const ready = await parts.approvals.releasable(tenant, parts.clock.nowMs(), BATCH)
      await Promise.all(ready.map(run))
      return ready.length
    },
  }
}

/** What an agent that is gone, or whose task ended, had under way was ended with it. */
async function runOne(parts: RunParts, request: ApprovalRequest): Promise<void> {
  const session = await sessionOf(parts, request)
  if (session === undefined) return
  const intent: CallIntent = {
    ...(await recordedIntent(parts, request)),
    session,
    approvalId: request.id,
    claim: 'task',
    holdMs: 0,
    // Nobody listens: the result is recorded, and read with the task handle.
    back: { signal: new AbortController().signal },
  }
  await parts.enforce(intent)
}

async function sessionOf(
  { facts, clock }: RunParts,
  request: ApprovalRequest,
): Promise<TaskSession | undefined> {
  const { tenant } = request
  const [agent, task] = await Promise.all([
    facts.agents.byId(tenant, request.agent),
    facts.tasks.byId(tenant, request.task),
  ])
  if (agent?.state !== 'active' || task?.state !== 'open') return undefined
  const { expiresAtMs, onBehalfOf } = task
  if (expiresAtMs <= clock.nowMs()) return undefined
  // No token was presented; these claims are what one for this task would say.
  const claims = { tenant, agent: agent.id, task: task.id, onBehalfOf, tokenId: '', expiresAtMs }
  return { tenant, agent, task, claims }
}
