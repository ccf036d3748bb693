/** The database behind a store, seen from outside: to look, to tamper, to take and restore a backup. */
import { randomBytes } from 'node:crypto'
import { copyFile, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
// biome-ignore lint/correctness/noUnresolvedImports: the linter's list of built-ins is older than this one
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'

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

const SQLITE_FILES = ['countersign.sqlite', 'countersign.sqlite-wal']

export function sqliteDatabase(dataDir: string): Database {
  const path = join(dataDir, 'countersign.sqlite')
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

/** Databases of this file that no test uses now: emptying one is faster than making one. */
const idle: string[] = []

/** An empty database on the server. `drop` gives it back; `dropIdleDatabases` removes all for good. */
export async function postgresDatabase(serverUrl: string): Promise<Database> {
  const name = idle.pop() ?? (await makeDatabase(serverUrl))
  const backup = `${name}_backup`
  const url = urlOf(serverUrl, name)
  const run = (statement: string) => query(url, statement)
  let hasBackup = false
  return {
    url,
    run,
    liftGuard: async () => {
      await run('drop trigger log_entry_append_only on log_entry')
    },
    backUp: async () => {
      await query(serverUrl, `create database ${backup} template ${name}`)
      hasBackup = true
      return async () => {
        await query(serverUrl, `drop database ${name} with (force)`)
        await query(serverUrl, `create database ${name} template ${backup}`)
      }
    },
    bytes: () => printedTables(run),
    drop: async () => {
      if (hasBackup) await query(serverUrl, `drop database ${backup} with (force)`)
      await query(serverUrl, `alter database ${name} reset all`)
      // As a new database has it: other roles than its owner find what lies in it.
      await run(
        'drop schema public cascade; create schema public; grant usage on schema public to public',
      )
      idle.push(name)
    },
  }
}

export async function dropIdleDatabases(serverUrl: string): Promise<void> {
  for (const name of idle.splice(0)) await query(serverUrl, `drop database ${name} with (force)`)
}

async function makeDatabase(serverUrl: string): Promise<string> {
  const name = `countersign_test_${randomBytes(6).toString('hex')}`
  await query(serverUrl, `create database ${name}`)
  return name
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

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

function unhex(line: string): string {
  return line.replaceAll(/\\x([0-9a-f]+)/g, (_, hex) => Buffer.from(hex, 'hex').toString('latin1'))
}
