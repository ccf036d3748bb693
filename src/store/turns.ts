/**
 * Whose turn it is on the one connection that writes. A transaction holds it from begin to commit, with other calls
 * running in between; whatever else writes waits in the order it came. While nobody holds it no transaction is open.
 */
import type { Driver } from 'kysely'

export type Turns = {
  readonly isTaken: () => boolean
  /** Undefined when the turn is free, and then it is the caller's at once. Each enter has its leave. */
  readonly enter: () => Promise<void> | undefined
  readonly leave: () => void
}

export function createTurns(): Turns {
  let isTaken = false
  const waiting: (() => void)[] = []
  return {
    isTaken: () => isTaken,
    enter: () => {
      if (isTaken) return new Promise((resolve) => waiting.push(resolve))
      isTaken = true
      return undefined
    },
    leave: () => {
      const next = waiting.shift()
      // Handed on and not set free, so that nobody who comes now is before those who wait.
      if (next === undefined) isTaken = false
      else next()
    },
  }
}

/** A driver whose connection is handed out in turns. */
export function takingTurns(driver: Driver, turns: Turns): Driver {
  return {
    init: (options) => driver.init(options),
    acquireConnection: async (options) => {
      await turns.enter()
      try {
        return await driver.acquireConnection(options)
      } catch (error) {
        turns.leave()
        throw error
      }
    },
    releaseConnection: async (connection, options) => {
      try {
        await driver.releaseConnection(connection, options)
      } finally {
        turns.leave()
      }
    },
    beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
    commitTransaction: (connection) => driver.commitTransaction(connection),
    rollbackTransaction: (connection) => driver.rollbackTransaction(connection),
    destroy: (options) => driver.destroy(options),
  }
}
