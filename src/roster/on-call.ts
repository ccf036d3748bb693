/**
 * Who holds a role at an instant, until when, and how we know (R150). Pure. A rota that could not be read
 * lately is still used, because nobody on call is worse than an old list; the answer says that it is old.
 */
import type { Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Digest } from '../kernel/digest.ts'
import type { RosterFeed, Shift } from './roster.ts'
import { byPrecedence, FEED_PREFIX } from './roster.ts'

export type OnCall = {
  readonly who: string
  /** The first instant at which somebody else holds the role, or nobody does. */
  readonly untilMs: InstantMs
  /** `feed:<id>`, or what the person who entered the shift called it. */
  readonly source: string
  /** Digest of the feed the shift came from; a shift entered by hand has an entry of its own instead. */
  readonly digest?: Digest
  readonly isStale: boolean
}

/**
 * A fresh feed that nobody confirmed for this long counts as stale. Confirmations are written once an hour, so
 * this is two missed ones and one late: the timer itself has stopped.
 */
export const STALE_AFTER_MS = 3 * 3_600_000

export type RosterView = {
  /** Every shift that shares an instant with the span from `atMs` to `knownToMs`. */
  readonly shifts: readonly Shift[]
  readonly feeds: readonly RosterFeed[]
  /** `untilMs` is never later, because nobody looked further. */
  readonly knownToMs: InstantMs
}

/** Whoever goes first, or the one of the people on duty that is asked about. */
export function onCall(
  view: RosterView,
  role: Role,
  atMs: InstantMs,
  who?: string,
): OnCall | undefined {
  const shifts = view.shifts.filter(
    (shift) => shift.role === role && (who === undefined || shift.person === who),
  )
  const holder = holderAt(shifts, atMs)
  if (holder === undefined) return undefined
  const feed = view.feeds.find(({ source }) => source === holder.source)
  return {
    who: holder.person,
    untilMs: Math.min(view.knownToMs, changeAfter(shifts, holder.person, atMs)),
    source: holder.source,
    ...(feed?.digest === undefined ? {} : { digest: feed.digest }),
    isStale: holder.source.startsWith(FEED_PREFIX) && isStale(feed, atMs),
  }
}

/** Marked when it could not be read; an unknown feed, or one nobody confirmed for long, is no better. */
export function isStale(feed: RosterFeed | undefined, nowMs: InstantMs): boolean {
  return feed?.state !== 'fresh' || nowMs - feed.confirmedAtMs > STALE_AFTER_MS
}

function holderAt(shifts: readonly Shift[], atMs: InstantMs): Shift | undefined {
  const [first] = shifts
    .filter((shift) => shift.fromMs <= atMs && atMs < shift.toMs)
    .sort(byPrecedence)
  return first
}

function changeAfter(shifts: readonly Shift[], person: string, atMs: InstantMs): InstantMs {
  const edges = shifts.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter((edge) => edge > atMs)
  const ahead = edges.sort((a, b) => a - b)
  return ahead.find((edge) => holderAt(shifts, edge)?.person !== person) ?? atMs
}
