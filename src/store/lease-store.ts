/** Brokered credentials: what was lent to whom until when, never the secret itself (port `LeaseStore`). */
import type { Lease, LeaseKind, LeaseStore } from '../lease/lease.ts'
import { prepare, prepareInsert } from './prepared.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createLeaseStore(access: Access): LeaseStore {
  const { engine } = access
  const insert = prepareInsert(engine, 'lease')
  const setRevoked = prepare(engine, (db, at: { readonly tenant: string; readonly id: string }) =>
    db
      .updateTable('lease')
      .set({ state: 'revoked' })
      .where('tenant', '=', at.tenant)
      .where('id', '=', at.id),
  )
  return {
    /** A new lease. A second one of the same id is `conflict`; afterwards only `revoke` changes it. */
    put: async (tx, lease) => {
      const { tenant, db } = access.openFor(tx, lease.tenant)
      const { id, kind, task, call, upstream, tool, state } = lease
      const { issuedAtMs: issued_at_ms, expiresAtMs: expires_at_ms } = lease
      const row = { tenant, id, kind, task, call, upstream, tool, state }
      const is_own = lease.isOwn === true ? 1 : null
      await insert(db, [{ ...row, issued_at_ms, expires_at_ms, is_own }])
    },
    byId: async (tenant, id) => {
      const row = await access
        .read(tenant)
        .selectFrom('lease')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst()
      return row === undefined ? undefined : leaseOf(row)
    },
    liveOfTask: async (tx, task) => {
      const { tenant, db } = access.open(tx)
      const rows = await db
        .selectFrom('lease')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('task', '=', task)
        .where('state', '=', 'live')
        .orderBy('id')
        .modifyEnd(access.engine.forUpdate)
        .execute()
      return rows.map(leaseOf)
    },
    ...lookups(access),
    /** Revoking what is revoked changes nothing. */
    revoke: async (tx, id) => {
      const { tenant, db } = access.open(tx)
      await setRevoked(db, { tenant, id })
    },
  }
}

/** What a stop and those it halts look at: leases of calls that are out. */
function lookups(access: Access): Pick<LeaseStore, 'inFlight' | 'revokedAmong'> {
  return {
    inFlight: async (tx) => {
      const { tenant, db } = access.open(tx)
      const rows = await db
        .selectFrom('lease')
        .innerJoin('tool_call as used', (join) =>
          join.onRef('used.tenant', '=', 'lease.tenant').onRef('used.id', '=', 'lease.call'),
        )
        .selectAll('lease')
        .select(['used.agent', 'used.case_id', 'used.effect'])
        .where('lease.tenant', '=', tenant)
        .where('lease.state', '=', 'live')
        .where('lease.is_own', 'is', null)
        .where('used.state', '=', 'dispatched')
        .orderBy('lease.id')
        .execute()
      return rows.map((row) => {
        const { agent, case_id: caseId, effect } = row
        return { ...leaseOf(row), agent, caseId, effect }
      })
    },
    revokedAmong: async (tenant, ids) => {
      const rows = await access
        .read(tenant)
        .selectFrom('lease')
        .select('id')
        .where('tenant', '=', tenant)
        .where('id', 'in', ids)
        .where('state', '=', 'revoked')
        .execute()
      return rows.map(({ id }) => id)
    },
  }
}

function leaseOf(row: DB['lease']): Lease {
  return {
    tenant: row.tenant,
    id: row.id,
    kind: row.kind as LeaseKind,
    task: row.task,
    call: row.call,
    upstream: row.upstream,
    tool: row.tool,
    state: row.state as Lease['state'],
    issuedAtMs: row.issued_at_ms,
    expiresAtMs: row.expires_at_ms,
    ...(row.is_own === 1 ? { isOwn: true as const } : {}),
  }
}
