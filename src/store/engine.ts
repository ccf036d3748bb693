/**
 * What differs between SQLite and PostgreSQL, and nothing else may: how connections are opened and checked,
 * how a transaction begins, how rows are locked, and what an error of the database means. Everything else in
 * store/ is written once against this.
 */
import type { CompiledQuery, Kysely, QueryResult, RawBuilder } from 'kysely'
import type { KnownRevisions } from './known-revisions.ts'
import type { DB } from './schema.ts'

/**
 * What a database error means to the sequencer: `retry` lost a race and may be run again; `busy` waited for a
 * lock longer than anybody should; `refused` broke a uniqueness rule; `unwritable` means the database cannot take writes now; `fatal` means it is unknown what
 * reached the disk, so this node may not write again until it was restarted.
 */
export type ErrorMeaning = 'retry' | 'busy' | 'refused' | 'unwritable' | 'fatal' | 'other'

export type Engine = {
  readonly name: 'sqlite' | 'postgres'
  /** For transactions of the tenant. The one place that maps a tenant to its database. */
  readonly writer: (tenant: string) => Kysely<DB>
  /** Holds a writing connection of the tenant while `work` runs on it; `work` begins and ends the transaction. */
  readonly hold: <T>(tenant: string, work: (db: Kysely<DB>) => Promise<T>) => Promise<T>
  /**
   * Runs a compiled statement without a turn of the event loop, where the database is in this process: there the
   * builder's way to its driver costs more than the statement. Undefined when `db` is neither the reader nor a
   * connection that is held, and on an engine where each statement is a round trip anyway.
   */
  readonly atOnce: <R>(db: Kysely<DB>, query: CompiledQuery<R>) => QueryResult<R> | undefined
  /** For reads outside transactions; sees at least the last commit of this node. */
  readonly reader: (tenant: string) => Kysely<DB>
  /** For the few lookups that find the tenant (a workload's subject, a token), and for start checks. */
  readonly directory: () => Kysely<DB>
  /** For changes of the schema. */
  readonly migrator: () => Kysely<DB>
  /** Statement that opens a durable transaction. */
  readonly begin: string
  /** Statements that keep what the last savepoint covered and open the next; few, as each is a round trip. */
  readonly nextSavepoint: readonly string[]
  /** Ends a select so that its rows stay as they are until the transaction ends; empty where one writes. */
  readonly forUpdate: RawBuilder<unknown>
  readonly forShare: RawBuilder<unknown>
  readonly columnTypes: { readonly text: string; readonly integer: string; readonly blob: string }
  /** Ends a `create table`. */
  readonly tableOptions: (hasBytes: boolean) => RawBuilder<unknown>
  /** Statements that make `log_entry` refuse update and delete, as an extra guard. */
  readonly appendOnlyGuard: readonly string[]
  readonly meaningOf: (error: unknown) => ErrorMeaning
  /** Throws `store_not_durable` when the database is set to lose acknowledged writes. */
  readonly checkDurable: () => Promise<void>
  /**
   * Whether other nodes write to the same database. Then a data directory without a witness is a new node's;
   * otherwise it is a witness that somebody removed.
   */
  readonly isShared: boolean
  /** What this process knows of revisions; undefined where others raise them, too. */
  readonly knownRevisions: KnownRevisions | undefined
  /** How far this node's clock is ahead of the database's, in milliseconds. */
  readonly skewMs: (nowMs: number) => Promise<number>
  readonly close: () => Promise<void>
}
