/** Who is calling and for what, once the task token was read and its agent, task and case looked up. */
import type { Agent } from '../identity/agent.ts'
import { isGranted } from '../identity/agent.ts'
import type { TaskClaims } from '../task/ports.ts'
import type { Task } from '../task/task.ts'

export type TaskSession = {
  readonly tenant: string
  readonly agent: Agent
  readonly task: Task
  readonly claims: TaskClaims
}

/** For whom and for what, without the token: what a call of the gateway itself stands on. */
export type TaskPlace = Omit<TaskSession, 'claims'>

/** Reads a bearer token. Throws `not_authenticated`, `token_*`, `human_token_refused`, `agent_*`, `task_*`. */
export type Identify = (bearer: string | undefined) => Promise<TaskSession>

/** Whether the task may know of the tool at all: the agent's grants narrowed by the task's scope (R1). */
export function mayUse(
  session: Pick<TaskSession, 'agent' | 'task'>,
  upstream: string,
  name: string,
): boolean {
  const { agent, task } = session
  if (!isGranted(agent.grants, upstream, name)) return false
  return task.scope.length === 0 || isGranted(task.scope, upstream, name)
}

/** Whether the task may see anything of an upstream: a grant names it, and so does the scope if there is one. */
export function mayReach(session: TaskSession, upstream: string): boolean {
  const { agent, task } = session
  const names = (grants: readonly string[]) =>
    grants.some((grant) => grant.startsWith(`${upstream}/`))
  return names(agent.grants) && (task.scope.length === 0 || names(task.scope))
}
