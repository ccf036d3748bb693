/** An entry as somebody would add it who can add rows to the database and has never spoken to the gateway. */
import type { EntryDraft } from '../../src/kernel/entry.ts'
import { encodeEntry } from '../../src/ledger/entry.ts'
import { leafHash } from '../../src/ledger/merkle.ts'
import type { Database } from './databases.ts'

/** Every byte is in order; only its place is none that a commit ever gave. */
export async function addEntryAt(
  database: Database,
  index: number,
  draft: EntryDraft,
): Promise<void> {
  const bytes = encodeEntry(draft, { tenant: 'main', cites: [], commitments: {}, index: 0 })
  const blob = (each: Uint8Array) => {
    const hex = Buffer.from(each).toString('hex')
    return database.url === '' ? `x'${hex}'` : `'\\x${hex}'::bytea`
  }
  await database.run(
    `insert into log_entry (tenant, idx, id, bytes, leaf_hash)
     values ('main', ${index}, '${draft.id}', ${blob(bytes)}, ${blob(leafHash(bytes))})`,
  )
}
