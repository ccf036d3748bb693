import { describe, expect, it } from 'vitest'
import type { EntryDraft } from '../../src/kernel/entry.ts'
import { encodeEntry } from '../../src/ledger/entry.ts'
import { entriesInLog } from '../../src/ledger/entry-in-log.ts'
import { EMPTY_ROOT, leafHash } from '../../src/ledger/merkle.ts'
import type { StoredEntry } from '../../src/ledger/ports.ts'

const SIZE = 7
const ID = '01900000-0000-7000-8000-000000000001'
const OTHER_ID = '01900000-0000-7000-8000-000000000002'
const draft: EntryDraft = {
  id: ID,
  type: 'task.changed',
  atMs: 1_790_000_000_000,
  actor: { kind: 'system', id: 'test' },
  data: { task: OTHER_ID, reason: 'test' },
}
const bytes = encodeEntry(draft, { tenant: 'main', cites: [], commitments: {}, index: 0 })
const honest: StoredEntry = { index: SIZE - 1, id: ID, bytes, leafHash: leafHash(bytes) }

async function found(stored: StoredEntry): Promise<readonly string[]> {
  const ledger = {
    entriesById: async () => [stored],
    head: async () => ({ size: SIZE, root: EMPTY_ROOT, frontier: new Uint8Array() }),
  }
  return [...(await entriesInLog(ledger, 'main', [stored.id])).keys()]
}

describe('an entry that a row names is in the log', () => {
  it.each([
    ['at its end', honest],
    ['at its beginning', { ...honest, index: 0 }],
  ])('%s', async (_, stored) => {
    expect(await found(stored)).toEqual([ID])
  })
})

describe('it is not', () => {
  const other = new TextEncoder().encode('{}')
  it.each([
    ['beyond the head', { ...honest, index: SIZE }],
    ['far beyond the head', { ...honest, index: 1_000_000_000 }],
    ['before the first', { ...honest, index: -1 }],
    ['when its bytes are not those of its leaf', { ...honest, leafHash: leafHash(other) }],
    ['when it cannot be read', { ...honest, bytes: other, leafHash: leafHash(other) }],
    ['under the id of another', { ...honest, id: OTHER_ID }],
  ])('%s [R57 R131]', async (_, stored) => {
    expect(await found(stored)).toEqual([])
  })
})
