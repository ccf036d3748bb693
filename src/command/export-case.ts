/**
 * Exports everything the ledger holds about one case as one file a stranger can verify. The export is itself
 * an entry of the case, the last in the file, and says what is withheld; so the file is complete up to it or
 * does not verify.
 */
import type { CaseStore } from '../case/case.ts'
import { isWithheld } from '../disclosure/shown.ts'
import type { PasskeyStore } from '../identity/passkey.ts'
import { Failure } from '../kernel/failure.ts'
import type { Entry } from '../ledger/entry-rules.ts'
import type {
  Disclosure,
  Disclosures,
  ExportedEntry,
  RelatedEntry,
} from '../ledger/export-format.ts'
import { exportLines, exportManifest } from '../ledger/export-format.ts'
import type { LedgerReader, PayloadStore, StoredCheckpoint, StoredEntry } from '../ledger/ports.ts'
import { readEntry } from '../ledger/read-entry.ts'
import { tileSource } from '../ledger/tile-source.ts'
import { inclusionProof, openTree } from '../ledger/tree-reader.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, draft } from './base.ts'
import { requirePermission } from './permissions.ts'

export type ExportCaseDeps = Pick<CommandBase, 'commit' | 'nextId' | 'nowMs'> & {
  readonly cases: CaseStore
  readonly ledger: LedgerReader
  readonly payloads: PayloadStore
  readonly passkeys: Pick<PasskeyStore, 'byId'>
  readonly origin: string
  readonly verifierKey: string
  /** A signed checkpoint that covers the entry; waits for it at most a few seconds. Throws `signer_refused`. */
  readonly checkpointCovering: (tenant: string, index: number) => Promise<StoredCheckpoint>
}

export type ExportCaseInput = {
  readonly tenant: string
  readonly by: Doer
  readonly caseId: string
}

export type CaseExportFile = {
  readonly exportId: string
  readonly entries: number
  /** The lines of the file, each with its newline. */
  readonly lines: Iterable<string>
}

/** Throws `not_permitted`, `not_found`, `ledger_entry_tampered`, `payload_unreadable`, `signer_refused`. */
export async function exportCase(
  deps: ExportCaseDeps,
  input: ExportCaseInput,
): Promise<CaseExportFile> {
  requirePermission(input.by, 'case.export')
  const { tenant, caseId } = input
  if ((await deps.cases.byId(tenant, caseId)) === undefined)
    throw new Failure('not_found', 'no such case')
  const known = await deps.ledger.entriesOfCase(tenant, caseId)
  if (known.length === 0) throw new Failure('not_found', 'the ledger holds nothing about the case')
  const disclosed = await Promise.all(known.map((stored) => discloseAll(deps, tenant, stored)))
  const exportId = deps.nextId()
  const closing = await closeCase(deps, input, exportId, known, disclosed)
  const checkpoint = await deps.checkpointCovering(tenant, closing)
  const all = await deps.ledger.entriesOfCase(tenant, caseId)
  // What came between the reading and the closing entry is in the file, but was never weighed: withheld.
  const wanted = all.filter((stored) => stored.index <= closing)
  const tree = openTree(checkpoint.size, tileSource(deps.ledger, tenant).readTile)
  const entries: ExportedEntry[] = []
  for (const [at, stored] of wanted.entries()) {
    const path = await inclusionProof(tree, stored.index)
    const disclosures = disclosed[at] ?? withholdAll(stored)
    entries.push({ index: stored.index, bytes: stored.bytes, path, disclosures })
  }
  const { origin, verifierKey } = deps
  const related: RelatedEntry[] = []
  for (const stored of await keyEntries(deps, tenant, wanted))
    related.push({ ...stored, path: await inclusionProof(tree, stored.index) })
  const parts = {
    tenant,
    caseId,
    origin,
    verifierKey,
    entries,
    related,
    checkpoint: checkpoint.note,
  }
  return { exportId, entries: entries.length, lines: exportLines(parts) }
}

/** How the passkeys that signed in this case came onto the books: enrolled, and vouched for. By index. */
async function keyEntries(
  deps: ExportCaseDeps,
  tenant: string,
  ofCase: readonly StoredEntry[],
): Promise<readonly StoredEntry[]> {
  const used = new Set(ofCase.map((stored) => entryOf(stored).data.passkey))
  const found: StoredEntry[] = []
  for (const id of used) {
    const passkey = typeof id === 'string' ? await deps.passkeys.byId(tenant, id) : undefined
    for (const entryId of [passkey?.enrolledEntry, passkey?.vouchedEntry]) {
      const stored =
        entryId === undefined ? undefined : await deps.ledger.entryById(tenant, entryId)
      if (stored !== undefined) found.push(stored)
    }
  }
  return found.toSorted((a, b) => a.index - b.index)
}

/** Appends `export.created` and answers its index. */
async function closeCase(
  deps: ExportCaseDeps,
  input: ExportCaseInput,
  exportId: string,
  known: readonly StoredEntry[],
  disclosed: readonly Disclosures[],
): Promise<number> {
  const states = disclosed.flatMap((disclosures, seq) =>
    Object.entries(disclosures).map(([field, { state }]) => ({ seq, field, state })),
  )
  const committed = await deps.commit(input.tenant, async () => ({
    value: undefined,
    entries: [
      draft(deps, 'export.created', actorOf(input.by), {
        caseId: input.caseId,
        data: {
          export: exportId,
          entries: known.length,
          last_sequence: known.length - 1,
          manifest: exportManifest(states),
        },
      }),
    ],
  }))
  return committed.receipts[0].index
}

async function discloseAll(
  deps: ExportCaseDeps,
  tenant: string,
  stored: StoredEntry,
): Promise<Disclosures> {
  const disclosures: Record<string, Disclosure> = {}
  for (const [field, { cls }] of commitmentsOf(stored)) {
    disclosures[field] = isWithheld(cls)
      ? { state: 'withheld' }
      : await open(deps, tenant, stored.id, field)
  }
  return disclosures
}

async function open(
  deps: ExportCaseDeps,
  tenant: string,
  id: string,
  field: string,
): Promise<Disclosure> {
  const payload = await deps.payloads.open(tenant, id, field)
  return payload.state === 'erased'
    ? { state: 'erased' }
    : { state: 'disclosed', salt: payload.salt, payload: payload.bytes }
}

function withholdAll(stored: StoredEntry): Disclosures {
  return Object.fromEntries(commitmentsOf(stored).map(([field]) => [field, { state: 'withheld' }]))
}

function commitmentsOf(
  stored: StoredEntry,
): readonly (readonly [string, { readonly cls: string }])[] {
  return Object.entries(entryOf(stored).commits ?? {})
}

function entryOf(stored: StoredEntry): Entry {
  const read = readEntry(stored.bytes)
  if (!read.ok) throw new Failure('ledger_entry_tampered', `entry ${stored.index}: ${read.fault}`)
  return read.entry
}
