/**
 * One message of one notice on one channel. It is sent at least once: a node that dies between sending and
 * saying so leaves a claim that runs out, and the next node sends again under the same id, by which the
 * receiver can tell.
 */
import type { InstantMs } from '../kernel/clock.ts'

/** `dead`: given up after the last attempt. `dropped`: no longer worth sending, such as a question answered. */
export type DeliveryState = 'due' | 'sent' | 'dead' | 'dropped'

export type Delivery = {
  readonly tenant: string
  /** The idempotency key of every attempt. */
  readonly id: string
  readonly notice: string
  readonly channel: string
  /** Whose address it goes to; absent on a channel that many read. */
  readonly person?: string
  readonly state: DeliveryState
  /** Attempts begun. */
  readonly attempts: number
  readonly dueAtMs: InstantMs
  /** Node that is sending it now. */
  readonly claimedBy?: string
  readonly claimedUntilMs?: InstantMs
  /** Failure code of the last attempt, or why it was dropped. */
  readonly error?: string
  readonly createdAtMs: InstantMs
  readonly settledAtMs?: InstantMs
}

/**
 * What is waited after each failed attempt. The first three lie within the two minutes after which somebody
 * else is paged; the last ones outlast the restart of a mail server. Eight attempts in 55 minutes.
 */
const PAUSES_MS = [5_000, 15_000, 45_000, 120_000, 300_000, 900_000, 1_800_000] as const

/** When the next attempt is due after `attempts` failed ones; undefined when it is given up. */
export function nextAttemptAt(attempts: number, nowMs: InstantMs): InstantMs | undefined {
  const pauseMs = PAUSES_MS[attempts - 1]
  return pauseMs === undefined ? undefined : nowMs + pauseMs
}
