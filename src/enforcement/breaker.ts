/**
 * Stops asking a tool server that does not answer. After so many failures in a row nothing is sent to it for a
 * while; then one call finds out whether it is back. A call that is not sent is refused before anything is
 * dispatched, so it leaves no outcome nobody knows. Of one node and in memory: whether a server answers is a fact
 * about the way there, and a restart asks again.
 */
import type { Clock } from '../kernel/clock.ts'

/** One bad minute of a busy server is not enough, an agent in a loop against a dead one is. */
const FAILURES_IN_A_ROW = 8
const REST_MS = 30_000

export type Breaker = {
  /** Whether a call may go there now. After a rest the first one asked about may, the others wait for it. */
  readonly lets: (upstream: string) => boolean
  /** How a call went: whether the server answered, were it with an error. */
  readonly saw: (upstream: string, isAnswer: boolean) => void
}

type Line = { failures: number; closedUntilMs: number }

export function createBreaker(clock: Clock): Breaker {
  const lines = new Map<string, Line>()
  return {
    lets: (upstream) => {
      const line = lines.get(upstream)
      if (line === undefined || line.failures < FAILURES_IN_A_ROW) return true
      const nowMs = clock.nowMs()
      if (nowMs < line.closedUntilMs) return false
      line.closedUntilMs = nowMs + REST_MS
      return true
    },
    saw: (upstream, isAnswer) => {
      if (isAnswer) {
        lines.delete(upstream)
        return
      }
      const failures = (lines.get(upstream)?.failures ?? 0) + 1
      lines.set(upstream, { failures, closedUntilMs: clock.nowMs() + REST_MS })
    },
  }
}
