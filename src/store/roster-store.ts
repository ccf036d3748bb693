/** Who is on duty, and the feeds that say so (ports `RosterStore` and `FeedStore`). */
import type { Kysely } from 'kysely'
import type { Role } from '../identity/person.ts'
import type { FeedStore, RosterFeed, RosterStore, Shift } from '../roster/roster.ts'
import { raiseRevision } from './revision-store.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createRosterStore(access: Access): RosterStore {
  return {
    onDuty: async (tenant, atMs) => {
      const rows = await shiftRows(access.read(tenant), tenant)
        .where('from_ms', '<=', atMs)
        .where('to_ms', '>', atMs)
        .execute()
      return rows.map(shiftOf)
    },
    between: async (tenant, fromMs, toMs) => {
      const rows = await shiftRows(access.read(tenant), tenant)
        .where('from_ms', '<', toMs)
        .where('to_ms', '>', fromMs)
        .execute()
      return rows.map(shiftOf)
    },
    feeds: async (tenant) => {
      const rows = await access
        .read(tenant)
        .selectFrom('roster_feed')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('source')
        .execute()
      return rows.map(feedOf)
    },
    put: async (tx, shift) => {
      const { db } = access.openFor(tx, shift.tenant)
      const { tenant, id, role, person, precedence, source } = shift
      const span = { from_ms: shift.fromMs, to_ms: shift.toMs }
      const values = { role, person, precedence, source, ...span, ...enteredColumns(shift) }
      await db
        .insertInto('shift')
        .values({ tenant, id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
    },
  }
}

export function createFeedStore(access: Access): FeedStore {
  return {
    putFeed: async (tx, feed) => {
      const open = access.openFor(tx, feed.tenant)
      const { db } = open
      const { tenant, source, digest = null, state, confirmedAtMs } = feed
      const values = { digest, state, confirmed_at_ms: confirmedAtMs }
      // Writing the row locks it, so what is read next is what the node before left.
      await db
        .insertInto('roster_feed')
        .values({ tenant, source, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'source']).doUpdateSet(values))
        .execute()
      await raiseRevision(open, 'roster')
    },
    shiftsOf: async (tx, tenant, source, endingAfterMs) => {
      const { db } = access.openFor(tx, tenant)
      const rows = await shiftRows(db, tenant)
        .where('source', '=', source)
        .where('to_ms', '>', endingAfterMs)
        .execute()
      return rows.map(shiftOf)
    },
    remove: async (tx, { tenant, id }) => {
      const { db } = access.openFor(tx, tenant)
      await db.deleteFrom('shift').where('tenant', '=', tenant).where('id', '=', id).execute()
    },
  }
}

function shiftRows(db: Kysely<DB>, tenant: string) {
  return db
    .selectFrom('shift')
    .selectAll()
    .where('tenant', '=', tenant)
    .orderBy('precedence')
    .orderBy('from_ms')
    .orderBy('id')
}

function shiftOf(row: DB['shift']): Shift {
  return {
    tenant: row.tenant,
    id: row.id,
    role: row.role as Role,
    person: row.person,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    precedence: row.precedence,
    source: row.source,
    ...enteredOf(row),
  }
}

function enteredColumns({ entered }: Shift) {
  return {
    entered_by: entered?.by ?? null,
    entered_at_ms: entered?.atMs ?? null,
    by_token: entered?.isByToken === true ? 1 : null,
    confirmed_at_ms: entered?.isConfirmed === true ? entered.atMs : null,
  }
}

function enteredOf(row: DB['shift']): Pick<Shift, 'entered'> {
  if (row.entered_by === null || row.entered_at_ms === null) return {}
  const { entered_by: by, entered_at_ms: atMs } = row
  const isConfirmed = row.confirmed_at_ms !== null
  return { entered: { by, atMs, isByToken: row.by_token === 1, isConfirmed } }
}

function feedOf(row: DB['roster_feed']): RosterFeed {
  return {
    tenant: row.tenant,
    source: row.source,
    ...(row.digest === null ? {} : { digest: row.digest }),
    state: row.state === 'fresh' ? 'fresh' : 'stale',
    confirmedAtMs: row.confirmed_at_ms,
  }
}
