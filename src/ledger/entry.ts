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
import type { CaseLink, Cite, Entry } from './entry-rules.ts'
import { faultInData, faultInFrame, fieldKind, MAX_ENTRY_BYTES } from './entry-rules.ts'

/** Where the store puts a draft. */
export type Placement = {
  readonly tenant: string
  /** The entry's place in the tenant's log; citations must lie before it. */
  readonly index: number
  /** Given exactly when the draft has a case. `prev` (leaf hash, hex) is absent for the first entry only. */
  readonly caseLink?: { readonly seq: number; readonly prev?: string } | undefined
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
  const entry = entryOf(draft, placement)
  const fault = faultInFrame(entry) ?? faultInData(draft.type, entry.data)
  if (fault !== undefined) throw notAllowed(fault)
  const bytes = canonicalBytes(entry)
  if (bytes.length > MAX_ENTRY_BYTES) throw notAllowed(`${draft.type} has ${bytes.length} bytes`)
  return bytes
}

/** The members in their canonical order, in which they are written fastest; set one by one, so that none is copied. */
function entryOf(draft: EntryDraft, { tenant, caseLink, cites, commitments }: Placement): Entry {
  const { actor, call, caseId, task } = draft
  const entry: { -readonly [member in keyof Entry]?: Entry[member] } = {
    actor: { id: actor.id, kind: actor.kind },
  }
  if (call !== undefined) entry.call = call
  if (caseId !== undefined && caseLink !== undefined) entry.case = linkOf(caseId, caseLink)
  if (cites.length > 0) entry.cites = cites.map(({ id, index, leaf }) => ({ id, index, leaf }))
  if (Object.keys(commitments).length > 0) entry.commits = commitsOf(commitments)
  entry.data = dataOf(draft)
  entry.id = draft.id
  if (task !== undefined) entry.task = task
  entry.tenant = tenant
  entry.time = timeText(draft.atMs)
  entry.type = draft.type
  entry.v = 1
  return entry as Entry
}

function checkPlacement(draft: EntryDraft, placement: Placement): void {
  if ((draft.caseId === undefined) !== (placement.caseLink === undefined)) {
    throw notAllowed('a place in a case is given exactly when the draft has one')
  }
  const { payloads = {}, cites = [] } = draft
  const names = Object.keys(payloads)
  const isCommitted = (name: string) => Object.hasOwn(placement.commitments, name)
  if (
    names.length !== Object.keys(placement.commitments).length ||
    !names.every((name) => isCommitted(name))
  ) {
    throw notAllowed('payloads and commitments differ')
  }
  const isResolved = (cite: (typeof cites)[number], at: number) =>
    placement.cites[at]?.id === (typeof cite === 'string' ? cite : cite.entryId)
  if (cites.length !== placement.cites.length || !cites.every(isResolved)) {
    throw notAllowed('a citation was not resolved')
  }
  if (placement.cites.some((cite) => cite.index >= placement.index)) {
    throw notAllowed('a citation does not lie before the entry')
  }
}

function linkOf(id: string, { seq, prev }: NonNullable<Placement['caseLink']>): CaseLink {
  return prev === undefined ? { id, seq } : { id, prev, seq }
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

function commitsOf(commitments: Placement['commitments']): { [name: string]: Commitment } {
  const commits: { [name: string]: Commitment } = {}
  for (const [name, { c, cls, len, mt }] of Object.entries(commitments))
    commits[name] = { c, cls, len, mt }
  return commits
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
