/** Reading the log (port `LedgerReader`), and remembering the newest signed checkpoint. */

import { EMPTY_FRONTIER, EMPTY_ROOT, frontierBytes } from '../ledger/merkle.ts'
import type { LedgerReader, StoredEntry } from '../ledger/ports.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

type Row = Pick<DB['log_entry'], 'idx' | 'id' | 'bytes' | 'leaf_hash'>
const COLUMNS = ['idx', 'id', 'bytes', 'leaf_hash'] as const

export function createLedgerReader(access: Access): LedgerReader {
  const entriesOf = (tenant: string) =>
    access.read(tenant).selectFrom('log_entry').select(COLUMNS).where('tenant', '=', tenant)
  return {
    head: async (tenant) => {
      const found = await access
        .read(tenant)
        .selectFrom('log_head')
        .select(['size', 'root', 'frontier'])
        .where('tenant', '=', tenant)
        .executeTakeFirst()
      return found ?? { size: 0, root: EMPTY_ROOT, frontier: frontierBytes(EMPTY_FRONTIER) }
    },
    entries: async (tenant, from, to) => {
      const rows = await entriesOf(tenant)
        .where('idx', '>=', from)
        .where('idx', '<', to)
        .orderBy('idx')
        .execute()
      return rows.map(entryOf)
    },
    leafHashes: async (tenant, from, to) => {
      const rows = await access
        .read(tenant)
        .selectFrom('log_entry')
        .select('leaf_hash')
        .where('tenant', '=', tenant)
        .where('idx', '>=', from)
        .where('idx', '<', to)
        .orderBy('idx')
        .execute()
      return rows.map((row) => row.leaf_hash)
    },
    entriesOfCase: async (tenant, caseId) => {
      const rows = await entriesOf(tenant).where('case_id', '=', caseId).orderBy('idx').execute()
      return rows.map(entryOf)
    },
    entryById: async (tenant, id) => {
      const row = await entriesOf(tenant).where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : entryOf(row)
    },
    entriesById: async (tenant, ids) => {
      if (ids.length === 0) return []
      const rows = await entriesOf(tenant).where('id', 'in', ids).execute()
      return rows.map(entryOf)
    },
    tenants: async () => {
      const rows = await access
        .readAll()
        .selectFrom('log_head')
        .select('tenant')
        .orderBy('tenant')
        .execute()
      return rows.map((row) => row.tenant)
    },
    ...outside(access),
    ...tiles(access),
    ...checkpoints(access),
  }
}

function outside(access: Access): Pick<LedgerReader, 'outsideHead'> {
  return {
    outsideHead: async (tenant) => {
      const head = access
        .read(tenant)
        .selectFrom('log_head')
        .select('size')
        .where('tenant', '=', tenant)
      const found = await access
        .read(tenant)
        .selectFrom('log_entry')
        .select(({ fn }) => fn.countAll<number | bigint>().as('count'))
        .where('tenant', '=', tenant)
        .where(({ eb, fn, lit }) =>
          eb.or([eb('idx', '<', 0), eb('idx', '>=', fn.coalesce(head, lit(0)))]),
        )
        .executeTakeFirstOrThrow()
      return Number(found.count)
    },
  }
}

function tiles(access: Access): Pick<LedgerReader, 'tile' | 'tileRoots'> {
  return {
    tile: async (tenant, level, index) => {
      const found = await access
        .read(tenant)
        .selectFrom('log_tile')
        .select('bytes')
        .where('tenant', '=', tenant)
        .where('level', '=', level)
        .where('idx', '=', index)
        .executeTakeFirst()
      return found?.bytes
    },
    tileRoots: async (tenant, level, from, to) => {
      const rows = await access
        .read(tenant)
        .selectFrom('log_tile')
        .select('root')
        .where('tenant', '=', tenant)
        .where('level', '=', level)
        .where('idx', '>=', from)
        .where('idx', '<', to)
        .orderBy('idx')
        .execute()
      return rows.map(({ root }) => root)
    },
  }
}

function checkpoints(access: Access): Pick<LedgerReader, 'checkpoint' | 'putCheckpoint'> {
  return {
    checkpoint: async (tenant) => {
      const found = await access
        .read(tenant)
        .selectFrom('log_checkpoint')
        .select(['size', 'note', 'signed_at_ms'])
        .where('tenant', '=', tenant)
        .executeTakeFirst()
      if (found === undefined) return undefined
      return { size: found.size, note: found.note, signedAtMs: found.signed_at_ms }
    },
    // Derived data, so it stands outside the commit. Two nodes may sign; a smaller one never replaces a larger.
    putCheckpoint: async (tenant, { size, note, signedAtMs }) => {
      access.mustBeOutside()
      const row = { size, note, signed_at_ms: signedAtMs }
      await access.engine
        .writer(tenant)
        .insertInto('log_checkpoint')
        .values({ tenant, ...row })
        .onConflict((conflict) =>
          conflict.column('tenant').doUpdateSet(row).where('log_checkpoint.size', '<=', size),
        )
        .execute()
    },
  }
}

function entryOf(row: Row): StoredEntry {
  return { index: row.idx, id: row.id, bytes: row.bytes, leafHash: row.leaf_hash }
}
