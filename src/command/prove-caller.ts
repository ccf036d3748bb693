/**
 * Who presents a workload JWT, and the record of those turned away. A caller that could not prove itself is
 * never written down as the actor: the entry says whom it claimed to be.
 */
import type { Agent } from '../identity/agent.ts'
import { PERSON_TOKEN_PREFIX } from '../identity/person.ts'
import type { AgentStore, PersonStore } from '../identity/ports.ts'
import type { WorkloadAssertion, WorkloadReader } from '../identity/workload.ts'
import type { Actor } from '../kernel/entry.ts'
import type { FailureCode } from '../kernel/failure.ts'
import { codeOf, FAILURES, Failure } from '../kernel/failure.ts'
import type { CommandBase } from './base.ts'
import { draft } from './base.ts'
import { secretHash } from './secret.ts'

export type CallerDeps = CommandBase & {
  readonly agents: AgentStore
  readonly people: PersonStore
  readonly workloads: WorkloadReader
  /** What `aud` of a workload JWT must be: `<base>/oauth/token`. */
  readonly tokenEndpoint: string
}

/** An agent whose registered key signed the assertion just now. Its state is not looked at here. */
export type ProvenCaller = { readonly agent: Agent; readonly assertion: WorkloadAssertion }

const FACE = 'oauth'

export function isPersonToken(token: string): boolean {
  return token.startsWith(PERSON_TOKEN_PREFIX)
}

/** Throws `human_token_refused`, `agent_unknown`, `not_authenticated`, `token_expired`, `token_wrong_audience`. */
export async function proveCaller(deps: CallerDeps, jwt: string): Promise<ProvenCaller> {
  if (isPersonToken(jwt)) return refusePerson(deps, jwt)
  const claimed = deps.workloads.peek(jwt)
  const known = await deps.agents.bySubject(claimed.subject)
  if (known === undefined)
    throw new Failure('agent_unknown', 'no agent is registered for this subject')
  const { agent, keys } = known
  try {
    const assertion = await deps.workloads.verify(jwt, {
      subject: agent.subject,
      keys: keys.filter((key) => key.revokedAtMs === undefined),
      audience: deps.tokenEndpoint,
      nowMs: deps.nowMs(),
    })
    return { agent, assertion }
  } catch (error) {
    const gateway: Actor = { kind: 'system', id: FACE }
    await record(deps, agent.tenant, gateway, codeOf(error), agent.id)
    throw error
  }
}

/** A person's token where an agent's belongs. Whose it is gets recorded when we know them (R11). */
async function refusePerson(deps: CallerDeps, token: string): Promise<never> {
  const person = await deps.people.byTokenHash(secretHash(token))
  if (person !== undefined) {
    await record(deps, person.tenant, { kind: 'person', id: person.id }, 'human_token_refused')
  }
  throw new Failure('human_token_refused', "actor_token is a person's token")
}

/**
 * Records that a proven agent was refused, and spends its assertion all the same: each proof is for one try.
 * What is our own trouble is not the agent's refusal and is not recorded as one.
 */
export async function recordRefusal(
  deps: CallerDeps,
  caller: ProvenCaller,
  error: unknown,
): Promise<void> {
  const code = codeOf(error)
  const { who } = FAILURES[code]
  if (who === 'us' || who === 'operator') return
  const { agent, assertion } = caller
  const actor: Actor = { kind: 'agent', id: agent.id }
  const spendAndRecord = () =>
    deps.commit(agent.tenant, async (tx) => {
      await deps.agents.spendAssertion(tx, agent.id, assertion.jti, assertion.expiresAtMs)
      return { value: undefined, entries: [refusalEntry(deps, actor, code)] }
    })
  try {
    if (code === 'token_replayed') await record(deps, agent.tenant, actor, code)
    else await spendAndRecord()
  } catch (second) {
    if (codeOf(second) !== 'token_replayed') throw second
    await record(deps, agent.tenant, actor, code)
  }
}

async function record(
  deps: CallerDeps,
  tenant: string,
  actor: Actor,
  code: FailureCode,
  claimedAgent?: string,
): Promise<void> {
  await deps.commit(tenant, async () => ({
    value: undefined,
    entries: [refusalEntry(deps, actor, code, claimedAgent)],
  }))
}

function refusalEntry(deps: CallerDeps, actor: Actor, reason: FailureCode, claimedAgent?: string) {
  return draft(deps, 'access.refused', actor, {
    data: { reason, face: FACE, ...(claimedAgent === undefined ? {} : { agent: claimedAgent }) },
  })
}
