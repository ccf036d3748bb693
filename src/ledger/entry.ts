/**
 * Writing an entry: a draft and its place become the exact bytes the tree hashes. The allow-list of
 * kernel/entry.ts is enforced here, last before the log, whoever made the draft. The entry's own index is
 * not in its bytes: the tree proves it, and a savepoint that rolls back would make it wrong.
 */
import { canonicalBytes } from '../kernel/canonical-json.ts'
import { instantText } from '../kernel/clock.ts'
import type { EntryDraft, FieldValue } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Commitment } from './commitment.ts'
import type { Cite, Entry } from './entry-rules.ts'
import { faultInData, faultInFrame, fieldKind, MAX_ENTRY_BYTES } from './entry-rules.ts'

/** Where the store puts a draft. */
export type Placement = {
  readonly tenant: string
  /** The entry's place in the tenant's log; citations must lie before it. */
  readonly index: number
  /** Given exactly when the draft has a case. `prev` (leaf hash, hex) is absent for the first entry only. */
  readonly caseLink?: { readonly seq: number; readonly prev?: string }
  /** The draft's citations, resolved, in the same order. */
  readonly cites: readonly Cite[]
  /** One per payload of the draft, under the same name. */
  readonly commitments: { readonly [name: string]: Commitment }
}

/**
 * The canonical bytes of an entry (RFC 8785), at most 16 KiB. Throws `entry_not_allowed` for an unknown
 * event or field, a missing field, a value of another kind, or a placement that does not fit the draft. The
 * message names the field, never the value.
 */
export function encodeEntry(draft: EntryDraft, placement: Placement): Uint8Array {
  checkPlacement(draft, placement)
  // In their canonical order, in which they are written fastest.
  const entry: Entry = {
    actor: { id: draft.actor.id, kind: draft.actor.kind },
    ...(draft.call === undefined ? {} : { call: draft.call }),
    ...caseOf(draft, placement),
    ...(placement.cites.length === 0
      ? {}
      : { cites: placement.cites.map(({ id, index, leaf }) => ({ id, index, leaf })) }),
    ...(Object.keys(placement.commitments).length === 0 ? {} : { commits: commitsOf(placement) }),
    data: dataOf(draft),
    id: draft.id,
    ...(draft.task === undefined ? {} : { task: draft.task }),
    tenant: placement.tenant,
    time: timeText(draft.atMs),
    type: draft.type,
    v: 1,
  }
  const fault = faultInFrame(entry) ?? faultInData(draft.type, entry.data)
  if (fault !== undefined) throw notAllowed(fault)
  const bytes = canonicalBytes(entry)
  if (bytes.length > MAX_ENTRY_BYTES) throw notAllowed(`${draft.type} has ${bytes.length} bytes`)
  return bytes
}

function checkPlacement(draft: EntryDraft, placement: Placement): void {
  if ((draft.caseId === undefined) !== (placement.caseLink === undefined)) {
    throw notAllowed('a place in a case is given exactly when the draft has one')
  }
  const names = Object.keys(draft.payloads ?? {})
    .sort()
    .join()
  if (names !== Object.keys(placement.commitments).sort().join()) {
    throw notAllowed('payloads and commitments differ')
  }
  const cited = (draft.cites ?? []).map((cite) => (typeof cite === 'string' ? cite : cite.entryId))
  if (cited.join() !== placement.cites.map((cite) => cite.id).join()) {
    throw notAllowed('a citation was not resolved')
  }
  if (placement.cites.some((cite) => cite.index >= placement.index)) {
    throw notAllowed('a citation does not lie before the entry')
  }
}

function caseOf(draft: EntryDraft, { caseLink }: Placement): Pick<Entry, 'case'> {
  if (draft.caseId === undefined || caseLink === undefined) return {}
  const { seq, prev } = caseLink
  return { case: { id: draft.caseId, ...(prev === undefined ? {} : { prev }), seq } }
}

/** Instants are milliseconds in drafts and text in entries; everything else is written as it is. */
function dataOf({ type, data }: EntryDraft): Entry['data'] {
  const written: Record<string, FieldValue> = {}
  for (const field of Object.keys(data).sort()) {
    const value = data[field] as FieldValue
    const isInstant = fieldKind(type, field)?.kind === 'instant'
    written[field] = isInstant && typeof value === 'number' ? timeText(value) : value
  }
  return written
}

function commitsOf(placement: Placement): { [name: string]: Commitment } {
  const entries = Object.entries(placement.commitments)
  return Object.fromEntries(
    entries.map(([name, { c, cls, len, mt }]) => [name, { c, cls, len, mt }]),
  )
}

function timeText(atMs: number): string {
  // Year 0 to 9999 keeps the fixed width; beyond it toISOString writes a sign and six digits.
  if (!Number.isSafeInteger(atMs) || atMs < 0 || atMs >= 253_402_300_800_000) {
    throw notAllowed('an instant is not whole milliseconds of a four-digit year')
  }
  return instantText(atMs)
}

function notAllowed(why: string): Failure {
  return new Failure('entry_not_allowed', why)
}
