/**
 * The few words migrations are written in. Migrations are history: they name their own columns and never read
 * schema.ts, so that changing the schema does not change what an old migration did.
 */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Engine } from './engine.ts'
import type { Column } from './schema.ts'

export type CreateTable = {
  readonly db: Kysely<unknown>
  readonly engine: Engine
  readonly table: (
    name: string,
    primaryKey: readonly string[],
    columns: Readonly<Record<string, Column>>,
  ) => Promise<void>
  /** Only columns that may be null: rows that exist already have nothing to say in them. */
  readonly addColumns: (
    table: string,
    columns: Readonly<Record<string, Extract<Column, `${string}?`>>>,
  ) => Promise<void>
  readonly index: (
    table: string,
    columns: readonly string[],
    options?: { readonly unique: true },
  ) => Promise<void>
}

export function createTable(db: Kysely<unknown>, engine: Engine): CreateTable {
  return {
    db,
    engine,
    table: async (name, primaryKey, columns) => {
      const parts = Object.entries(columns).map(([column, kind]) => {
        const isNullable = kind.endsWith('?')
        const type =
          engine.columnTypes[isNullable ? (kind.slice(0, -1) as 'text') : (kind as 'text')]
        return sql`${sql.ref(column)} ${sql.raw(type)}${sql.raw(isNullable ? '' : ' not null')}`
      })
      const hasBytes = Object.values(columns).some((kind) => kind.startsWith('blob'))
      const key = sql`primary key (${sql.join(primaryKey.map((column) => sql.ref(column)))})`
      await sql`create table ${sql.table(name)} (${sql.join([...parts, key])}) ${engine.tableOptions(hasBytes)}`.execute(
        db,
      )
    },
    addColumns: async (table, columns) => {
      for (const [column, kind] of Object.entries(columns)) {
        const type = engine.columnTypes[kind.slice(0, -1) as 'text']
        await sql`alter table ${sql.table(table)} add column ${sql.ref(column)} ${sql.raw(type)}`.execute(
          db,
        )
      }
    },
    index: async (table, columns, options) => {
      const name = `${table}_by_${columns.filter((column) => column !== 'tenant').join('_')}`
      const created = db.schema
        .createIndex(name)
        .on(table)
        .columns([...columns])
      await (options?.unique ? created.unique() : created).execute()
    },
  }
}
