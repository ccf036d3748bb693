/**
 * A driver for reads that says in our words when the database is away: whoever asked hears a code and a next step, and
 * not the name of a socket. Everything else passes as it is. Not for transactions: the sequencer reads the database's
 * own errors to find out what became of a commit.
 */
import type { DatabaseConnection, Driver } from 'kysely'
import { Failure } from '../kernel/failure.ts'

export function namingDriver(driver: Driver, isAway: (error: unknown) => boolean): Driver {
  const behind = new WeakMap<DatabaseConnection, DatabaseConnection>()
  const named = async <T>(asked: Promise<T>): Promise<T> => {
    try {
      return await asked
    } catch (cause) {
      if (!isAway(cause)) throw cause
      throw new Failure('ledger_unwritable', 'the database cannot be reached', { cause })
    }
  }
  const inner = (connection: DatabaseConnection) => behind.get(connection) ?? connection
  return {
    init: (options) => driver.init(options),
    acquireConnection: async (options) => {
      const real = await named(driver.acquireConnection(options))
      const connection: DatabaseConnection = {
        executeQuery: (query, how) => named(real.executeQuery(query, how)),
        streamQuery: (query, chunk, how) => real.streamQuery(query, chunk, how),
      }
      behind.set(connection, real)
      return connection
    },
    beginTransaction: (connection, settings) =>
      driver.beginTransaction(inner(connection), settings),
    commitTransaction: (connection) => driver.commitTransaction(inner(connection)),
    rollbackTransaction: (connection) => driver.rollbackTransaction(inner(connection)),
    releaseConnection: (connection, options) =>
      driver.releaseConnection(inner(connection), options),
    destroy: (options) => driver.destroy(options),
  }
}
