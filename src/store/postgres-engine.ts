/**
 * PostgreSQL 15 or later through `pg`. Read committed plus row locks; every commit is set to synchronous in
 * its own transaction, so no session state is needed and poolers may stand between.
 */
import { Socket } from 'node:net'
import { type Driver, Kysely, PostgresAdapter, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { Failure } from '../kernel/failure.ts'
import type { Engine, ErrorMeaning } from './engine.ts'
import { namingDriver } from './naming-driver.ts'
import type { DB } from './schema.ts'

/** One connection per busy tenant for its batch, the rest for reads; PostgreSQL's default limit is 100. */
const MAX_CONNECTIONS = 16
const CONNECT_TIMEOUT_MS = 5_000
/**
 * A connection on which a query waits and nothing arrives for this long is dead, whatever TCP still hopes:
 * twice the statement timeout of BEGIN, and more than the pool keeps a connection that nobody uses.
 */
const SILENCE_MS = 20_000
/** pg_type.oid of int8. */
const INT8 = 20

/**
 * A lock is waited for as long as a slow batch of another node takes; a statement may wait for one lock; a
 * transaction whose node died is ended by the server, so that it frees the head of the log.
 */
const BEGIN = [
  'begin isolation level read committed',
  'set local synchronous_commit = on',
  "set local lock_timeout = '5s'",
  "set local statement_timeout = '10s'",
  "set local idle_in_transaction_session_timeout = '15s'",
].join('; ')

/** `checkDurable` throws `ledger_unwritable` when the server cannot be reached; opening itself does not ask. */
export function openPostgresEngine(url: string, silenceMs = SILENCE_MS): Engine {
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    stream: () => impatientSocket(silenceMs),
    application_name: 'countersign',
    types: { getTypeParser },
  })
  // The query under way gets the error of a broken connection, and the next query a new connection; but the
  // event of the same break ends the process when nobody listens, idle or not.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const db = kyselyOver(pool)
  const reading = kyselyOver(pool, (driver) =>
    namingDriver(driver, (error) => meaningOf(error) === 'unwritable'),
  )
  return {
    name: 'postgres',
    writer: () => db,
    hold: (_tenant, work) => db.connection().execute(work),
    atOnce: () => undefined,
    reader: () => reading,
    directory: () => reading,
    migrator: () => db,
    begin: BEGIN,
    nextSavepoint: ['release savepoint work; savepoint work'],
    forUpdate: sql`for update`,
    forShare: sql`for share`,
    columnTypes: { text: 'text', integer: 'bigint', blob: 'bytea' },
    tableOptions: () => sql``,
    appendOnlyGuard: [
      `create function log_entry_never_changes() returns trigger language plpgsql as
       $$ begin raise exception 'log entries are never changed'; end $$`,
      `create trigger log_entry_append_only before update or delete or truncate on log_entry
       for each statement execute function log_entry_never_changes()`,
    ],
    meaningOf,
    checkDurable: () => checkDurable(db),
    isShared: true,
    knownRevisions: undefined,
    skewMs: async (nowMs) => {
      const answer = sql<{ now_ms: number }>`
        select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now_ms`
      const { rows } = await answer.execute(db)
      return nowMs - (rows[0]?.now_ms ?? Number.NaN)
    },
    close: () => db.destroy(),
  }
}

function impatientSocket(silenceMs: number): Socket {
  const socket = new Socket()
  socket.setTimeout(silenceMs, () => socket.destroy())
  return socket
}

async function checkDurable(db: Kysely<DB>): Promise<void> {
  const settings = await readSettings(db)
  for (const name of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    const value = settings.get(name)
    if (value === undefined || value === 'off') {
      throw new Failure('store_not_durable', `PostgreSQL runs with ${name}=${value ?? 'unknown'}`)
    }
  }
  const version = Number(settings.get('server_version_num'))
  if (!(version >= 150_000)) {
    throw new Failure('config_invalid', `PostgreSQL 15 or later is needed, this is ${version}`)
  }
}

async function readSettings(db: Kysely<DB>): Promise<Map<string, string>> {
  try {
    const found = await sql<{ name: string; setting: string }>`
      select name, setting from pg_settings
      where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'server_version_num')`.execute(
      db,
    )
    return new Map(found.rows.map((row) => [row.name, row.setting]))
  } catch (cause) {
    throw new Failure('ledger_unwritable', 'the database cannot be reached', { cause })
  }
}

function kyselyOver(
  pool: pg.Pool,
  through: (driver: Driver) => Driver = (driver) => driver,
): Kysely<DB> {
  const dialect = new PostgresDialect({ pool })
  const adapter = new PostgresAdapter()
  // Kysely guards migrations by advisory locks, which poolers and other engines break. Migrations run in one
  // transaction, so a row lock that ends with it does as well.
  adapter.acquireMigrationLock = async (locking, { lockTable, lockRowId }) => {
    const row = sql`select id from ${sql.table(lockTable)} where id = ${lockRowId} for update`
    await row.execute(locking)
  }
  adapter.releaseMigrationLock = async () => undefined
  return new Kysely<DB>({
    dialect: {
      createAdapter: () => adapter,
      createDriver: () => through(dialect.createDriver()),
      createQueryCompiler: () => dialect.createQueryCompiler(),
      createIntrospector: (introspected) => dialect.createIntrospector(introspected),
    },
  })
}

/** Counts and instants fit a double exactly up to 2^53; beyond it the row is refused, never rounded. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
  if (oid !== INT8) return pg.types.getTypeParser(oid, format)
  return (text: string) => {
    const value = Number(text)
    if (Number.isSafeInteger(value)) return value
    throw new Failure('internal', 'a stored integer is larger than 2^53')
  }
}

function meaningOf(error: unknown): ErrorMeaning {
  if (error instanceof Failure || !(error instanceof Error)) return 'other'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (code === '40001' || code === '40P01') return 'retry'
  // lock_timeout and statement_timeout of BEGIN.
  if (code === '55P03' || code === '57014') return 'busy'
  if (code === '23505') return 'refused'
  // A constraint or a wrong value is the work's fault; everything else the database or the way to it.
  if (code.startsWith('22') || code.startsWith('23') || code.startsWith('42')) return 'other'
  return isFromDatabase(error, code) ? 'unwritable' : 'other'
}

/** SQLSTATEs have five characters; connection errors have names of the system, or only a message. */
function isFromDatabase(error: Error, code: string): boolean {
  return (
    /^[0-9A-Z]{5}$/.test(code) ||
    /^E[A-Z]+$/.test(code) ||
    /connection|terminat|client/i.test(error.message)
  )
}
