/** Who is on duty for which role, when, and from which source we know it. */

import type { Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Digest } from '../kernel/digest.ts'

export type Shift = {
  readonly tenant: string
  readonly id: string
  readonly role: Role
  readonly person: string
  readonly fromMs: InstantMs
  /** Exclusive. */
  readonly toMs: InstantMs
  /** 0 is primary, 1 the first backup; overlaps resolve by the smaller number, then the earlier start. */
  readonly precedence: number
  readonly source: string
  /** How a person entered it by hand; absent for what a feed or the gateway itself says. */
  readonly entered?: Entered
}

export type Entered = {
  readonly by: string
  readonly atMs: InstantMs
  /** With an API token, not in a session of the console. */
  readonly isByToken: boolean
  /** A second person stands behind it. */
  readonly isConfirmed: boolean
}

/** A feed as we last knew it. Its shifts carry the same `source`. */
export type RosterFeed = {
  readonly tenant: string
  readonly source: string
  /** Of what the feed last said; absent until it was read once. */
  readonly digest?: Digest
  /** `stale`: it could not be read, and the last known rota stands in for it. */
  readonly state: 'fresh' | 'stale'
  /** When it was last on record that the feed could be read; 0 when it never was. */
  readonly confirmedAtMs: InstantMs
}

/** What the shifts of a feed are called in `Shift.source`, so that nobody enters one by hand. */
export const FEED_PREFIX = 'feed:'

export type RosterStore = {
  /** Shifts of any role that cover the instant, in order of precedence. */
  readonly onDuty: (tenant: string, atMs: InstantMs) => Promise<readonly Shift[]>
  /** Shifts of any role that share an instant with the span, in order of precedence. */
  readonly between: (
    tenant: string,
    fromMs: InstantMs,
    toMs: InstantMs,
  ) => Promise<readonly Shift[]>
  readonly feeds: (tenant: string) => Promise<readonly RosterFeed[]>
  readonly put: (tx: Tx, shift: Shift) => Promise<void>
}

/** What replacing the shifts of a feed writes and reads, all in one transaction. */
export type FeedStore = {
  /** Writes the feed's state and holds it until the transaction ends: two nodes replace one after the other. Raises `roster`. */
  readonly putFeed: (tx: Tx, feed: RosterFeed) => Promise<void>
  /** Shifts of the source that end after the instant. */
  readonly shiftsOf: (
    tx: Tx,
    tenant: string,
    source: string,
    endingAfterMs: InstantMs,
  ) => Promise<readonly Shift[]>
  readonly remove: (tx: Tx, shift: Shift) => Promise<void>
}

/** Which of two overlapping shifts of a role goes first; the id only makes the order total. */
export function byPrecedence(a: Shift, b: Shift): number {
  return a.precedence - b.precedence || a.fromMs - b.fromMs || (a.id < b.id ? -1 : 1)
}
