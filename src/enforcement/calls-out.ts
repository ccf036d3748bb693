/**
 * Calls that are being dispatched or wait for their outcome. A gateway that stops lets them come home, because each
 * one it cuts is of unknown outcome; calls that still wait for a person are on record and are not waited for.
 */
import { Failure } from '../kernel/failure.ts'

export type CallsOut = {
  /** Counts a call for as long as the work takes. Throws `store_busy` once a stop began: nothing was sent. */
  readonly during: <T>(work: () => Promise<T>) => Promise<T>
  readonly count: () => number
  /** From now on no call goes out. Resolves when none is out. */
  readonly stop: () => Promise<void>
}

export function createCallsOut(): CallsOut {
  let out = 0
  let isStopping = false
  const home = Promise.withResolvers<void>()
  const settle = () => {
    if (isStopping && out === 0) home.resolve()
  }
  return {
    count: () => out,
    during: async (work) => {
      if (isStopping) throw new Failure('store_busy', 'the gateway is stopping')
      out++
      try {
        return await work()
      } finally {
        out--
        settle()
      }
    },
    stop: () => {
      isStopping = true
      settle()
      return home.promise
    },
  }
}
