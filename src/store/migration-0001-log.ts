/** The log, its tiles and its sealed payloads. */
import { sql } from 'kysely'
import type { CreateTable } from './create-table.ts'

export const logTables = async ({ db, engine, table, index }: CreateTable): Promise<void> => {
  await table('log_head', ['tenant'], {
    tenant: 'text',
    size: 'integer',
    root: 'blob',
    frontier: 'blob',
  })
  await table('log_entry', ['tenant', 'idx'], {
    tenant: 'text',
    idx: 'integer',
    id: 'text',
    case_id: 'text?',
    bytes: 'blob',
    leaf_hash: 'blob',
  })
  await index('log_entry', ['tenant', 'id'], { unique: true })
  await index('log_entry', ['tenant', 'case_id', 'idx'])
  for (const statement of engine.appendOnlyGuard) await sql.raw(statement).execute(db)
  await table('log_tile', ['tenant', 'level', 'idx'], {
    tenant: 'text',
    level: 'integer',
    idx: 'integer',
    root: 'blob',
    bytes: 'blob',
  })
  await table('log_checkpoint', ['tenant'], {
    tenant: 'text',
    size: 'integer',
    note: 'text',
    signed_at_ms: 'integer',
  })
  await table('case_head', ['tenant', 'case_id'], {
    tenant: 'text',
    case_id: 'text',
    seq: 'integer',
    leaf_hash: 'blob',
  })
  await table('data_key', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    case_id: 'text',
    data_class: 'text',
    wrapped: 'blob?',
  })
  await index('data_key', ['tenant', 'case_id', 'data_class'])
  await table('payload', ['tenant', 'entry_id', 'name'], {
    tenant: 'text',
    entry_id: 'text',
    name: 'text',
    key_id: 'text',
    envelope: 'blob',
    media_type: 'text',
  })
}
