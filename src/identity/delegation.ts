/**
 * Authority lent by one person to another: for a role, some classes, until an instant. It cannot be lent
 * further, and never reaches beyond what the lender may do personally (R134).
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Role } from './person.ts'

export type Delegation = {
  readonly tenant: string
  readonly id: string
  readonly delegator: string
  readonly delegate: string
  readonly role: Role
  /** Effects or actions, as certificates name them. */
  readonly classes: readonly string[]
  readonly fromMs: InstantMs
  /** Exclusive. */
  readonly toMs: InstantMs
  readonly endedAtMs?: InstantMs
}

export function isInForce(delegation: Delegation, atMs: InstantMs): boolean {
  const { fromMs, toMs, endedAtMs } = delegation
  return fromMs <= atMs && atMs < toMs && (endedAtMs === undefined || atMs < endedAtMs)
}

/** Reads are at least as new as the last commit of this node. */
export type DelegationStore = {
  readonly byId: (tenant: string, id: string) => Promise<Delegation | undefined>
  /** All that have not run out at the instant, ended ones left out. */
  readonly inForce: (tenant: string, atMs: InstantMs) => Promise<readonly Delegation[]>
  readonly list: (tenant: string) => Promise<readonly Delegation[]>
  /** What a person lends or was lent, under lock, and has not ended. */
  readonly openOf: (tx: Tx, person: string) => Promise<readonly Delegation[]>
  readonly put: (tx: Tx, delegation: Delegation) => Promise<void>
}
