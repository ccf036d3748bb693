/** Registered workloads, their keys and the assertions they spent (port `AgentStore`). */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Agent, AgentKey, AgentMode, AgentState } from '../identity/agent.ts'
import type { AgentStore } from '../identity/ports.ts'
import { Failure } from '../kernel/failure.ts'
import { raiseRevision } from './revision-store.ts'
import { fromJson, jsonText, present, strings } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access, Open } from './transaction.ts'

/** An assertion is kept this long past its end, because verifiers allow clocks to differ. */
const ASSERTION_GRACE_MS = 10 * 60_000

export function createAgentStore(access: Access, nowMs: () => number): AgentStore {
  return { ...agentReads(access), ...agentWrites(access, nowMs) }
}

function agentReads(access: Access): Pick<AgentStore, 'bySubject' | 'byId' | 'list'> {
  return {
    bySubject: async (subject) => {
      const found = await access
        .readAll()
        .selectFrom('agent_subject')
        .select(['tenant', 'agent'])
        .where('subject', '=', subject)
        .executeTakeFirst()
      if (found === undefined) return undefined
      const { tenant, agent: id } = found
      const row = await agentRows(access.read(tenant), tenant)
        .where('agent.id', '=', id)
        .executeTakeFirst()
      if (row === undefined) return undefined
      return { agent: agentOf(row), keys: await keysOf(access.read(tenant), tenant, id) }
    },
    byId: async (tenant, id) => {
      const row = await agentRows(access.read(tenant), tenant)
        .where('agent.id', '=', id)
        .executeTakeFirst()
      return row === undefined ? undefined : agentOf(row)
    },
    list: async (tenant) => {
      const rows = await agentRows(access.read(tenant), tenant).orderBy('agent.name').execute()
      return rows.map(agentOf)
    },
  }
}

function agentWrites(
  access: Access,
  nowMs: () => number,
): Pick<AgentStore, 'put' | 'putKey' | 'spendAssertion'> {
  return {
    put: async (tx, agent) => {
      const open = access.openFor(tx, agent.tenant)
      await claimSubject(open, agent)
      const { tenant, id, name, subject, owner, mode, state } = agent
      const values = { name, subject, owner, mode, state, grants: jsonText(agent.grants) }
      await open.db
        .insertInto('agent')
        .values({ tenant, id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
      await raiseRevision(open, `agent/${id}`)
    },
    putKey: async (tx, key) => {
      const open = access.openFor(tx, key.tenant)
      const { tenant, agent, thumbprint } = key
      const values = {
        jwk: jsonText(key.jwk),
        created_at_ms: key.createdAtMs,
        revoked_at_ms: key.revokedAtMs ?? null,
      }
      await open.db
        .insertInto('agent_key')
        .values({ tenant, agent, thumbprint, ...values })
        .onConflict((conflict) =>
          conflict.columns(['tenant', 'agent', 'thumbprint']).doUpdateSet(values),
        )
        .execute()
      await raiseRevision(open, `agent/${agent}`)
    },
    spendAssertion: async (tx, agent, jti, expiresAtMs) => {
      const { tenant, db } = access.open(tx)
      const spent = await db
        .insertInto('assertion')
        .values({ tenant, agent, jti, expires_at_ms: expiresAtMs })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      if (spent.numInsertedOrUpdatedRows !== 1n) {
        throw new Failure('token_replayed', 'the assertion was presented before')
      }
      await db
        .deleteFrom('assertion')
        .where('tenant', '=', tenant)
        .where('agent', '=', agent)
        .where('expires_at_ms', '<', nowMs() - ASSERTION_GRACE_MS)
        .execute()
    },
  }
}

function agentRows(db: Kysely<DB>, tenant: string) {
  return db
    .selectFrom('agent')
    .leftJoin('fact_revision as fact', (join) =>
      join.onRef('fact.tenant', '=', 'agent.tenant').on('fact.key', '=', sql`'agent/' || agent.id`),
    )
    .selectAll('agent')
    .select('fact.revision')
    .where('agent.tenant', '=', tenant)
}

/** A subject belongs to one agent over all tenants. Throws `conflict` when it is another's. */
async function claimSubject({ tenant, db }: Open, agent: Agent): Promise<void> {
  await db
    .insertInto('agent_subject')
    .values({ subject: agent.subject, tenant, agent: agent.id })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const holder = await db
    .selectFrom('agent_subject')
    .select(['tenant', 'agent'])
    .where('subject', '=', agent.subject)
    .executeTakeFirst()
  if (holder?.tenant !== tenant || holder.agent !== agent.id) {
    throw new Failure('conflict', 'the workload subject belongs to another agent')
  }
  await db
    .deleteFrom('agent_subject')
    .where('tenant', '=', tenant)
    .where('agent', '=', agent.id)
    .where('subject', '<>', agent.subject)
    .execute()
}

async function keysOf(db: Kysely<DB>, tenant: string, agent: string): Promise<readonly AgentKey[]> {
  const rows = await db
    .selectFrom('agent_key')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('agent', '=', agent)
    .orderBy('created_at_ms')
    .orderBy('thumbprint')
    .execute()
  return rows.map((row) => ({
    tenant,
    agent,
    thumbprint: row.thumbprint,
    jwk: fromJson<AgentKey['jwk']>(row.jwk),
    createdAtMs: row.created_at_ms,
    ...present('revokedAtMs', row.revoked_at_ms),
  }))
}

function agentOf(row: DB['agent'] & { readonly revision: number | null }): Agent {
  return {
    tenant: row.tenant,
    id: row.id,
    name: row.name,
    subject: row.subject,
    owner: row.owner,
    mode: row.mode as AgentMode,
    state: row.state as AgentState,
    grants: strings(row.grants),
    revision: row.revision ?? 0,
  }
}
