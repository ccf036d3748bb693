/**
 * `node:sqlite` in the shape Kysely's SQLite dialect expects. Statements are prepared once and kept: the set
 * of texts is bounded by the code, and preparing costs more than running a select by key.
 */
// biome-ignore lint/correctness/noUnresolvedImports: the linter's list of built-ins is older than this one
import type { SQLInputValue } from 'node:sqlite'
// biome-ignore lint/correctness/noUnresolvedImports: the linter's list of built-ins is older than this one
import { DatabaseSync } from 'node:sqlite'
import type { SqliteDatabase, SqliteStatement } from 'kysely'

/** More texts than the store has; multi-row inserts differ by their row count. Oldest go first. */
const MAX_STATEMENTS = 500

/** A connection without Kysely: for settings and locks. */
export type SqliteConnection = DatabaseSync

export type OpenedSqlite = { readonly raw: SqliteConnection; readonly database: SqliteDatabase }

/** `waitMs` is how long a statement waits for a lock, blocking the process, before it throws SQLITE_BUSY. */
export function connectSqlite(
  path: string,
  options: { readonly waitMs: number; readonly readOnly?: boolean },
): SqliteConnection {
  return new DatabaseSync(path, { readOnly: options.readOnly ?? false, timeout: options.waitMs })
}

/** The directory's lock keeps other stores out; somebody's tool may hold a lock for a moment. */
const LOCK_WAIT_MS = 250

export function openSqlite(path: string, options: { readonly readOnly: boolean }): OpenedSqlite {
  const raw = connectSqlite(path, { waitMs: LOCK_WAIT_MS, readOnly: options.readOnly })
  const kept = new Map<string, SqliteStatement>()
  const prepare = (text: string): SqliteStatement => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const statement = statementOf(raw, text)
    if (kept.size >= MAX_STATEMENTS) kept.delete(kept.keys().next().value ?? text)
    kept.set(text, statement)
    return statement
  }
  return { raw, database: { prepare, close: () => raw.close() } }
}

function statementOf(raw: DatabaseSync, text: string): SqliteStatement {
  const statement = raw.prepare(text)
  const bound = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[]
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bound(parameters)),
    run: (parameters) => statement.run(...bound(parameters)),
    iterate: (parameters) => statement.iterate(...bound(parameters)),
  }
}
