/**
 * Who may touch the database, and when. Inside a work everything goes through its transaction; outside, reads
 * go through read connections. A read that forgets its transaction would wait for itself on SQLite and see
 * another state on PostgreSQL, so it fails on both.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Kysely } from 'kysely'
import type { Tx } from '../kernel/commit.ts'
import { Failure } from '../kernel/failure.ts'
import type { Engine } from './engine.ts'
import type { DB } from './schema.ts'

/** An open transaction as store/ sees it. */
export type Open = {
  readonly tenant: string
  readonly db: Kysely<DB>
  /** Keys whose revision it raised, also in works that failed. */
  readonly raised: Set<string>
}

/** What the record files work with. */
export type Access = {
  readonly engine: Engine
  /** Outside transactions, rows of one tenant. Throws `query_outside_transaction` inside a work. */
  readonly read: (tenant: string) => Kysely<DB>
  /** Outside transactions, over all tenants: only for what finds the tenant, and for the sweeper. */
  readonly readAll: () => Kysely<DB>
  /** Throws `query_outside_transaction` inside a work. */
  readonly mustBeOutside: () => void
  /** The transaction behind the brand. Throws `query_outside_transaction` when it is closed or foreign. */
  readonly open: (tx: Tx) => Open
  /** The same, when it is the transaction of this tenant; else `task_tenant_mismatch`. */
  readonly openFor: (tx: Tx, tenant: string) => Open
}

export type Transactions = Access & {
  /** Runs a work inside its own brand, which is closed when the work is done. */
  readonly run: <T>(open: Open, work: (tx: Tx) => Promise<T>) => Promise<T>
  /** From now on every read and transaction throws this. */
  readonly stop: (why: Failure) => void
  readonly stopped: () => Failure | undefined
}

// One for all stores of the process: a work may not wait for any database but its own.
const insideWork = new AsyncLocalStorage<true>()

export function createTransactions(engine: Engine): Transactions {
  const opened = new WeakMap<Tx, Open>()
  let stopReason: Failure | undefined

  const mustBeOutside = (): void => {
    if (stopReason !== undefined) throw stopReason
    if (insideWork.getStore() !== undefined) {
      throw new Failure(
        'query_outside_transaction',
        'a work asked the store beside its transaction',
      )
    }
  }
  const open = (tx: Tx): Open => {
    const found = opened.get(tx)
    if (found === undefined) {
      throw new Failure(
        'query_outside_transaction',
        'the transaction is closed or of another store',
      )
    }
    return found
  }
  return {
    engine,
    mustBeOutside,
    open,
    read: (tenant) => {
      mustBeOutside()
      return engine.reader(tenant)
    },
    readAll: () => {
      mustBeOutside()
      return engine.directory()
    },
    openFor: (tx, tenant) => {
      const found = open(tx)
      if (found.tenant === tenant) return found
      throw new Failure('task_tenant_mismatch', 'a record of another tenant was written')
    },
    run: async (of, work) => {
      const tx = Object.freeze({}) as Tx
      opened.set(tx, of)
      try {
        return await insideWork.run(true, () => work(tx))
      } finally {
        opened.delete(tx)
      }
    },
    stop: (why) => {
      stopReason ??= why
    },
    stopped: () => stopReason,
  }
}
