/** A real target under a gateway that is killed: what is done to it, and what it shows to somebody outside. */
import type { UpstreamConfig } from '../../../src/config.ts'
import type { ConfigFile } from '../../../src/contract/config-file.ts'
import type { JsonObject } from '../../../src/kernel/strict-json.ts'
import type { ToolRule } from '../../../src/lease/rule.ts'
import type { Witnessed } from '../check-record.ts'

/** One thing to do and to take back, to somebody or something no other order names. */
export type Order = {
  readonly target: { readonly kind: string; readonly id: string }
  readonly act: Witnessed
  readonly back: Witnessed
}

/** A target whose tools hold no credential: each call is made with one that was borrowed for it. */
export type Lending = {
  readonly broker: ConfigFile['brokers'][number]
  readonly rule: ToolRule
  /** A folder that takes what is signed for hosts, whose clocks are not turned (host-time.ts). */
  readonly certificates?: string
  /** How long what a kill left may hold its broker up. Milliseconds; nobody turns this clock either. */
  readonly heldUpMs?: number
  /** What was lent and could still be used, and what is open under it, as its backend shows it. */
  readonly alive: () => Promise<readonly string[]>
  /** The lease of each change, in the order of `acts`, as its backend noticed. */
  readonly used: () => Promise<readonly string[]>
}

export type RealTarget = {
  readonly upstream: Extract<UpstreamConfig, { readonly transport: 'stdio' }>
  readonly entries: Readonly<Record<string, JsonObject>>
  readonly orders: readonly Order[]
  /** Everything that changed it, in order, as the target itself or the kernel noticed. */
  readonly acts: () => Promise<readonly Witnessed[]>
  /** Whether the effect is in force now, without asking the tool server. */
  readonly isThere: (order: Order) => Promise<boolean>
  readonly lending?: Lending
  readonly stop: () => void | Promise<void>
}

export const TARGET_NAMES = ['nftables', 'openldap', 'crowdsec', 'postgresql', 'openssh'] as const
export type TargetName = (typeof TARGET_NAMES)[number]
