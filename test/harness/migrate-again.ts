/** A step of the schema on a database that is made to look as before it. */
import type { Kysely } from 'kysely'
import { type CreateTable, createTable } from '../../src/store/create-table.ts'
import type { Engine } from '../../src/store/engine.ts'
import { openPostgresEngine } from '../../src/store/postgres-engine.ts'
import { openSqliteEngine } from '../../src/store/sqlite-engine.ts'
import type { Fresh } from './stores.ts'

/** `columns` are those the step adds, as `table.column`. */
export async function migrateAgain(
  { database, options }: Fresh,
  columns: readonly string[],
  step: (create: CreateTable) => Promise<void>,
): Promise<void> {
  for (const [table, column] of columns.map((each) => each.split('.'))) {
    await database.run(`alter table ${table} drop column ${column}`)
  }
  const { engine: choice } = options
  const opened: Engine =
    choice.kind === 'sqlite' ? openSqliteEngine(choice.dataDir) : openPostgresEngine(choice.url)
  try {
    await opened
      .migrator()
      .transaction()
      .execute((db) => step(createTable(db as unknown as Kysely<unknown>, opened)))
  } finally {
    await opened.close()
  }
}
