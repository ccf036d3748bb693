import type { Tx } from '../kernel/commit.ts'
import type { Seen, Stop } from './facts.ts'

export type RevisionStore = {
  /** Current revisions of the keys; a key without a row has 0. */
  readonly read: (tenant: string, keys: readonly string[]) => Promise<Seen>
  /**
   * Compares under lock, so that a change of any of them and this transaction are ordered. Returns the keys
   * whose revision differs from `seen`; empty means all still hold until this transaction ends.
   */
  readonly changed: (tx: Tx, seen: Seen) => Promise<readonly string[]>
  /** Raises a revision by one (a first raise gives 1). Stores call it for what they change. */
  readonly raise: (tx: Tx, key: string) => Promise<void>
}

export type StopStore = {
  readonly active: (tenant: string) => Promise<readonly Stop[]>
  /** Raises `stop`. */
  readonly press: (tx: Tx, stop: Stop) => Promise<void>
  readonly release: (tx: Tx, id: string, releasedBy: string, atMs: number) => Promise<void>
}

/** Distinct targets acted upon, so that many small calls are seen as the wide one they are (R41). */
export type FanOutStore = {
  /** Remembers the targets (digests) of a scope and answers how many distinct ones it reached since. */
  readonly reach: (
    tx: Tx,
    scope: string,
    kind: string,
    targets: readonly string[],
    sinceMs: number,
    atMs: number,
  ) => Promise<number>
}

/** Counted limits. Keys: `calls/<task>`, `writes/<task>`, `targets/<task>/<kind>`, ... */
export type BudgetStore = {
  /**
   * Takes `amount` under the row's lock. Returns false, changing nothing, when that would exceed `limit`; two
   * parallel takers of the last unit cannot both get true. A window of 0 ms never resets.
   */
  readonly take: (
    tx: Tx,
    key: string,
    amount: number,
    limit: number,
    windowMs: number,
    nowMs: number,
  ) => Promise<boolean>
  readonly used: (tenant: string, key: string, windowMs: number, nowMs: number) => Promise<number>
}
