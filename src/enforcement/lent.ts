/** What lending needs and what came of it. */
import type { Digest } from '../kernel/digest.ts'
import type { Receipt } from '../kernel/entry.ts'
import type { IssuedParts } from '../lease/brokered.ts'
import type { Desk } from '../lease/desk.ts'
import type { Lease } from '../lease/lease.ts'
import type { Brokers } from '../lease/registry.ts'
import type { RuleFor } from '../lease/rule.ts'

export type Lending = {
  readonly ruleFor: RuleFor
  readonly brokers: Brokers
  readonly desk: Desk
  /** Nothing is sent with a credential that can do more than was asked for. */
  readonly isStrict: boolean
}

/** A borrowed credential that lies at the desk for one call; the secret itself is not in here. */
export type Lent = {
  readonly lease: Lease
  readonly issued: IssuedParts
  readonly broker: string
  readonly scope: Digest
  readonly isBroader: boolean
  /** Kinds of what is wrong with it though it was lent. */
  readonly findings: readonly string[]
  readonly decided: Receipt
  readonly requested: Receipt
}
