/** What the database holds, read beside the product: raw rows, no code of the store in between. */
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
// biome-ignore lint/correctness/noUnresolvedImports: the linter's list of built-ins is older than this one
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { encodeHex } from '../../src/ledger/base64.ts'
import type { Entry } from '../../src/ledger/entry-rules.ts'
import type { PlacedEntry } from '../../src/ledger/finding.ts'
import { leafHash } from '../../src/ledger/merkle.ts'
import type { Installation } from './installation.ts'

export type Snapshot = {
  /** In log order. */
  readonly entries: readonly PlacedEntry[]
  readonly leaves: readonly Uint8Array[]
  readonly head: { readonly size: number; readonly root: string }
  /** Call id to state. */
  readonly calls: ReadonlyMap<string, string>
  /** Lease id to state. */
  readonly leases: ReadonlyMap<string, string>
  /** Id of a lease somebody else lent, to its state. */
  readonly borrowed: ReadonlyMap<string, string>
  readonly requests: ReadonlyMap<string, string>
  readonly grants: ReadonlyMap<string, string>
}

/** In log order. */
export function ofType({ entries }: Snapshot, type: string): readonly PlacedEntry[] {
  return entries.filter(({ entry }) => entry.type === type)
}

type Read = Pick<Installation, 'engine' | 'config' | 'folder'>
type Rows = readonly Readonly<Record<string, unknown>>[]
type Ask = (statement: string) => Promise<Rows>

/** Reads while the gateway runs, or after its orderly end. */
export function readLive(installation: Read): Promise<Snapshot> {
  return installation.engine === 'sqlite'
    ? fromSqlite(installation.config.dataDir)
    : fromPostgres(installation.config.databaseUrl ?? '')
}

/** Reads what a killed gateway left, without touching it: opening SQLite's own files would repair them. */
export async function readRemains(installation: Read): Promise<Snapshot> {
  if (installation.engine === 'postgres') return readLive(installation)
  const copy = join(installation.folder, 'remains')
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy)
  for (const name of ['countersign.sqlite', 'countersign.sqlite-wal']) {
    const path = join(installation.config.dataDir, name)
    if (existsSync(path)) cpSync(path, join(copy, name))
  }
  return fromSqlite(copy)
}

async function fromSqlite(directory: string): Promise<Snapshot> {
  const path = join(directory, 'countersign.sqlite')
  const database = new DatabaseSync(path, { timeout: 5_000 })
  try {
    return await read(async (statement) => database.prepare(statement).all())
  } finally {
    database.close()
  }
}

async function fromPostgres(url: string): Promise<Snapshot> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await read(async (statement) => (await client.query(statement)).rows as Rows)
  } finally {
    await client.end()
  }
}

const EMPTY: Snapshot = {
  entries: [],
  leaves: [],
  head: { size: 0, root: '' },
  calls: new Map(),
  leases: new Map(),
  borrowed: new Map(),
  requests: new Map(),
  grants: new Map(),
}

/** A database whose first start was cut short may have no tables yet. */
async function read(ask: Ask): Promise<Snapshot> {
  const log = await ask('select idx, bytes from log_entry order by idx').catch(noTable)
  if (log === undefined) return EMPTY
  const [head] = await ask('select size, root from log_head')
  const states = async (table: string) => {
    const rows = await ask(`select id, state from ${table}`)
    return new Map(rows.map(({ id, state }) => [String(id), String(state)]))
  }
  const bytes = log.map((row) => new Uint8Array(row.bytes as Uint8Array))
  // From the bytes, not as stored: the head must follow from what the entries say.
  const leaves = bytes.map(leafHash)
  return {
    leaves,
    entries: log.map((row, at) => ({
      index: Number(row.idx),
      leaf: encodeHex(leaves[at] ?? new Uint8Array()),
      entry: JSON.parse(Buffer.from(bytes[at] ?? []).toString('utf8')) as Entry,
    })),
    head:
      head === undefined
        ? EMPTY.head
        : { size: Number(head.size), root: encodeHex(new Uint8Array(head.root as Uint8Array)) },
    calls: await states('tool_call'),
    leases: await states('lease'),
    borrowed: await states('brokered_lease'),
    requests: await states('approval_request'),
    grants: await states('approval_grant'),
  }
}

function noTable(error: unknown): undefined {
  if (error instanceof Error && /no such table|does not exist/.test(error.message)) return undefined
  throw error
}
