/**
 * Brings the database to the schema this version knows. A database that another version wrote is refused
 * before anything is touched.
 */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import { Migrator } from 'kysely/migration'
import { Failure } from '../kernel/failure.ts'
import type { CreateTable } from './create-table.ts'
import { createTable } from './create-table.ts'
import type { Engine } from './engine.ts'
import { logTables } from './migration-0001-log.ts'
import { recordTables } from './migration-0002-records.ts'
import { callTables } from './migration-0003-calls.ts'
import { rosterTables } from './migration-0004-roster.ts'
import { noticeTables } from './migration-0005-notices.ts'
import { authorityTables } from './migration-0006-authority.ts'
import { requestTables } from './migration-0007-requests.ts'
import { passkeyTables } from './migration-0008-passkeys.ts'
import { planTables } from './migration-0009-plans.ts'
import { governedTables } from './migration-0010-governed-changes.ts'
import { effectTables } from './migration-0011-effects.ts'
import { brokeredLeaseTables } from './migration-0012-brokered-lease.ts'
import { standingTables } from './migration-0014-standing-plans.ts'
import { oversightIndexes } from './migration-0015-oversight.ts'
import { dutyTables } from './migration-0017-duty.ts'
import { signingKeyTables } from './migration-0018-signing-keys.ts'
import { followUpTables } from './migration-0020-follow-ups.ts'
import { entriesOfRows } from './migration-0021-entries-of-rows.ts'
import { signedAgain } from './migration-0022-signed-again.ts'
import { runningIndexes } from './migration-0025-running.ts'
import { entryOfBundle } from './migration-0026-entry-of-bundle.ts'
import type { DB } from './schema.ts'

const VERSIONS_TABLE = 'schema_migration'
const LOCK_TABLE = 'schema_migration_lock'

/** In order. Names sort alphabetically and are never changed once released. */
const STEPS: Readonly<Record<string, (create: CreateTable) => Promise<void>>> = {
  '0001-log': logTables,
  '0002-records': recordTables,
  '0003-calls': callTables,
  '0004-roster': rosterTables,
  '0005-notices': noticeTables,
  '0006-authority': authorityTables,
  '0007-requests': requestTables,
  '0008-passkeys': passkeyTables,
  '0009-plans': planTables,
  '0010-governed-changes': governedTables,
  '0011-effects': effectTables,
  '0012-brokered-lease': brokeredLeaseTables,
  '0014-standing-plans': standingTables,
  '0015-oversight': oversightIndexes,
  '0017-duty': dutyTables,
  '0018-signing-keys': signingKeyTables,
  '0020-follow-ups': followUpTables,
  '0021-entries-of-rows': entriesOfRows,
  '0022-signed-again': signedAgain,
  '0025-running': runningIndexes,
  '0026-entry-of-bundle': entryOfBundle,
}

/** Nodes that start at once collide when they make the same table; the loser finds it made. */
const MAX_ATTEMPTS = 3

/**
 * Runs what is missing, all in one transaction with its record. Throws `store_schema_unknown` when the
 * database holds a step this version does not know.
 */
export async function migrate(engine: Engine): Promise<void> {
  for (let attempt = 1; !(await isCurrent(engine)); attempt++) {
    const error = await runMissing(engine)
    if (error !== undefined && attempt === MAX_ATTEMPTS) {
      const detail = 'the database schema could not be brought up to date'
      throw new Failure('ledger_unwritable', detail, { cause: error })
    }
  }
}

async function isCurrent(engine: Engine): Promise<boolean> {
  const applied = await appliedSteps(engine.migrator())
  const foreign = applied.filter((name) => !Object.hasOwn(STEPS, name))
  if (foreign.length === 0) return applied.length === Object.keys(STEPS).length
  throw new Failure('store_schema_unknown', `the database holds schema ${foreign.join(', ')}`)
}

/** Answers what went wrong. */
async function runMissing(engine: Engine): Promise<unknown> {
  try {
    await engine
      .migrator()
      .transaction()
      .execute(async (db) => {
        const migrator = new Migrator({
          db,
          provider: { getMigrations: async () => migrationsFor(engine) },
          migrationTableName: VERSIONS_TABLE,
          migrationLockTableName: LOCK_TABLE,
          // A step with a lower number may come later than one with a higher: each adds what is its own.
          allowUnorderedMigrations: true,
        })
        const { error } = await migrator.migrateToLatest()
        if (error !== undefined) throw error
      })
    return undefined
  } catch (error) {
    return error
  }
}

function migrationsFor(engine: Engine): Record<string, Migration> {
  const migrations = Object.entries(STEPS).map(([name, step]) => {
    const migration: Migration = { up: (db) => step(createTable(db, engine)) }
    return [name, migration] as const
  })
  return Object.fromEntries(migrations)
}

async function appliedSteps(db: Kysely<DB>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  if (!tables.some((table) => table.name === VERSIONS_TABLE)) return []
  const found = await sql<{ name: string }>`select name from ${sql.table(VERSIONS_TABLE)}`.execute(
    db,
  )
  return found.rows.map((row) => row.name)
}
