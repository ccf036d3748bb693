/**
 * A case export: one text file that proves what the ledger holds about one case. Lines end in a newline and
 * are canonical JSON of printable ASCII (plain-json.ts), so each value has exactly one spelling:
 *
 *   1      {"case","format":"countersign-export","origin","tenant","version":2,"vkey"}
 *   2..n   {"disclosures":{field:{"state","salt"?,"payload"?}},"entry","index","path":[...]}   base64 inside
 *   ..m    {"entry","index","path":[...]}   entries outside the case that it rests on; version 1 has none
 *   m+1    {"checkpoint"}   base64 of the signed note, cosignatures included
 *   m+2    {"sha256"}       hex, over all bytes of the lines before
 *
 * Why a changed byte cannot pass, even when the last line is recomputed: entries are bound by their paths to
 * the signed root; their order and completeness by `case.seq` and `case.prev` inside them; disclosed
 * payloads by the commitments inside them; what is *not* disclosed by the manifest, a digest of every
 * disclosure state, which stands in the case's own last entry `export.created` and so under the same root;
 * the header by comparison with entries, checkpoint and key. The one thing a holder can take away unseen are
 * signature lines of others in the checkpoint; that weakens what the file proves and forges nothing. The
 * last line catches accidents, and names them before anything else is tried.
 */

import { createHash } from 'node:crypto'
import { digestOf } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import { encodeBase64, encodeHex } from './base64.ts'
import { plainText } from './plain-json.ts'

export const EXPORT_FORMAT = 'countersign-export'
export const EXPORT_VERSION = 2
/** Still read: without entries outside the case. */
export const FIRST_EXPORT_VERSION = 1

export type DisclosureState = 'disclosed' | 'withheld' | 'erased' | 'missing'

/**
 * What the export says of one commitment: the payload with its salt, or why it is not here. `withheld`: kept
 * from this reader. `erased`: its key was destroyed, which the case records. `missing`: it should be there.
 */
export type Disclosure =
  | { readonly state: 'disclosed'; readonly salt: Uint8Array; readonly payload: Uint8Array }
  | { readonly state: 'withheld' | 'erased' | 'missing' }

export type Disclosures = { readonly [field: string]: Disclosure }

export type ExportedEntry = {
  readonly index: number
  /** The exact bytes whose leaf hash is in the tree. */
  readonly bytes: Uint8Array
  /** Inclusion path to the checkpoint's root, from the leaf upwards. */
  readonly path: readonly Uint8Array[]
  /** One per commitment of the entry, no more and no fewer. */
  readonly disclosures: Disclosures
}

/** An entry outside the case: how a passkey came onto the books. What it commits to stays where it is. */
export type RelatedEntry = Pick<ExportedEntry, 'index' | 'bytes' | 'path'>

export type CaseExport = {
  readonly tenant: string
  readonly caseId: string
  readonly origin: string
  /** C2SP vkey of the log. It is in the file for reading it alone; trust comes from a policy file. */
  readonly verifierKey: string
  /** All entries of the case in order, `export.created` last. */
  readonly entries: readonly ExportedEntry[]
  /** By index. Whoever leaves one out proves less and forges nothing. */
  readonly related: readonly RelatedEntry[]
  /** One checkpoint that covers all of them. */
  readonly checkpoint: string
}

/**
 * The digest that `export.created` carries as `manifest`: one line `<case seq> <field> <state>` per
 * commitment of the entries 0 to `last_sequence`, by sequence, then field. Entries that slip in between the
 * reading and `export.created` are outside it and must be withheld.
 */
export function exportManifest(
  states: readonly {
    readonly seq: number
    readonly field: string
    readonly state: DisclosureState
  }[],
): string {
  const sorted = states.toSorted((a, b) => a.seq - b.seq || (a.field < b.field ? -1 : 1))
  const lines = sorted.map(({ seq, field, state }) => `${seq} ${field} ${state}\n`)
  return digestOf('countersign-export-v1', new TextEncoder().encode(lines.join('')))
}

/** The lines of the file, each with its newline; write them in order. Throws `export_malformed`. */
export function* exportLines(parts: CaseExport): Generator<string> {
  const hash = createHash('sha256')
  for (const line of contentLines(parts)) {
    hash.update(line)
    yield line
  }
  yield `${plainText({ sha256: hash.digest('hex') })}\n`
}

/** The whole file as bytes. */
export function writeExport(parts: CaseExport): Uint8Array {
  return new TextEncoder().encode([...exportLines(parts)].join(''))
}

function* contentLines(parts: CaseExport): Generator<string> {
  const { tenant, caseId, origin, verifierKey } = parts
  if (parts.entries.length === 0)
    throw new Failure('export_malformed', 'an export has at least one entry')
  yield `${plainText({
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    tenant,
    case: caseId,
    origin,
    vkey: verifierKey,
  })}\n`
  for (const entry of parts.entries) {
    yield `${plainText({
      index: entry.index,
      entry: encodeBase64(entry.bytes),
      path: entry.path.map(encodeBase64),
      disclosures: Object.fromEntries(
        Object.entries(entry.disclosures).map(([field, each]) => [field, spell(each)]),
      ),
    })}\n`
  }
  for (const entry of parts.related) {
    yield `${plainText({
      index: entry.index,
      entry: encodeBase64(entry.bytes),
      path: entry.path.map(encodeBase64),
    })}\n`
  }
  yield `${plainText({ checkpoint: encodeBase64(new TextEncoder().encode(parts.checkpoint)) })}\n`
}

function spell(disclosure: Disclosure): { [key: string]: string } {
  if (disclosure.state !== 'disclosed') return { state: disclosure.state }
  const { salt, payload } = disclosure
  return { state: 'disclosed', salt: encodeBase64(salt), payload: encodeBase64(payload) }
}

/** Hex SHA-256 of the bytes before the last line, as that line spells it. */
export function contentDigest(content: Uint8Array): string {
  return encodeHex(createHash('sha256').update(content).digest())
}
