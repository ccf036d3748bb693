/**
 * The ticket in its own system, as far as decisions need it. The feed is the authority; we keep what it said
 * and when.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'

export type Case = {
  readonly tenant: string
  readonly id: string
  /** The number in the ticket system, e.g. `INC-482`. Never in clear in a ledger entry. */
  readonly externalRef: string
  readonly title: string
  readonly state: 'open' | 'closed'
  /** 1 is the worst, 5 the mildest. */
  readonly severity: number
  /** Labels such as `privileged-access`, `lateral-movement`, `identity-compromise`. */
  readonly tags: readonly string[]
  readonly owner?: string
  /** When the source last confirmed these values. */
  readonly observedAtMs: InstantMs
  readonly revision: number
}

export type CaseStore = {
  readonly byId: (tenant: string, id: string) => Promise<Case | undefined>
  readonly byExternalRef: (tenant: string, ref: string) => Promise<Case | undefined>
  readonly list: (tenant: string) => Promise<readonly Case[]>
  readonly put: (tx: Tx, record: Case) => Promise<void>
}
