/**
 * The life of a borrowed credential as the gateway keeps it: `requested` before a broker is asked, `issued` with the
 * dispatch that may use it, `ending` until the broker has taken it back, `ended`. What a crash leaves is found by
 * its row, so nothing is alive at a backend that nobody here knows of.
 *
 * Trust: who can change these rows can make us forget to take a credential back, or take back one too many. No
 * secret is in them; `handle` is encrypted, bound to its lease.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { BrokerKind } from './lease.ts'
import type { HeldLease } from './ports.ts'

export type BrokeredState = 'requested' | 'issued' | 'ending' | 'ended'

export type BrokeredLease = HeldLease & {
  readonly kind: BrokerKind
  readonly broker: string
  readonly caseId: string
  readonly call: string
  readonly state: BrokeredState
  /** Digest of (task, scope, step): two that live never share it (R31). */
  readonly place: string
  /** The node that asked for it. */
  readonly node: string
  readonly residualUntilMs: InstantMs
  /** Why it ends, and since when that is tried. */
  readonly reason?: string
  readonly endingSinceMs?: InstantMs
  readonly attempts: number
  /** When the broker is asked next. */
  readonly dueAtMs?: InstantMs
  /** Somebody was paged because it could not be taken back. */
  readonly isStuck: boolean
}

export type IssuedParts = {
  readonly issuedAtMs: InstantMs
  readonly expiresAtMs: InstantMs
  readonly residualUntilMs: InstantMs
  readonly handle?: string
}

export type BrokeredLeaseStore = {
  /** A new one, `requested`. False, changing nothing, when one lives for the same task, scope and step. */
  readonly request: (tx: Tx, lease: BrokeredLease) => Promise<boolean>
  /** `requested` to `issued`. False, changing nothing, when it is ended by now. */
  readonly issued: (tx: Tx, id: string, parts: IssuedParts) => Promise<boolean>
  /** To `ending`, due now. False, changing nothing, when it was ending before, unless `from` says otherwise. */
  readonly end: (
    tx: Tx,
    id: string,
    reason: string,
    nowMs: InstantMs,
    more?: { readonly from?: readonly BrokeredState[]; readonly handle?: string | undefined },
  ) => Promise<boolean>
  /** After a look at the broker that did not end it. False when it is ended by now. */
  readonly later: (
    tx: Tx,
    id: string,
    next: { readonly attempts: number; readonly dueAtMs: InstantMs; readonly isStuck: boolean },
  ) => Promise<boolean>
  /** `ending` to `ended`. False when somebody else did. */
  readonly ended: (tx: Tx, id: string, residualUntilMs: InstantMs | undefined) => Promise<boolean>
  readonly byId: (tenant: string, id: string) => Promise<BrokeredLease | undefined>
  /** `ending` and due, of all tenants, oldest first. */
  readonly due: (nowMs: InstantMs, limit: number) => Promise<readonly BrokeredLease[]>
  /** Not ending though their time is over: past their end, or asked for before `requestedBeforeMs` and not heard of. */
  readonly overdue: (
    nowMs: InstantMs,
    requestedBeforeMs: InstantMs,
    limit: number,
  ) => Promise<readonly BrokeredLease[]>
  /** Everything not ended, oldest first. */
  readonly alive: (tenant: string) => Promise<readonly BrokeredLease[]>
}
