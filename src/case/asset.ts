/** A thing calls act upon: host, account, address. What is not in the inventory counts as critical. */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'

export type Asset = {
  readonly tenant: string
  readonly id: string
  /** Target kind as in the catalogue: `device`, `account`, `ipv4_net`, ... */
  readonly kind: string
  /** How tools name it, compared after lower-casing: `web-14`, `203.0.113.7`. */
  readonly name: string
  /** 0 (a lab toy) to 5 (the business stops). */
  readonly criticality: number
  readonly environment: 'production' | 'staging' | 'lab' | 'unknown'
  readonly isNeverTouch: boolean
  /** `privileged`, `cloud-credential`, `availability-critical`, `break-glass`, `soc-infrastructure`, ... */
  readonly labels: readonly string[]
  readonly observedAtMs: InstantMs
  readonly revision: number
}

export type AssetStore = {
  readonly byName: (tenant: string, kind: string, name: string) => Promise<Asset | undefined>
  readonly list: (tenant: string) => Promise<readonly Asset[]>
  readonly put: (tx: Tx, asset: Asset) => Promise<void>
  /** The same for many, in few statements. No two of them have one id, or one kind and name. */
  readonly putAll: (tx: Tx, assets: readonly Asset[]) => Promise<void>
}
