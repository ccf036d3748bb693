/**
 * What may change about an agent: its lifecycle, its mode, its grants, its keys. Taking authority away works
 * at once and also ends what is under way; giving it is for the platform engineer.
 */
import type { EndAuthority } from '../enforcement/end-authority.ts'
import type { Agent, AgentKey, AgentMode, AgentState } from '../identity/agent.ts'
import { AGENT_MODES } from '../identity/agent.ts'
import { readGrants } from '../identity/grant.ts'
import type { PublicJwk } from '../identity/jwk.ts'
import { keyDigestOf, readPublicJwk, thumbprintOf } from '../identity/jwk.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Tx, Work } from '../kernel/commit.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Doer } from './base.ts'
import { actorOf, commitUnchanged, draft, jsonPayload } from './base.ts'
import { requireWord } from './input.ts'
import type { Permission } from './permissions.ts'
import { requirePermission } from './permissions.ts'
import { delegationGap, type ReadyDeps } from './ready-to-delegate.ts'
import type { AgentDeps } from './register-agent.ts'
import { AGENT_BOOK, keyRow, requireNewKey } from './register-agent.ts'

export type ChangeAgentDeps = AgentDeps & { readonly endAuthority: EndAuthority }

export type AgentInput = { readonly tenant: string; readonly by: Doer; readonly agentId: string }

export type ChangedAgent = { readonly agent: Agent; readonly receipts: readonly Receipt[] }

/** From which states each is reached; `retired` is final. */
const REACHED_FROM: Readonly<Record<Exclude<AgentState, 'proposed'>, readonly AgentState[]>> = {
  active: ['proposed', 'suspended'],
  suspended: ['active'],
  retired: ['proposed', 'active', 'suspended'],
}
const STATE_PERMISSION: Readonly<Record<Exclude<AgentState, 'proposed'>, Permission>> = {
  active: 'agent.activate',
  suspended: 'agent.suspend',
  retired: 'agent.retire',
}

/**
 * Activates, suspends or retires. Suspension and retirement void the agent's pending requests and grants and
 * revoke its leases in the same commit (R18). Throws `not_found`, `not_permitted`, `conflict`.
 */
export function changeAgentState(
  deps: ChangeAgentDeps,
  input: AgentInput & { readonly state: Exclude<AgentState, 'proposed'> },
): Promise<ChangedAgent> {
  requirePermission(input.by, STATE_PERMISSION[input.state])
  return change(deps, input, async (agent) => {
    if (!REACHED_FROM[input.state].includes(agent.state)) {
      throw new Failure('conflict', `the agent is ${agent.state}`)
    }
    const end =
      input.state === 'active'
        ? undefined
        : await deps.endAuthority(agent.tenant, { agent: agent.id }, `agent-${input.state}`)
    return { agent: { ...agent, state: input.state }, data: { state: input.state }, end }
  })
}

/**
 * One step or many, in both directions; the mode before and after are in the ledger (R100). Throws
 * `not_ready_to_delegate`, naming what is missing (R51).
 */
export function changeAgentMode(
  deps: ChangeAgentDeps & ReadyDeps,
  input: AgentInput & { readonly mode: AgentMode },
): Promise<ChangedAgent> {
  requirePermission(input.by, 'agent.change')
  const mode = requireWord('mode', input.mode, AGENT_MODES)
  return change(deps, input, async (agent) => {
    const gap = mode === 'delegated' ? await delegationGap(deps, agent) : undefined
    if (gap !== undefined) throw new Failure('not_ready_to_delegate', gap)
    return { agent: { ...agent, mode }, data: { mode } }
  })
}

/** Replaces the whole list, so that what the caller sees is what holds. */
export function changeAgentGrants(
  deps: ChangeAgentDeps,
  input: AgentInput & { readonly grants: readonly string[] },
): Promise<ChangedAgent> {
  requirePermission(input.by, 'agent.change')
  const grants = readGrants(input.grants)
  return change(deps, input, async (agent) => ({
    agent: { ...agent, grants },
    data: { grants: digestOfJson('countersign-config-v1', grants) },
    payload: { before: agent.grants, after: grants },
  }))
}

/** Adds a key for rotation; the old one stays until revoked. Throws `conflict` for a key known anywhere. */
export function addAgentKey(
  deps: ChangeAgentDeps,
  input: AgentInput & { readonly key: Readonly<Record<string, unknown>> },
): Promise<ChangedAgent> {
  requirePermission(input.by, 'agent.change')
  const key = readPublicJwk(input.key)
  return change(deps, input, async (agent) => {
    await requireNewKey(deps, agent.tenant, thumbprintOf(key))
    const made = keyChange(agent, key, keyRow(agent, key, deps.nowMs()))
    return { ...made, isNewInBook: true }
  })
}

/** Revokes one key at once. Throws `not_found` when the agent has no such live key. */
export function revokeAgentKey(
  deps: ChangeAgentDeps,
  input: AgentInput & { readonly thumbprint: string },
): Promise<ChangedAgent> {
  requirePermission(input.by, 'agent.suspend')
  return change(deps, input, async (agent) => {
    const known = await deps.agents.bySubject(agent.subject)
    const row = known?.keys.find((key) => key.thumbprint === input.thumbprint)
    if (row === undefined || row.revokedAtMs !== undefined) {
      throw new Failure('not_found', 'the agent has no such live key')
    }
    return keyChange(agent, readPublicJwk(row.jwk), { ...row, revokedAtMs: deps.nowMs() })
  })
}

type Change = {
  readonly agent: Agent
  readonly data: Readonly<Record<string, string>>
  readonly payload?: unknown
  readonly key?: AgentKey
  readonly isNewInBook?: boolean
  readonly end?: ((tx: Tx) => Promise<readonly EntryDraft[]>) | undefined
}

function keyChange(agent: Agent, jwk: PublicJwk, key: AgentKey): Change {
  const verb = key.revokedAtMs === undefined ? 'key-added' : 'key-revoked'
  return { agent, key, data: { key: keyDigestOf(jwk) }, payload: { change: verb, key: jwk } }
}

async function change(
  deps: ChangeAgentDeps,
  input: AgentInput,
  decide: (agent: Agent) => Promise<Change>,
): Promise<ChangedAgent> {
  const { tenant, agentId, by } = input
  const prepare = async (): Promise<Work<Agent>> => {
    const agent = await deps.agents.byId(tenant, agentId)
    if (agent === undefined) throw new Failure('not_found', 'no such agent in this tenant')
    if (agent.state === 'retired') throw new Failure('conflict', 'the agent is retired')
    const made = await decide(agent)
    return async (tx) => {
      await deps.agents.put(tx, made.agent)
      if (made.isNewInBook === true) await deps.revisions.raise(tx, AGENT_BOOK)
      if (made.key !== undefined) await deps.agents.putKey(tx, made.key)
      const ended = made.end === undefined ? [] : await made.end(tx)
      const entry = draft(deps, 'agent.changed', actorOf(by), {
        data: { agent: agentId, ...made.data },
        ...(made.payload === undefined
          ? {}
          : { payloads: { change: jsonPayload(made.payload, 'operational') } }),
      })
      return { value: made.agent, entries: [entry, ...ended] }
    }
  }
  const committed = await commitUnchanged(deps, tenant, [`agent/${agentId}`, AGENT_BOOK], prepare)
  return { agent: committed.value, receipts: committed.receipts }
}
