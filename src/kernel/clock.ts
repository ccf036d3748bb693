/**
 * Time as the product knows it: whole milliseconds since 1970-01-01T00:00:00Z, read from one clock that is
 * handed to whoever needs it. Pure code takes an instant; nothing below the composition root reads Date.
 */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type InstantMs = number

/** The one source of "now". Tests hold one that only advances when told to. */
export type Clock = { readonly nowMs: () => InstantMs }

/**
 * RFC 3339 in UTC with the fixed six fractional digits of a ledger entry. Our clock has three; the rest
 * are zeros, so that a finer clock later does not change the format.
 */
export function instantText(atMs: InstantMs): string {
  return new Date(atMs).toISOString().replace('Z', '000Z')
}
