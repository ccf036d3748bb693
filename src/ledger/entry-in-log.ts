/**
 * Entries that rows name, as far as the log holds them. Whoever can add rows to the database can add one outside of the
 * head, which no commit ever covers and no signed tree contains; and bytes that do not hash to their leaf are not what
 * was recorded. Neither bears anything out. An entry that was exchanged below the head, leaf and all, is for the check
 * of the whole log to find.
 */
import type { Entry } from './entry-rules.ts'
import { equalBytes, leafHash } from './merkle.ts'
import type { LedgerReader } from './ports.ts'
import { readEntry } from './read-entry.ts'

/** By their ids. One that is not in the log, or cannot be read, is not in here. */
export async function entriesInLog(
  ledger: Pick<LedgerReader, 'head' | 'entriesById'>,
  tenant: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Entry>> {
  const stored = await ledger.entriesById(tenant, [...new Set(ids)])
  if (stored.length === 0) return new Map()
  // Read after them: what was committed by then lies below it.
  const { size } = await ledger.head(tenant)
  return new Map(
    stored.flatMap(({ id, index, bytes, leafHash: leaf }) => {
      if (index < 0 || index >= size || !equalBytes(leafHash(bytes), leaf)) return []
      const read = readEntry(bytes)
      return read.ok && read.entry.id === id ? [[id, read.entry] as const] : []
    }),
  )
}
