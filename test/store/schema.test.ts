import { Kysely, PostgresDialect, SqliteDialect } from 'kysely'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { openSqlite } from '../../src/store/node-sqlite.ts'
import { TABLES } from '../../src/store/schema.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine } from '../harness/stores.ts'

const KINDS: Readonly<Record<string, string>> = {
  TEXT: 'text',
  INTEGER: 'integer',
  BLOB: 'blob',
  text: 'text',
  int8: 'integer',
  bytea: 'blob',
}

/** Keys that cannot start with the tenant, because they find it. */
const DIRECTORY_KEYS = ['agent_subject: subject']

forEachEngine((engine) => {
  describe('the live schema', () => {
    it('is exactly what the code believes it is', async () => {
      const fresh = await engine.fresh()
      const db = outside(fresh)
      const tables = await db.introspection.getTables()
      const live = tables
        .filter(({ name }) => !name.startsWith('schema_migration'))
        .map(({ name, columns }) => {
          const kinds = columns.map((column) => {
            const kind = KINDS[column.dataType] ?? column.dataType
            return [column.name, `${kind}${column.isNullable ? '?' : ''}`]
          })
          return [name, Object.fromEntries(kinds)]
        })
      await db.destroy()
      expect(Object.fromEntries(live)).toEqual(TABLES)
    })

    it('begins every primary and unique key with the tenant, but for what finds the tenant', async () => {
      const fresh = await engine.fresh()
      const keys = await uniqueKeys(fresh)
      expect(keys.length).toBeGreaterThan(Object.keys(TABLES).length)
      const leading = keys.filter((key) => !/: tenant\b/.test(key))
      expect(leading).toEqual(DIRECTORY_KEYS)
    })

    it('refuses to change or remove a log entry, whoever asks', async () => {
      const fresh = await engine.fresh()
      await fresh.store.commit('main', async () => ({ value: 0, entries: [entryDraft(fresh)] }))
      for (const statement of ['update log_entry set idx = 7', 'delete from log_entry']) {
        await expect(fresh.database.run(statement)).rejects.toThrow('never changed')
      }
      expect((await fresh.store.ledger.entries('main', 0, 9)).map(({ index }) => index)).toEqual([
        0,
      ])
    })
  })
})

function outside(fresh: Fresh): Kysely<unknown> {
  const { engine } = fresh.options
  if (engine.kind === 'postgres') {
    const pool = new pg.Pool({ connectionString: engine.url })
    return new Kysely({ dialect: new PostgresDialect({ pool }) })
  }
  const { database } = openSqlite(`${engine.dataDir}/countersign.sqlite`, { readOnly: true })
  return new Kysely({ dialect: new SqliteDialect({ database }) })
}

/** `table: column, column` of every primary and unique key. */
async function uniqueKeys(fresh: Fresh): Promise<string[]> {
  const statement =
    fresh.options.engine.kind === 'sqlite'
      ? `select t.name as "table", i.name as key, c.name as "column"
         from sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
         where t.type = 'table' and i."unique" = 1 order by t.name, i.name, c.seqno`
      : `select t.relname as "table", i.relname as key, a.attname as "column"
         from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
         join lateral unnest(x.indkey) with ordinality k(attnum, position) on true
         join pg_attribute a on a.attrelid = t.oid and a.attnum = k.attnum
         where x.indisunique and t.relnamespace = 'public'::regnamespace
         order by t.relname, i.relname, k.position`
  const rows = await fresh.database.run(statement)
  const keys = new Map<string, string[]>()
  for (const row of rows) {
    if (String(row.table).startsWith('schema_migration')) continue
    const name = `${row.table} ${row.key}`
    keys.set(name, [...(keys.get(name) ?? []), String(row.column)])
  }
  return [...keys].map(([name, columns]) => `${name.split(' ')[0]}: ${columns.join(', ')}`)
}
