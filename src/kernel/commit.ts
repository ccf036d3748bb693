/**
 * The commit port: the only way state changes. A change and the entries that tell it are one transaction, so
 * neither can exist without the other, and the answer comes only after both are on disk.
 */
import type { DispatchSlot } from './dispatch-slot.ts'
import type { EntryDraft, Receipt } from './entry.ts'

declare const transaction: unique symbol

/**
 * An open transaction of one tenant. Opaque: only store/ can make or open one. Every port method that
 * changes or guards state takes it first, so a change without an entry does not type-check.
 */
export type Tx = { readonly [transaction]: true }

/** What a piece of work leaves behind. At least one entry: what is not worth telling is not worth changing. */
export type Done<T> = {
  readonly value: T
  readonly entries: readonly [EntryDraft, ...EntryDraft[]]
}

/**
 * Work does no I/O but through `tx`, and may run again when the database asks for a retry, so it must not
 * change anything outside. Throwing rolls back exactly this work; others in the same batch are unharmed.
 */
export type Work<T> = (tx: Tx) => Promise<Done<T>>

export type Committed<T> = {
  readonly value: T
  /** One per entry, in the order of the drafts. */
  readonly receipts: readonly [Receipt, ...Receipt[]]
  /** One per `tool.call.dispatched` entry, in order: the right to send that one frame once. */
  readonly slots: readonly DispatchSlot[]
}

/**
 * Runs `work` and makes it durable.
 *
 * Consistency: read committed plus the row locks the ports take; all entries of a tenant are totally ordered.
 * Durability: when the promise resolves, the database and the rollback witness have been fsync'd.
 * Concurrency: works of one tenant are batched into one transaction, a savepoint each.
 * Retry: serialisation failures are retried inside; the caller never retries blindly.
 * Failures: what `work` throws; `ledger_unwritable` (nothing changed), `store_busy` (queue full, nothing
 * changed), `entry_not_allowed`.
 */
export type Commit = <T>(tenant: string, work: Work<T>) => Promise<Committed<T>>
