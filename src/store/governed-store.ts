/** Changes that need a second person (port `GovernedStore`). */
import type { Kysely } from 'kysely'
import type { ChangeState, GovernedChange, GovernedStore } from '../oversight/change.ts'
import { present } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

/** What a person can look through; older ones are in the ledger. */
const MAX_LISTED = 200

export function createGovernedStore(access: Access): GovernedStore {
  const rows = (db: Kysely<DB>, tenant: string) =>
    db.selectFrom('governed_change').selectAll().where('tenant', '=', tenant)
  return {
    byId: async (tenant, id) => {
      const row = await rows(access.read(tenant), tenant).where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : changeOf(row)
    },
    list: async (tenant, state) => {
      const all = rows(access.read(tenant), tenant).orderBy('id', 'desc').limit(MAX_LISTED)
      const found = await (state === undefined ? all : all.where('state', '=', state)).execute()
      return found.map(changeOf)
    },
    due: async (tenant, nowMs) => {
      const found = await rows(access.read(tenant), tenant)
        .where('state', '=', 'proposed')
        .where('due_at_ms', '<=', nowMs)
        .limit(MAX_LISTED)
        .execute()
      return found.map(changeOf)
    },
    lock: async (tx, id) => {
      const { db, tenant } = access.open(tx)
      // Writing the row locks it on both engines, so what is read is what the decider before left.
      const row = await db
        .updateTable('governed_change')
        .set((set) => ({ kind: set.ref('kind') }))
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      return row === undefined ? undefined : changeOf(row)
    },
    put: async (tx, change) => {
      const { db } = access.openFor(tx, change.tenant)
      const { tenant, id, ...values } = rowOf(change)
      await db
        .insertInto('governed_change')
        .values({ tenant, id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
    },
  }
}

function rowOf(change: GovernedChange): DB['governed_change'] {
  const { tenant, id, kind, state, digest, entry } = change
  return {
    ...{ tenant, id, kind, state, digest, entry },
    proposed_by: change.proposedBy,
    created_at_ms: change.createdAtMs,
    due_at_ms: change.dueAtMs,
    decided_by: change.decidedBy ?? null,
    decided_at_ms: change.decidedAtMs ?? null,
  }
}

function changeOf(row: DB['governed_change']): GovernedChange {
  const { tenant, id, kind, digest, entry } = row
  return {
    ...{ tenant, id, kind, digest, entry },
    state: row.state as ChangeState,
    proposedBy: row.proposed_by,
    createdAtMs: row.created_at_ms,
    dueAtMs: row.due_at_ms,
    ...present('decidedBy', row.decided_by),
    ...present('decidedAtMs', row.decided_at_ms),
  }
}
