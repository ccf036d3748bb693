/**
 * The broker: what lends a credential for one call and takes it back. One adapter per kind of backend; the
 * lender (enforcement) decides when each is asked, and an adapter decides nothing.
 *
 * Consistency: the gateway records that it will ask before it asks, so whatever a broker has given out bears
 * the id of a lease that is on record. Durability: an adapter keeps nothing between two calls but connections;
 * what it needs to take a lease back stands in `handle`. Retries: the lender's, for every method here; each
 * method must stand being called again. Failures: `broker_unreachable` (try again), `broker_refused` (trying
 * again does not help; a person has to look). Nothing else leaves an adapter, and no message holds a secret.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Receipt } from '../kernel/entry.ts'
import type { LeaseFinding } from './finding.ts'
import type { BrokerKind } from './lease.ts'
import type { SecretMaterial } from './material.ts'
import type { LeaseScope } from './scope.ts'

/** What the backend can do; the lender promises no more than that. */
export type BrokerCapabilities = {
  /** A credential of its own for each lease, so that taking one back harms no other. */
  readonly perTask: boolean
  /** The credential can do no more than the scope asks for, by the backend's own check. */
  readonly downscopes: boolean
  readonly revokesNow: boolean
  /** Revoking also ends sessions that were opened with the credential before. */
  readonly killsSessions: boolean
  readonly minTtlMs: number
  readonly maxTtlMs: number
}

export type IssueRequest = {
  readonly tenant: string
  /** Id of the lease, and the idempotency key: asked again for it, a broker gives the same or a new one in its
   * place, never two that live. Name what you make after it, or `reconcile` will not find it. */
  readonly lease: string
  readonly task: string
  readonly agent: string
  readonly caseId: string
  readonly call: string
  readonly scope: LeaseScope
  readonly scopeDigest: string
  /** Not shorter than `minTtlMs`, not longer than `maxTtlMs`. */
  readonly ttlMs: number
  readonly nowMs: InstantMs
  /** That the call was decided and this issue announced; a request without one cannot be built. */
  readonly decided: Receipt
}

export type Issued = {
  readonly material: SecretMaterial
  /** Opaque; what `revoke` needs later. Stored encrypted. Not the secret where that can be helped. */
  readonly handle?: string
  readonly expiresAtMs: InstantMs
  /** Until when somebody who has the secret could still use it if revoking failed or is not possible. */
  readonly residualUntilMs: InstantMs
  /** Where the backend gave more than was asked for. Absent: it did not, as far as it tells. */
  readonly findings?: readonly LeaseFinding[]
}

/** A lease as a broker sees it later, perhaps after a restart. Without `handle`: the issue was never answered. */
export type HeldLease = {
  readonly tenant: string
  readonly id: string
  readonly task: string
  readonly agent: string
  readonly scope: LeaseScope
  readonly issuedAtMs: InstantMs
  readonly expiresAtMs: InstantMs
  readonly handle?: string
}

/** Honest about what is left: absent `residualUntilMs` means nobody can use it any more. */
export type Revocation = {
  readonly isRevoked: boolean
  readonly residualUntilMs?: InstantMs
  /** Sessions that were open and were ended. */
  readonly sessionsEnded?: number
}

/** Something at the backend that bears our mark. `lease` is what it was named after. */
export type OrphanLease = { readonly lease: string; readonly handle?: string }

export type CredentialBroker = {
  /** The operator's name for it. */
  readonly id: string
  readonly kind: BrokerKind
  readonly capabilities: BrokerCapabilities
  readonly issue: (request: IssueRequest, signal: AbortSignal) => Promise<Issued>
  /** Also for a lease whose issue was never answered, or that is gone already: then there is nothing to do. */
  readonly revoke: (lease: HeldLease, reason: string, signal: AbortSignal) => Promise<Revocation>
  /** All that bears our mark at the backend, after a crash; absent where a backend lists nothing. */
  readonly reconcile?: (signal: AbortSignal) => AsyncIterable<OrphanLease>
}
