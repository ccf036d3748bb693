/**
 * SQLite through `node:sqlite`: one writing connection for everybody and one read-only connection beside it,
 * in WAL mode with `synchronous=FULL`, so that a commit is fsync'd before it returns.
 */
import { join } from 'node:path'
import type { CompiledQuery, Driver, QueryResult, SqliteDatabase } from 'kysely'
import { Kysely, SqliteAdapter, SqliteDialect, sql } from 'kysely'
import { Failure } from '../kernel/failure.ts'
import type { Engine, ErrorMeaning } from './engine.ts'
import { createKnownRevisions } from './known-revisions.ts'
import type { OpenedSqlite, SqliteConnection } from './node-sqlite.ts'
import { openSqlite } from './node-sqlite.ts'
import type { DB } from './schema.ts'
import { createTurns, takingTurns } from './turns.ts'

const DATABASE_FILE = 'countersign.sqlite'

// Result codes, sqlite.org/rescode.html. Extended codes carry them in the low byte.
const BUSY = 5
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const CONSTRAINT = 19
const NOTADB = 26

/**
 * Opens the database file in the directory, making it when it is not there. Throws `ledger_unwritable` when
 * that cannot be done or the file is something else.
 */
export function openSqliteEngine(dataDir: string): Engine {
  const { write, read } = openFile(join(dataDir, DATABASE_FILE))
  const turns = createTurns()
  const writer = kyselyOver(write.database, (driver) => takingTurns(driver, turns))
  // On the same connection, for whoever holds its turn already.
  const holder = kyselyOver(write.database)
  const reader = kyselyOver(read.database)
  return {
    name: 'sqlite',
    writer: () => writer,
    hold: async (_tenant, work) => {
      await turns.enter()
      try {
        return await work(holder)
      } finally {
        turns.leave()
      }
    },
    atOnce: (db, query) => {
      if (db === holder) return runAtOnce(write.database, query)
      if (db !== reader) return undefined
      // After each commit the pages that other connections know are void, and only the writing one's stay: between
      // transactions it reads what they would have to fetch again. What is no select is refused where nothing is written.
      const isWarm = !turns.isTaken() && query.sql.startsWith('select ')
      return runAtOnce(isWarm ? write.database : read.database, query)
    },
    reader: () => reader,
    directory: () => reader,
    migrator: () => writer,
    begin: 'begin immediate',
    nextSavepoint: ['release savepoint work', 'savepoint work'],
    forUpdate: sql``,
    forShare: sql``,
    columnTypes: { text: 'text', integer: 'integer', blob: 'blob' },
    // Rows lie in the tree of their key: one page less to write and to read. Bytes would overflow there.
    tableOptions: (hasBytes) => (hasBytes ? sql`strict` : sql`strict, without rowid`),
    appendOnlyGuard: ['update', 'delete'].map(
      (verb) =>
        `create trigger log_entry_no_${verb} before ${verb} on log_entry
         begin select raise(abort, 'log entries are never changed'); end`,
    ),
    meaningOf,
    checkDurable: async () => checkDurable(write.raw),
    isShared: false,
    knownRevisions: createKnownRevisions(),
    skewMs: async () => 0,
    close: async () => {
      await reader.destroy()
      emptyWal(write.raw)
      await writer.destroy()
    },
  }
}

/** What Kysely's driver does for a statement, without the queue before it. */
function runAtOnce<R>(
  database: SqliteDatabase,
  { sql: text, parameters }: CompiledQuery<R>,
): QueryResult<R> {
  const statement = database.prepare(text)
  // The columns of a row are what the builder that made the text says they are.
  if (statement.reader) return { rows: statement.all(parameters) as R[] }
  return { rows: [], numAffectedRows: BigInt(statement.run(parameters).changes) }
}

function openFile(path: string): { readonly write: OpenedSqlite; readonly read: OpenedSqlite } {
  let write: OpenedSqlite | undefined
  try {
    write = openSqlite(path, { readOnly: false })
    setDurable(write.raw)
    return { write, read: openSqlite(path, { readOnly: true }) }
  } catch (cause) {
    write?.raw.close()
    throw new Failure('ledger_unwritable', `${path} cannot be opened`, { cause })
  }
}

function setDurable(raw: SqliteConnection): void {
  raw.exec('pragma journal_mode = wal')
  raw.exec('pragma synchronous = full')
  // Four times the default: a commit writes some twenty pages, mostly the same ones, and copying them into the file
  // less often copies fewer. The log beside the file stays below 20 MB.
  raw.exec('pragma wal_autocheckpoint = 4000')
  // A destroyed data key must not survive in a free page.
  raw.exec('pragma secure_delete = on')
}

/** Leaves one tidy file; on a full disk the log stays beside it, which the next opening reads as well. */
function emptyWal(raw: SqliteConnection): void {
  try {
    raw.exec('pragma wal_checkpoint(truncate)')
  } catch {
    return
  }
}

function checkDurable(raw: SqliteConnection): void {
  const mode = pragma(raw, 'journal_mode')
  const synchronous = pragma(raw, 'synchronous')
  // 2 is FULL, 3 is EXTRA.
  if (mode !== 'wal' || (synchronous !== 2 && synchronous !== 3)) {
    throw new Failure('store_not_durable', `journal_mode=${mode}, synchronous=${synchronous}`)
  }
}

function pragma(raw: SqliteConnection, name: 'journal_mode' | 'synchronous'): unknown {
  const row: Readonly<Record<string, unknown>> = raw.prepare(`pragma ${name}`).get() ?? {}
  return row[name]
}

function kyselyOver(
  database: SqliteDatabase,
  around: (driver: Driver) => Driver = (driver) => driver,
): Kysely<DB> {
  const dialect = new SqliteDialect({ database })
  const adapter = new SqliteAdapter()
  // SQLite does have transactional DDL; without it a crash could leave half a migration.
  Object.defineProperty(adapter, 'supportsTransactionalDdl', { value: true })
  return new Kysely<DB>({
    dialect: {
      createAdapter: () => adapter,
      createDriver: () => around(dialect.createDriver()),
      createQueryCompiler: () => dialect.createQueryCompiler(),
      createIntrospector: (db) => dialect.createIntrospector(db),
    },
  })
}

function meaningOf(error: unknown): ErrorMeaning {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') {
    return 'other'
  }
  switch (error.errcode & 0xff) {
    case CONSTRAINT:
      return 'refused'
    case BUSY:
    case READONLY:
    case FULL:
    case CANTOPEN:
      return 'unwritable'
    // After a failed fsync nobody knows what is on the disk.
    case IOERR:
    case CORRUPT:
    case NOTADB:
      return 'fatal'
    default:
      return 'other'
  }
}
