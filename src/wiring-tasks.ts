/** Wires task handles: what runs approved calls of absent agents, and what the MCP face reads them with. */
import { type AgentTaskParts, agentTask } from './command/agent-task.ts'
import type { DecisionParts } from './command/decision-parts.ts'
import { makeRunApproved } from './command/run-approved.ts'
import { withdraw } from './command/withdraw.ts'
import type { Enforce } from './enforcement/intent.ts'
import type { Spine } from './enforcement/spine.ts'
import type { Tasks } from './faces/mcp/tasks.ts'
import { codeOf } from './kernel/failure.ts'

export function wireTasks(spine: Spine, enforce: Enforce, decisions: DecisionParts) {
  const approved = makeRunApproved({ ...spine, enforce })
  const parts: AgentTaskParts = { ...spine, enforce, approved }
  const tasks: Tasks = {
    get: async (session, id) => {
      const { request, ...task } = await agentTask(parts, session, id)
      const { createdAtMs, expiresAtMs, decidedAtMs } = request
      return {
        id: request.id,
        ...task,
        createdAtMs,
        expiresAtMs,
        changedAtMs: decidedAtMs ?? createdAtMs,
      }
    },
    cancel: async (session, id) => {
      const { request } = await agentTask(parts, session, id)
      const by = { kind: 'agent', id: session.agent.id, task: session.task.id } as const
      const input = { tenant: session.tenant, requestId: request.id, reason: '', by }
      try {
        await withdraw(decisions, input)
      } catch (error) {
        // Decided a moment ago: cancelling is a wish, and the task says what became of it.
        if (codeOf(error) !== 'approval_closed') throw error
      }
    },
  }
  return { approved, tasks }
}
