/**
 * Puts an agent on the books: a workload subject, a human owner, a first key, an upper bound of tools. It
 * starts `proposed` and in `shadow` unless told otherwise (R100), so registering alone lets nothing run.
 */
import type { Agent, AgentMode } from '../identity/agent.ts'
import { AGENT_MODES } from '../identity/agent.ts'
import { readGrants } from '../identity/grant.ts'
import type { PublicJwk } from '../identity/jwk.ts'
import { keyDigestOf, readPublicJwk, thumbprintOf } from '../identity/jwk.ts'
import type { AgentStore, PersonStore } from '../identity/ports.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, commitUnchanged, draft, jsonPayload } from './base.ts'
import { invalid, requireWord } from './input.ts'
import { requirePermission } from './permissions.ts'

export type AgentDeps = CommandBase & {
  readonly agents: AgentStore
  readonly people: PersonStore
}

export type RegisterAgentInput = {
  readonly tenant: string
  readonly by: Doer
  readonly name: string
  readonly subject: string
  /** Person id. */
  readonly owner: string
  readonly mode?: AgentMode
  readonly grants: readonly string[]
  /** The first public key; private members are refused. */
  readonly key: Readonly<Record<string, unknown>>
}

export type RegisteredAgent = {
  readonly agent: Agent
  /** RFC 7638 thumbprint: the `kid` the workload must use. */
  readonly thumbprint: string
  readonly receipt: Receipt
}

/** Raised by whatever adds a name, subject or key, so that two additions at once are ordered and both checked. */
export const AGENT_BOOK = 'agent-book'

const NAME = /^[a-z0-9-]{1,40}$/
/** A StringOrURI of RFC 7519 without white space; 255 is what token endpoints commonly accept. */
const SUBJECT = /^[\x21-\x7e]{1,255}$/

/** Throws `not_permitted`, `request_invalid`, `conflict` (name, subject or key already used). */
export async function registerAgent(
  deps: AgentDeps,
  input: RegisterAgentInput,
): Promise<RegisteredAgent> {
  requirePermission(input.by, 'agent.register')
  const key = readPublicJwk(input.key)
  const agent = await readAgent(deps, input)
  const committed = await commitUnchanged(deps, input.tenant, [AGENT_BOOK], async () => {
    await requireUnused(deps, agent)
    await requireNewKey(deps, input.tenant, thumbprintOf(key))
    return async (tx) => {
      await deps.revisions.raise(tx, AGENT_BOOK)
      await deps.agents.put(tx, agent)
      await deps.agents.putKey(tx, keyRow(agent, key, deps.nowMs()))
      return { value: agent, entries: [registeredEntry(deps, input.by, agent, key)] }
    }
  })
  return { agent: committed.value, thumbprint: thumbprintOf(key), receipt: committed.receipts[0] }
}

function registeredEntry(deps: AgentDeps, by: Doer, agent: Agent, key: PublicJwk): EntryDraft {
  const { name, subject, grants } = agent
  return draft(deps, 'agent.registered', actorOf(by), {
    data: { agent: agent.id, owner: agent.owner, mode: agent.mode, key: keyDigestOf(key) },
    payloads: { agent: jsonPayload({ name, subject, grants, key }, 'operational') },
  })
}

async function readAgent(deps: AgentDeps, input: RegisterAgentInput): Promise<Agent> {
  if (!NAME.test(input.name)) throw invalid('name is 1 to 40 of a-z, 0-9 and -')
  if (!SUBJECT.test(input.subject)) throw invalid('subject is 1 to 255 visible ASCII characters')
  const mode = requireWord('mode', input.mode ?? 'shadow', AGENT_MODES)
  // An owner is a human being (R133): nothing but a registered, active person is accepted.
  const owner = await deps.people.byId(input.tenant, input.owner)
  if (owner?.state !== 'active') throw invalid('owner is not an active person of this tenant')
  return {
    tenant: input.tenant,
    id: deps.nextId(),
    name: input.name,
    subject: input.subject,
    owner: owner.id,
    mode,
    state: 'proposed',
    grants: readGrants(input.grants),
    revision: 0,
  }
}

async function requireUnused(deps: AgentDeps, agent: Agent): Promise<void> {
  const others = await deps.agents.list(agent.tenant)
  if (others.some((other) => other.name === agent.name)) {
    throw new Failure('conflict', 'an agent of this name exists')
  }
  if ((await deps.agents.bySubject(agent.subject)) !== undefined) {
    throw new Failure('conflict', 'an agent with this subject exists')
  }
}

/** One key belongs to one agent, for ever: also a revoked one may not come back elsewhere (R12). */
export async function requireNewKey(
  deps: AgentDeps,
  tenant: string,
  thumbprint: string,
): Promise<void> {
  for (const other of await deps.agents.list(tenant)) {
    const known = await deps.agents.bySubject(other.subject)
    if (known?.keys.some((key) => key.thumbprint === thumbprint) === true) {
      throw new Failure('conflict', 'the key is registered already')
    }
  }
}

export function keyRow(agent: Agent, jwk: PublicJwk, createdAtMs: number) {
  return { tenant: agent.tenant, agent: agent.id, thumbprint: thumbprintOf(jwk), jwk, createdAtMs }
}
