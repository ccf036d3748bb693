import type { Tx } from '../kernel/commit.ts'

/** A published bundle as stored: canonical JSON text of the whole bundle. */
export type StoredBundle = {
  readonly tenant: string
  readonly sequence: number
  readonly digest: string
  readonly text: string
  readonly publishedBy: string
  readonly publishedAtMs: number
}

export type BundleStore = {
  readonly active: (tenant: string) => Promise<StoredBundle | undefined>
  readonly list: (tenant: string) => Promise<readonly Omit<StoredBundle, 'text'>[]>
  /** Refuses (`conflict`) a sequence that is not the active one plus one. Raises `policy`. */
  readonly publish: (tx: Tx, bundle: StoredBundle) => Promise<void>
}
