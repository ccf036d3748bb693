/**
 * Whether it is known who is on duty. A rota that cannot be read stands in for itself for a while (on-call.ts); beyond
 * that it is a guess, and nothing is asked of people on a guess. Somebody on duty by a source that is current makes it
 * known again: a shift a person entered by hand is the way out while a feed is away. Pure.
 */
import { type InstantMs, isWithin } from '../kernel/clock.ts'
import { FEED_PREFIX, type RosterFeed, type Shift } from './roster.ts'

/** Of the feeds this gateway reads. One that was never read, or not for longer than allowed. */
export function outdatedFeeds(
  read: readonly string[],
  known: readonly RosterFeed[],
  maxAgeMs: number,
  nowMs: InstantMs,
): readonly string[] {
  return read.filter((source) => !isCurrent(source, known, maxAgeMs, nowMs))
}

export function isDutyKnown(
  onDuty: readonly Shift[],
  known: readonly RosterFeed[],
  maxAgeMs: number,
  nowMs: InstantMs,
): boolean {
  return onDuty.some(
    ({ source }) => !source.startsWith(FEED_PREFIX) || isCurrent(source, known, maxAgeMs, nowMs),
  )
}

function isCurrent(
  source: string,
  known: readonly RosterFeed[],
  maxAgeMs: number,
  nowMs: InstantMs,
): boolean {
  const feed = known.find((each) => each.source === source)
  return feed !== undefined && isWithin(maxAgeMs, feed.confirmedAtMs, nowMs)
}
