/**
 * Whether a shift may carry the weightiest decisions yet. Whoever can write the rota could otherwise put themselves on
 * duty and say yes a minute later. So a shift that one person entered alone counts for identities and for what cannot
 * be taken back only after an hour, in which it is seen; one entered with a token, which is easier to steal than a
 * passkey, only once a second person stands behind it. For everything else, and for halting, it counts at once. Pure.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Shift } from './roster.ts'

/** Long enough for the others on duty to look at the rota. */
export const SEEN_AFTER_MS = 3_600_000

export function isSettled({ entered }: Pick<Shift, 'entered'>, nowMs: InstantMs): boolean {
  if (entered === undefined || entered.isConfirmed) return true
  return !entered.isByToken && nowMs - entered.atMs >= SEEN_AFTER_MS
}
