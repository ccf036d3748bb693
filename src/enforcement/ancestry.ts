/**
 * Whose authority a handed-over task draws on. A task that another handed over may do no more than that one may now:
 * its tools, its life and the mode of its agent bound the child's, again at every call, so that what is taken from
 * the parent is taken from the child at once (R121).
 */

import type { Seen } from '../facts/facts.ts'
import { AGENT_MODES, type Agent, type AgentMode } from '../identity/agent.ts'
import { Failure, type Refusal, refusal } from '../kernel/failure.ts'
import type { Task } from '../task/task.ts'
import { mayUse, type TaskSession } from './session.ts'
import type { Spine } from './spine.ts'

/** A chain of hand-offs longer than this is nobody's work any more. */
export const MAX_HAND_OFFS = 4

export type Ancestor = { readonly agent: Agent; readonly task: Task }

/** The tasks above this one, the nearest first; none for a task nobody handed over. Throws `facts_unavailable`. */
export async function ancestorsOf(
  sources: Pick<Spine['facts'], 'agents' | 'tasks'>,
  { tenant, task }: Pick<TaskSession, 'tenant' | 'task'>,
): Promise<readonly Ancestor[]> {
  const above: Ancestor[] = []
  for (let parent = task.parent; parent !== undefined; ) {
    const found = await sources.tasks.byId(tenant, parent)
    const agent = found && (await sources.agents.byId(tenant, found.agent))
    if (found === undefined || agent === undefined || above.length >= MAX_HAND_OFFS)
      throw new Failure('facts_unavailable', 'the task that handed over is gone')
    above.push({ agent, task: found })
    parent = found.parent
  }
  return above
}

/** Why the ancestors let the call no further, or undefined. */
export function heldBack(
  above: readonly Ancestor[],
  nowMs: number,
  tools: readonly { readonly upstream: string; readonly name: string }[],
): Refusal | undefined {
  for (const { agent, task } of above) {
    if (agent.state !== 'active')
      return refusal('agent_not_active', 'the agent that handed over is not active')
    if (task.state !== 'open') return refusal('task_closed', 'the task that handed over is closed')
    if (task.expiresAtMs <= nowMs)
      return refusal('task_expired', 'the task that handed over has expired')
    if (!tools.every(({ upstream, name }) => mayUse({ agent, task }, upstream, name)))
      return refusal('tool_not_granted', 'the task that handed over may not use the tool')
  }
  return undefined
}

/** Revisions of everything the ancestors were read at; the dispatch commit compares them again. */
export function seenOf(above: readonly Ancestor[]): Seen {
  return Object.fromEntries(
    above.flatMap(({ agent, task }) => [
      [`agent/${agent.id}`, agent.revision],
      [`task/${task.id}`, task.revision],
    ]),
  )
}

/** The least trusted of the modes: a hand-off to a freer agent frees nothing. */
export function leastMode(own: AgentMode, above: readonly Ancestor[]): AgentMode {
  const rank = (mode: AgentMode) => AGENT_MODES.indexOf(mode)
  return above.reduce<AgentMode>(
    (least, { agent }) => (rank(agent.mode) < rank(least) ? agent.mode : least),
    own,
  )
}
