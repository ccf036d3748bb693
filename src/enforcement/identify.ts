/**
 * Step 1: who. A task token is the only key: it names agent, task, tenant and analyst, and each of them must
 * still stand. There is no anonymous mode and no way in with a person's token (R11).
 */
import type { FactMemory } from '../facts/memory.ts'
import type { RevisionStore } from '../facts/ports.ts'
import { PERSON_TOKEN_PREFIX } from '../identity/person.ts'
import type { AgentStore } from '../identity/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type { TaskStore, TokenSigner } from '../task/ports.ts'
import type { Identify } from './session.ts'

export function makeIdentify(parts: {
  readonly tokens: TokenSigner
  readonly agents: AgentStore
  readonly tasks: TaskStore
  readonly revisions: RevisionStore
  readonly memory: FactMemory
  readonly clock: Clock
}): Identify {
  return async (bearer) => {
    if (bearer === undefined)
      throw new Failure('not_authenticated', 'no bearer token was presented')
    if (bearer.startsWith(PERSON_TOKEN_PREFIX)) {
      throw new Failure('human_token_refused', "a person's token opens no task")
    }
    const nowMs = parts.clock.nowMs()
    const claims = await parts.tokens.read(bearer, nowMs)
    const { tenant } = claims
    const keys = { agent: `agent/${claims.agent}`, task: `task/${claims.task}` }
    const now = await parts.revisions.read(tenant, [keys.agent, keys.task])
    const [agent, task] = await Promise.all([
      parts.memory.agents(tenant, keys.agent, now[keys.agent] ?? 0, () =>
        parts.agents.byId(tenant, claims.agent),
      ),
      parts.memory.tasks(tenant, keys.task, now[keys.task] ?? 0, () =>
        parts.tasks.byId(tenant, claims.task),
      ),
    ])
    if (agent === undefined)
      throw new Failure('agent_unknown', 'the agent of the token is not registered')
    if (agent.state !== 'active')
      throw new Failure('agent_not_active', `the agent is ${agent.state}`)
    if (task === undefined || task.agent !== agent.id) {
      throw new Failure('not_authenticated', "the task of the token is not this agent's")
    }
    if (task.state !== 'open') throw new Failure('task_closed', 'the task is closed')
    if (task.expiresAtMs <= nowMs) throw new Failure('task_expired', 'the task has expired')
    return { tenant, agent, task, claims }
  }
}
