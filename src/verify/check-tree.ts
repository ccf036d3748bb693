/** The log's signature over the checkpoint, and each entry's place in the tree it signs. */
import { encodeHex } from '../ledger/base64.ts'
import type { Checkpoint } from '../ledger/checkpoint.ts'
import { parseCheckpoint } from '../ledger/checkpoint.ts'
import type { CaseExport, RelatedEntry } from '../ledger/export-format.ts'
import type { PlacedEntry } from '../ledger/finding.ts'
import { leafHash } from '../ledger/merkle.ts'
import type { Note } from '../ledger/note.ts'
import { verifyNote } from '../ledger/note.ts'
import { encodeVkey, parseVkey } from '../ledger/note-key.ts'
import { ProvenTree } from '../ledger/proven-tree.ts'
import { readEntry } from '../ledger/read-entry.ts'
import type { Check } from './verdict.ts'

export type SignedTree = { readonly note: Note; readonly checkpoint: Checkpoint }

/**
 * Whether the checkpoint is signed by the key the file names, for the origin the file names. This makes the
 * file self-consistent and nothing more: anybody can make a key.
 */
export function checkLog(file: CaseExport): { check: Check; tree?: SignedTree } {
  const failed = (text: string) => ({ check: { name: 'log', state: 'failed', text } as const })
  let tree: SignedTree
  try {
    tree = parseCheckpoint(new TextEncoder().encode(file.checkpoint))
  } catch (error) {
    return failed(error instanceof Error ? error.message : 'the checkpoint cannot be read')
  }
  const key = parseVkey(file.verifierKey)
  if (typeof key !== 'object' || key.type !== 'ed25519')
    return failed('the file names no usable log key')
  if (key.name !== file.origin || tree.checkpoint.origin !== file.origin) {
    return failed('header, key and checkpoint name different logs')
  }
  const verdict = verifyNote(tree.note, [key])
  if (verdict.rejected.length > 0) return failed('the signature of the checkpoint is wrong')
  if (verdict.verified.length === 0)
    return failed('the checkpoint is not signed by the key the file names')
  const text = `checkpoint of ${file.origin} over ${tree.checkpoint.size} entries, signed by ${encodeVkey(key)}`
  return { check: { name: 'log', state: 'ok', text }, tree }
}

/**
 * Whether each entry is well formed and in the signed tree; gives them with their proved places. `related` are
 * those outside the case.
 */
export function checkEntries(
  file: CaseExport,
  tree: SignedTree,
): { check: Check; entries: readonly PlacedEntry[]; related: readonly PlacedEntry[] } {
  const proven = new ProvenTree(tree.checkpoint)
  const own = placed(file.entries, proven)
  const outside = placed(file.related, proven)
  const wrong = [...own.wrong, ...outside.wrong]
  const unknown = [...own.unknown, ...outside.unknown]
  const check = entriesCheck(file.entries.length + file.related.length, wrong, unknown)
  return { check, entries: own.entries, related: outside.entries }
}

function placed(given: readonly RelatedEntry[], tree: ProvenTree) {
  const entries: PlacedEntry[] = []
  const wrong: { code: string; index: number; detail: string }[] = []
  const unknown: { code: string; index: number; detail: string }[] = []
  for (const { index, bytes, path } of given) {
    const leaf = leafHash(bytes)
    if (!tree.includes(index, leaf, path)) {
      wrong.push({
        code: 'not_in_tree',
        index,
        detail: 'its path does not lead to the signed root',
      })
    }
    const read = readEntry(bytes)
    if (!read.ok) {
      wrong.push({ code: 'entry_not_allowed', index, detail: read.fault })
    } else {
      entries.push({ index, leaf: encodeHex(leaf), entry: read.entry })
      if (read.unknown !== undefined)
        unknown.push({ code: 'event_unknown', index, detail: read.unknown })
    }
  }
  return { entries, wrong, unknown }
}

function entriesCheck(
  count: number,
  wrong: NonNullable<Check['findings']>,
  unknown: NonNullable<Check['findings']>,
): Check {
  if (wrong.length > 0) {
    return {
      name: 'entries',
      state: 'failed',
      text: `of ${count} entries some are not in the signed tree`,
      findings: wrong,
    }
  }
  if (unknown.length > 0) {
    const text = `all ${count} entries are in the signed tree; ${unknown.length} hold events this verifier does not know`
    return { name: 'entries', state: 'incomplete', text, findings: unknown }
  }
  return { name: 'entries', state: 'ok', text: `all ${count} entries are in the signed tree` }
}
