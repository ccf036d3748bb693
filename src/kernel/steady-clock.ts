/**
 * A clock that does not jump with its host. The host's time is followed while it moves as a counter of the same host
 * does that nobody can set. When the two part, this clock goes on by the counter: nothing ends, nothing comes back to
 * life and no window opens because somebody set a clock. It says that it is not sure, and becomes sure again by
 * itself: when the host's time returns, or when the new time has held for a while (a host that slept, a first
 * synchronisation). Pure; handed both readings.
 */
import type { Clock, InstantMs } from './clock.ts'

/** What a host knows of time. `ticksMs` counts milliseconds from anywhere and is never set. */
export type HostTime = Clock & { readonly ticksMs: () => number }

export type SteadyClock = Clock & {
  readonly state: () => ClockState
  /** What is on record already: this clock begins no earlier, as if the host's had jumped back meanwhile. */
  readonly notBefore: (atMs: InstantMs) => void
}

export type ClockState = {
  readonly isSteady: boolean
  /** How far the host's time is ahead of this clock; negative when behind. Milliseconds. */
  readonly awayMs: number
  /** How often a new time was believed, since the start. */
  readonly believed: number
}

/** What two nodes may differ by (DESIGN 7); synchronisation that slews stays far below it in a minute. */
const TOLERANCE_MS = 1_000
/** How often the host's time becomes the new point to count from, so that slow corrections never add up to a jump. */
const ANCHOR_EVERY_MS = 60_000
/** Long enough for a person who was paged to look, short enough for a shift that waits. */
export const BELIEVED_AFTER_MS = 5 * 60_000
/** The two readings belong together when the counter moved no further between them. */
const TOGETHER_MS = 50

type Reading = { readonly wallMs: number; readonly ticksMs: number }

export function createSteadyClock(host: HostTime): SteadyClock {
  let anchor = readBoth(host)
  let away: { readonly sinceTicksMs: number; readonly byMs: number } | undefined
  let believed = 0

  const look = (): { readonly nowMs: InstantMs; readonly awayMs: number } => {
    const now = readBoth(host)
    const reckonedMs = Math.round(anchor.wallMs + now.ticksMs - anchor.ticksMs)
    const awayMs = now.wallMs - reckonedMs
    if (Math.abs(awayMs) <= TOLERANCE_MS) {
      away = undefined
      if (now.ticksMs - anchor.ticksMs >= ANCHOR_EVERY_MS) anchor = now
      return { nowMs: now.wallMs, awayMs: 0 }
    }
    if (away === undefined || Math.abs(awayMs - away.byMs) > TOLERANCE_MS)
      away = { sinceTicksMs: now.ticksMs, byMs: awayMs }
    if (now.ticksMs - away.sinceTicksMs < BELIEVED_AFTER_MS) return { nowMs: reckonedMs, awayMs }
    anchor = now
    away = undefined
    believed += 1
    return { nowMs: now.wallMs, awayMs: 0 }
  }

  return {
    nowMs: () => look().nowMs,
    state: () => {
      const { awayMs } = look()
      return { isSteady: awayMs === 0, awayMs, believed }
    },
    notBefore: (atMs) => {
      const now = readBoth(host)
      if (atMs > now.wallMs) anchor = { ...now, wallMs: atMs }
    },
  }
}

/** A process that was set aside between two readings would see a jump where none is. */
function readBoth(host: HostTime): Reading {
  for (;;) {
    const ticksMs = host.ticksMs()
    const wallMs = host.nowMs()
    if (host.ticksMs() - ticksMs <= TOGETHER_MS) return { wallMs, ticksMs }
  }
}
