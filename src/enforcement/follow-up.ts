/**
 * What has to follow an effect, as a row with a due time written in the commit that makes it necessary, so that a
 * crash right after it loses nothing. Whoever does it takes the row away in the commit that sends it: once.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'

/**
 * `compensate`: take back what went further than was decided. `collect`: start collecting evidence beside an
 * isolation. `see-collected`: a collection was sent, and somebody has to hear how it ended.
 */
export type FollowUpKind = 'compensate' | 'collect' | 'see-collected'

export type FollowUp = {
  readonly tenant: string
  /** The call whose effect it follows; of `see-collected` the collection itself. */
  readonly call: string
  readonly kind: FollowUpKind
  readonly dueAtMs: InstantMs
}

export type FollowUpStore = {
  /** Of one kind, of all tenants, due at an instant and not since long before it, the oldest first. */
  readonly due: (
    kind: FollowUpKind,
    sinceMs: InstantMs,
    nowMs: InstantMs,
    limit: number,
  ) => Promise<readonly FollowUp[]>
  readonly put: (tx: Tx, followUp: FollowUp) => Promise<void>
  /** Takes it away; false when it is not there, because somebody else was faster. */
  readonly take: (tx: Tx, followed: Pick<FollowUp, 'tenant' | 'call' | 'kind'>) => Promise<boolean>
}

/** The node that made it necessary is at it; another one leaves it so long. */
export const FOLLOW_UP_AFTER_MS = 10_000
/** By then people were paged and have acted; nothing is taken back behind their backs. */
export const FOLLOW_UP_UNTIL_MS = 3_600_000
