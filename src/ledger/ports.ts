import type { Tx } from '../kernel/commit.ts'
import type { KeyPlace } from './seal.ts'

/** One stored entry. `bytes` are the canonical bytes whose RFC 6962 leaf hash is in the tree. */
export type StoredEntry = {
  readonly index: number
  readonly id: string
  readonly bytes: Uint8Array
  readonly leafHash: Uint8Array
}

export type LogHead = {
  readonly size: number
  readonly root: Uint8Array
  readonly frontier: Uint8Array
}

export type StoredCheckpoint = {
  readonly size: number
  readonly note: string
  readonly signedAtMs: number
}

export type PayloadState =
  | {
      readonly state: 'present'
      readonly salt: Uint8Array
      readonly bytes: Uint8Array
      readonly mediaType: string
      readonly dataClass: string
    }
  | { readonly state: 'erased' }

/** Reads of the log. Everything at or below the head of the last commit is visible. */
export type LedgerReader = {
  readonly head: (tenant: string) => Promise<LogHead>
  readonly entries: (
    tenant: string,
    fromIndex: number,
    toIndexExclusive: number,
  ) => Promise<readonly StoredEntry[]>
  readonly leafHashes: (
    tenant: string,
    fromIndex: number,
    toIndexExclusive: number,
  ) => Promise<readonly Uint8Array[]>
  readonly entriesOfCase: (tenant: string, caseId: string) => Promise<readonly StoredEntry[]>
  readonly entryById: (tenant: string, id: string) => Promise<StoredEntry | undefined>
  /** Those of the ids that are stored, in one read, in no order; which of them count, `entriesInLog` says. */
  readonly entriesById: (tenant: string, ids: readonly string[]) => Promise<readonly StoredEntry[]>
  /** How many entries are stored where no head counts them: below the first place, or from the head on. One read. */
  readonly outsideHead: (tenant: string) => Promise<number>
  readonly checkpoint: (tenant: string) => Promise<StoredCheckpoint | undefined>
  readonly putCheckpoint: (tenant: string, checkpoint: StoredCheckpoint) => Promise<void>
  /** A full stored hash tile, 8,192 bytes, or undefined when it is not complete yet. */
  readonly tile: (tenant: string, level: number, index: number) => Promise<Uint8Array | undefined>
  /** The roots of full tiles of one level, in order; fewer than asked for when some are not complete yet. */
  readonly tileRoots: (
    tenant: string,
    level: number,
    fromIndex: number,
    toIndexExclusive: number,
  ) => Promise<readonly Uint8Array[]>
  readonly tenants: () => Promise<readonly string[]>
}

export type PayloadStore = {
  readonly open: (tenant: string, entryId: string, name: string) => Promise<PayloadState>
  /** Destroys the wrapped keys of a (case, data class); the caller's entry says so. Returns key digests. */
  readonly destroyKeys: (tx: Tx, caseId: string, dataClass: string) => Promise<readonly string[]>
}

/**
 * Signs checkpoints and remembers the largest (size, root) it signed on its own disk. Refuses a smaller size
 * or another root with `signer_refused`: a restored backup fails closed (DESIGN 10).
 */
export type CheckpointSigner = {
  readonly origin: string
  /** C2SP verifier key text. */
  readonly verifierKey: string
  readonly sign: (
    size: number,
    root: Uint8Array,
    consistency: readonly Uint8Array[],
  ) => Promise<string>
}

/** Wraps and unwraps data keys under the installation's key-encryption key. */
export type KeyWrap = {
  readonly wrap: (key: Uint8Array, place: KeyPlace) => Uint8Array
  readonly unwrap: (wrapped: Uint8Array, place: KeyPlace) => Uint8Array
}
