import type { Tx } from '../kernel/commit.ts'

/** A published bundle as stored: canonical JSON text of the whole bundle. */
export type StoredBundle = {
  readonly tenant: string
  readonly sequence: number
  readonly digest: string
  readonly text: string
  readonly publishedBy: string
  readonly publishedAtMs: number
  /** The ledger entry that recorded it; without it, it decides nothing (on-record.ts). */
  readonly entry?: string
}

export type BundleStore = {
  /** The newest. The store takes the row as it is; whether the ledger bears it out is for `recordedBundles`. */
  readonly active: (tenant: string) => Promise<StoredBundle | undefined>
  readonly list: (tenant: string) => Promise<readonly Omit<StoredBundle, 'text' | 'entry'>[]>
  /** Refuses (`conflict`) a sequence that is not the active one plus one. Raises `policy`. */
  readonly publish: (tx: Tx, bundle: StoredBundle & { readonly entry: string }) => Promise<void>
}
