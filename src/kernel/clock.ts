/**
 * Time as the product knows it: whole milliseconds since 1970-01-01T00:00:00Z, read from one clock that is
 * handed to whoever needs it. Pure code takes an instant; nothing below the composition root reads Date.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type InstantMs = number

/** The one source of "now". Tests hold one that only advances when told to. */
export type Clock = { readonly nowMs: () => InstantMs }

/** Clocks of two systems may differ by this much; what lies further ahead was seen by a clock that was wrong. */
export const MAX_AHEAD_MS = 5_000

/** Whether something was seen lately enough, and not by a clock that disagrees with ours. */
export function isWithin(maxAgeMs: number, seenAtMs: InstantMs, nowMs: InstantMs): boolean {
  const ageMs = nowMs - seenAtMs
  return ageMs <= maxAgeMs && ageMs >= -MAX_AHEAD_MS
}

/** Whether a report comes too late because a newer one is known. One from the future is no reason to keep it. */
export function isOvertaken(knownAtMs: InstantMs, toldAtMs: InstantMs, nowMs: InstantMs): boolean {
  return knownAtMs > toldAtMs && knownAtMs <= nowMs + MAX_AHEAD_MS
}

/**
 * RFC 3339 in UTC with the fixed six fractional digits of a ledger entry. Our clock has three; the rest
 * are zeros, so that a finer clock later does not change the format.
 */
export function instantText(atMs: InstantMs): string {
  if (atMs !== lastWritten.atMs) {
    lastWritten = { atMs, text: new Date(atMs).toISOString().replace('Z', '000Z') }
  }
  return lastWritten.text
}

/** The entries of a commit are of one instant, and writing one costs as much as the rest of a small entry. */
let lastWritten = { atMs: Number.NaN, text: '' }
