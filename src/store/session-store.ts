/**
 * Login links and console sessions (port `SessionStore`). Who can write these tables can log in as anybody, until
 * the ledger is read: each login is an entry.
 */
import type { LoginLink, LoginMethod, Session, SessionStore } from '../identity/session.ts'
import { atMost, flag, present } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createSessionStore(access: Access): SessionStore {
  return { ...reads(access), ...linkWrites(access), ...sessionWrites(access) }
}

type Reads = Pick<SessionStore, 'linkByHash' | 'sessionByHash' | 'openSessions'>

function reads(access: Access): Reads {
  return {
    linkByHash: (hash) => {
      const found = access.readAll().selectFrom('login_link').selectAll().where('hash', '=', hash)
      return onlyOne(found.limit(atMost(2)), linkOf)
    },
    sessionByHash: (hash) => {
      const found = access.readAll().selectFrom('session').selectAll().where('hash', '=', hash)
      return onlyOne(found.limit(atMost(2)), sessionOf)
    },
    openSessions: async (tenant, person) => {
      const rows = await access
        .read(tenant)
        .selectFrom('session')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('person', '=', person)
        .where('closed_at_ms', 'is', null)
        .orderBy('opened_at_ms', 'desc')
        .orderBy('id', 'desc')
        .execute()
      return rows.map(sessionOf)
    },
  }
}

/** The hash of a random secret names one row; if it ever named two, it names none. */
async function onlyOne<Row, T>(
  query: { readonly execute: () => Promise<readonly Row[]> },
  read: (row: Row) => T,
): Promise<T | undefined> {
  const [row, ...others] = await query.execute()
  return row === undefined || others.length > 0 ? undefined : read(row)
}

function linkWrites(access: Access): Pick<SessionStore, 'putLink' | 'spendLink'> {
  return {
    putLink: async (tx, link, hash) => {
      const { db } = access.openFor(tx, link.tenant)
      const { tenant, id, person } = link
      const values = {
        person,
        hash,
        issued_by: link.issuedBy,
        is_vouched: flag(link.isVouched),
        expires_at_ms: link.expiresAtMs,
        used_at_ms: link.usedAtMs ?? null,
      }
      await db
        .insertInto('login_link')
        .values({ tenant, id, ...values })
        .execute()
    },
    spendLink: async (tx, link, atMs) => {
      const { db } = access.openFor(tx, link.tenant)
      const spent = await db
        .updateTable('login_link')
        .set({ used_at_ms: atMs })
        .where('tenant', '=', link.tenant)
        .where('id', '=', link.id)
        .where('used_at_ms', 'is', null)
        .where('expires_at_ms', '>', atMs)
        .executeTakeFirst()
      return spent.numUpdatedRows === 1n
    },
  }
}

type SessionWrites = Pick<SessionStore, 'putSession' | 'renewSession' | 'closeSession'>

function sessionWrites(access: Access): SessionWrites {
  return {
    putSession: async (tx, session, hash) => {
      const { db } = access.openFor(tx, session.tenant)
      const { tenant, id, person, method } = session
      const values = {
        person,
        method,
        hash,
        is_vouched: flag(session.isVouched),
        introduced_by: session.introducedBy ?? null,
        opened_at_ms: session.openedAtMs,
        seen_at_ms: session.seenAtMs,
        expires_at_ms: session.expiresAtMs,
        closed_at_ms: session.closedAtMs ?? null,
      }
      await db
        .insertInto('session')
        .values({ tenant, id, ...values })
        .execute()
    },
    renewSession: async (tx, session, atMs, lastSeenMs) => {
      const { db } = access.openFor(tx, session.tenant)
      const renewed = await db
        .updateTable('session')
        .set({ seen_at_ms: atMs })
        .where('tenant', '=', session.tenant)
        .where('id', '=', session.id)
        .where('closed_at_ms', 'is', null)
        .where('seen_at_ms', '<=', lastSeenMs)
        .executeTakeFirst()
      return renewed.numUpdatedRows === 1n
    },
    closeSession: async (tx, session, atMs) => {
      const { db } = access.openFor(tx, session.tenant)
      const closed = await db
        .updateTable('session')
        .set({ closed_at_ms: atMs })
        .where('tenant', '=', session.tenant)
        .where('id', '=', session.id)
        .where('closed_at_ms', 'is', null)
        .executeTakeFirst()
      return closed.numUpdatedRows === 1n
    },
  }
}

function linkOf(row: DB['login_link']): LoginLink {
  return {
    tenant: row.tenant,
    id: row.id,
    person: row.person,
    issuedBy: row.issued_by,
    isVouched: row.is_vouched === 1,
    expiresAtMs: row.expires_at_ms,
    ...present('usedAtMs', row.used_at_ms),
  }
}

function sessionOf(row: DB['session']): Session {
  return {
    tenant: row.tenant,
    id: row.id,
    person: row.person,
    method: row.method as LoginMethod,
    isVouched: row.is_vouched === 1,
    ...present('introducedBy', row.introduced_by),
    openedAtMs: row.opened_at_ms,
    seenAtMs: row.seen_at_ms,
    expiresAtMs: row.expires_at_ms,
    ...present('closedAtMs', row.closed_at_ms),
  }
}
