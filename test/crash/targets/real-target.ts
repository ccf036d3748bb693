/** A real target under a gateway that is killed: what is done to it, and what it shows to somebody outside. */
import type { UpstreamConfig } from '../../../src/config.ts'
import type { JsonObject } from '../../../src/kernel/strict-json.ts'
import type { Witnessed } from '../check-record.ts'

/** One thing to do and to take back, to somebody or something no other order names. */
export type Order = {
  readonly target: { readonly kind: string; readonly id: string }
  readonly act: Witnessed
  readonly back: Witnessed
}

export type RealTarget = {
  readonly upstream: Extract<UpstreamConfig, { readonly transport: 'stdio' }>
  readonly entries: Readonly<Record<string, JsonObject>>
  readonly orders: readonly Order[]
  /** Everything that changed it, in order, as the target itself or the kernel noticed. */
  readonly acts: () => Promise<readonly Witnessed[]>
  /** Whether the effect is in force now, without asking the tool server. */
  readonly isThere: (order: Order) => Promise<boolean>
  readonly stop: () => void
}

export const TARGET_NAMES = ['nftables', 'openldap', 'crowdsec'] as const
export type TargetName = (typeof TARGET_NAMES)[number]
