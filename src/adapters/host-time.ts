/** The time of this host, and its counter that nobody can set (CLOCK_MONOTONIC; it stands still while a host sleeps). */
import type { HostTime } from '../kernel/steady-clock.ts'

export const hostTime: HostTime = {
  nowMs: () => Date.now(),
  ticksMs: () => performance.now(),
}
