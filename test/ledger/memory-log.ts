/**
 * A complete log in memory, built with the same pure functions the store uses: entries are encoded, chained
 * per case, hashed into the tree and tiled, payloads committed with salts from a counter. Deterministic.
 */
import { sha256 } from '../../src/kernel/digest.ts'
import type { EntryDraft, Payload, Receipt } from '../../src/kernel/entry.ts'
import { uuidV7 } from '../../src/kernel/ids.ts'
import { encodeHex } from '../../src/ledger/base64.ts'
import { signCheckpoint } from '../../src/ledger/checkpoint.ts'
import { commitTo } from '../../src/ledger/commitment.ts'
import { encodeEntry } from '../../src/ledger/entry.ts'
import type {
  CaseExport,
  Disclosure,
  ExportedEntry,
  RelatedEntry,
} from '../../src/ledger/export-format.ts'
import { exportManifest } from '../../src/ledger/export-format.ts'
import type { Frontier } from '../../src/ledger/merkle.ts'
import {
  appendLeaf,
  EMPTY_FRONTIER,
  frontierBytes,
  leafHash,
  rootOf,
} from '../../src/ledger/merkle.ts'
import { encodeVkey, signerFromSeed } from '../../src/ledger/note-key.ts'
import type { LogHead, StoredEntry } from '../../src/ledger/ports.ts'
import { joinHashTile } from '../../src/ledger/tile.ts'
import { inclusionProof, openTree } from '../../src/ledger/tree-reader.ts'

export const ORIGIN = 'localhost:7070/log/main'
export const START_MS = Date.UTC(2026, 6, 1, 3, 0, 0)

export type DisclosureChoice = 'disclosed' | 'withheld' | 'erased' | 'missing'

export class MemoryLog {
  readonly tenant: string
  readonly signer = signerFromSeed(ORIGIN, 'ed25519', sha256(Buffer.from('the log key of tests')))
  readonly vkey = encodeVkey(this.signer.key)
  readonly entries: StoredEntry[] = []
  frontier: Frontier = EMPTY_FRONTIER
  private readonly hashes = new Map<number, Uint8Array[]>()
  private readonly drafts: EntryDraft[] = []
  private readonly caseHeads = new Map<string, { seq: number; leaf: string }>()
  private counter = 0

  constructor(tenant = 'main') {
    this.tenant = tenant
  }

  nextId(): string {
    const random = new Uint8Array(10)
    new DataView(random.buffer).setUint32(6, ++this.counter)
    return uuidV7(START_MS, random)
  }

  salt(entryId: string, field: string): Uint8Array {
    return sha256(Buffer.from(`salt ${entryId} ${field}`))
  }

  append(draft: EntryDraft): Receipt {
    const index = this.entries.length
    const head = draft.caseId === undefined ? undefined : this.caseHeads.get(draft.caseId)
    const link = head === undefined ? { seq: 0 } : { seq: head.seq + 1, prev: head.leaf }
    const commitments = Object.entries(draft.payloads ?? {}).map(([field, payload]) => {
      return [field, commitTo(this.salt(draft.id, field), payload)] as const
    })
    const bytes = encodeEntry(draft, {
      tenant: this.tenant,
      index,
      ...(draft.caseId === undefined ? {} : { caseLink: link }),
      cites: (draft.cites ?? []).map((cite) => this.resolve(cite)),
      commitments: Object.fromEntries(commitments),
    })
    const leaf = leafHash(bytes)
    this.frontier = appendLeaf(this.frontier, leaf, (level, _, hash) => {
      if (level % 8 === 0) this.hashes.set(level / 8, [...(this.hashes.get(level / 8) ?? []), hash])
    })
    this.entries.push({ index, id: draft.id, bytes, leafHash: leaf })
    this.drafts.push(draft)
    if (draft.caseId !== undefined) {
      this.caseHeads.set(draft.caseId, { seq: link.seq, leaf: encodeHex(leaf) })
    }
    const { id: entryId, type } = draft
    return { tenant: this.tenant, entryId, type, index, leafHash: encodeHex(leaf) }
  }

  head(): LogHead {
    const { frontier } = this
    return { size: frontier.size, root: rootOf(frontier), frontier: frontierBytes(frontier) }
  }

  checkpoint(): string {
    return signCheckpoint(this.signer, this.frontier.size, rootOf(this.frontier))
  }

  /** Any tile, full or partial. */
  readonly readTile = async (level: number, index: number, width: number): Promise<Uint8Array> => {
    const row = this.hashes.get(level) ?? []
    return joinHashTile(row.slice(index * 256, index * 256 + width))
  }

  /** Only full tiles, as the store keeps them. */
  readonly fullTile = async (level: number, index: number): Promise<Uint8Array | undefined> => {
    const row = (this.hashes.get(level) ?? []).slice(index * 256, index * 256 + 256)
    return row.length === 256 ? joinHashTile(row) : undefined
  }

  /** Roots of full tiles: the hashes one tile level up. */
  readonly tileRoots = async (level: number, from: number, to: number): Promise<Uint8Array[]> =>
    (this.hashes.get(level + 1) ?? []).slice(from, to)

  /**
   * Closes the case with its `export.created` entry and exports it. `meanwhile` writes what comes in between
   * reading the case and closing it.
   */
  async exportCase(
    caseId: string,
    choose: (field: string, entry: EntryDraft) => DisclosureChoice = () => 'disclosed',
    meanwhile: () => void = () => undefined,
  ): Promise<CaseExport> {
    const before = this.drafts.filter((draft) => draft.caseId === caseId)
    meanwhile()
    const states = before.flatMap((draft, seq) =>
      Object.keys(draft.payloads ?? {}).map((field) => ({
        seq,
        field,
        state: choose(field, draft),
      })),
    )
    this.append({
      id: this.nextId(),
      type: 'export.created',
      atMs: START_MS + this.entries.length * 1000,
      actor: { kind: 'system', id: 'export' },
      caseId,
      data: {
        export: this.nextId(),
        entries: before.length,
        last_sequence: before.length - 1,
        manifest: exportManifest(states),
      },
    })
    const tree = openTree(this.frontier.size, this.readTile)
    const entries: ExportedEntry[] = []
    for (const [index, draft] of this.drafts.entries()) {
      const stored = this.entries[index]
      if (draft.caseId !== caseId || stored === undefined) continue
      const disclosures = Object.entries(draft.payloads ?? {}).map(([field, payload]) => {
        return [field, this.disclose(draft, field, payload, choose(field, draft))] as const
      })
      entries.push({
        index,
        bytes: stored.bytes,
        path: await inclusionProof(tree, index),
        disclosures: Object.fromEntries(disclosures),
      })
    }
    const { tenant, vkey: verifierKey } = this
    const related: RelatedEntry[] = []
    for (const [index, draft] of this.drafts.entries()) {
      const stored = this.entries[index]
      if (stored === undefined || !draft.type.startsWith('passkey.')) continue
      related.push({ index, bytes: stored.bytes, path: await inclusionProof(tree, index) })
    }
    const checkpoint = this.checkpoint()
    return { tenant, caseId, origin: ORIGIN, verifierKey, entries, related, checkpoint }
  }

  private disclose(
    draft: EntryDraft,
    field: string,
    payload: Payload,
    state: DisclosureChoice,
  ): Disclosure {
    if (state !== 'disclosed') return { state }
    return { state, salt: this.salt(draft.id, field), payload: payload.bytes }
  }

  private resolve(cite: string | Receipt): { id: string; index: number; leaf: string } {
    const id = typeof cite === 'string' ? cite : cite.entryId
    const cited = this.entries.find((entry) => entry.id === id)
    if (cited === undefined) throw new Error(`nothing to cite: ${id}`)
    return { id, index: cited.index, leaf: encodeHex(cited.leafHash) }
  }
}
