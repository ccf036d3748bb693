/** Waiting for a commit, bounded by an instant and by the caller's patience. A hint, never a conclusion. */
import type { Changes as Waiting } from '../enforcement/ports.ts'
import type { Clock } from '../kernel/clock.ts'

type Subscribe = (listener: (change: { readonly tenant: string }) => void) => () => void

/** A lost hint costs at most this. Milliseconds. */
const LONGEST_SLEEP_MS = 1_000

export function createWaiting(subscribe: Subscribe, clock: Clock): Waiting {
  return {
    wait: (tenant, untilMs, signal) =>
      new Promise((done) => {
        const restMs = Math.min(Math.max(0, untilMs - clock.nowMs()), LONGEST_SLEEP_MS)
        const end = () => {
          clearTimeout(timer)
          unsubscribe()
          signal?.removeEventListener('abort', end)
          done()
        }
        const timer = setTimeout(end, restMs)
        const unsubscribe = subscribe((change) => {
          if (change.tenant === tenant) end()
        })
        signal?.addEventListener('abort', end, { once: true })
        if (signal?.aborted === true) end()
      }),
  }
}
