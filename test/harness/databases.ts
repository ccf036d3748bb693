/** The database behind a store, seen from outside: to look, to tamper, to take and restore a backup. */
import { copyFile, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
// biome-ignore lint/correctness/noUnresolvedImports: the linter's list of built-ins is older than this one
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { databaseName } from '../house/run-databases.ts'

export type Database = {
  /** Connection URL; empty for SQLite. */
  readonly url: string
  /** Runs one statement beside the store. */
  readonly run: (statement: string) => Promise<readonly Record<string, unknown>[]>
  /** Lifts the guard of log_entry, as somebody with full rights over the database could. */
  readonly liftGuard: () => Promise<void>
  /** A copy of everything, taken while no store is open; answers how to put it back. */
  readonly backUp: () => Promise<() => Promise<void>>
  /** Every byte of the database at rest, as far as its owner can read it. */
  readonly bytes: () => Promise<Uint8Array>
  readonly drop: () => Promise<void>
}

export const SQLITE_FILE = 'countersign.sqlite'
const SQLITE_FILES = [SQLITE_FILE, `${SQLITE_FILE}-wal`]

export function sqliteDatabase(dataDir: string): Database {
  const path = join(dataDir, SQLITE_FILE)
  const run = async (statement: string) => {
    const connection = new DatabaseSync(path, { timeout: 1_000 })
    try {
      return connection.prepare(statement).all()
    } finally {
      connection.close()
    }
  }
  return {
    url: '',
    run,
    liftGuard: async () => {
      await run('drop trigger log_entry_no_update')
      await run('drop trigger log_entry_no_delete')
    },
    backUp: async () => {
      const present = await readdir(dataDir)
      const files = SQLITE_FILES.filter((name) => present.includes(name))
      for (const name of files) await copyFile(join(dataDir, name), join(dataDir, `${name}.backup`))
      return async () => {
        for (const name of SQLITE_FILES) await rm(join(dataDir, name), { force: true })
        for (const name of files) {
          await copyFile(join(dataDir, `${name}.backup`), join(dataDir, name))
        }
      }
    },
    bytes: async () => {
      const present = (await readdir(dataDir)).filter((name) => SQLITE_FILES.includes(name))
      return Buffer.concat(await Promise.all(present.map((name) => readFile(join(dataDir, name)))))
    },
    drop: async () => undefined,
  }
}

/**
 * A database on the server: an empty one, or a copy of another that nobody is connected to. What a test of vitest
 * leaves is dropped when the run ends, too (house/run-databases.ts).
 */
export async function postgresDatabase(serverUrl: string, template?: string): Promise<Database> {
  const name = databaseName()
  const from = template === undefined ? '' : ` template ${template}`
  await query(serverUrl, `create database ${name}${from}`)
  const url = urlOf(serverUrl, name)
  const run = (statement: string) => query(url, statement)
  const made = [name]
  return {
    url,
    run,
    liftGuard: async () => {
      await run('drop trigger log_entry_append_only on log_entry')
    },
    backUp: async () => {
      const backup = databaseName()
      await query(serverUrl, `create database ${backup} template ${name}`)
      made.push(backup)
      return async () => {
        await query(serverUrl, `drop database ${name} with (force)`)
        await query(serverUrl, `create database ${name} template ${backup}`)
      }
    },
    bytes: () => printedTables(run),
    drop: async () => {
      for (const each of made) await query(serverUrl, `drop database ${each} with (force)`)
    },
  }
}

function urlOf(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

/** Every row of every table as text; blobs print as hex, so their bytes follow. */
async function printedTables(run: Database['run']): Promise<Uint8Array> {
  const tables = await run(
    `select table_name from information_schema.tables where table_schema = 'public'`,
  )
  const texts = tables.map(async ({ table_name }) => {
    const rows = await run(`select cast(t as text) as line from "${table_name}" t`)
    return rows.map(({ line }) => `${line}\n${unhex(String(line))}`).join('\n')
  })
  return Buffer.from((await Promise.all(texts)).join('\n'))
}

async function query(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  return connected(url, (run) => run(statement))
}

/** One connection for all that `work` runs; making one costs the server more than most statements. */
export async function connected<T>(
  url: string,
  work: (run: Database['run']) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(async (statement) => (await client.query(statement)).rows)
  } finally {
    await client.end()
  }
}

function unhex(line: string): string {
  return line.replaceAll(/\\x([0-9a-f]+)/g, (_, hex) => Buffer.from(hex, 'hex').toString('latin1'))
}
