/**
 * Opening the store: the one way into everything SQL. In this order: the data directory's lock, the database,
 * its durability settings, its schema, the comparison with the rollback witness; only then the ports.
 */
import { join } from 'node:path'
import type { Clock } from '../kernel/clock.ts'
import type { Commit } from '../kernel/commit.ts'
import type { Receipt } from '../kernel/entry.ts'
import type { Randomness } from '../kernel/ids.ts'
import type { BrokeredLeaseStore } from '../lease/brokered.ts'
import type { SecretStore } from '../lease/secrets.ts'
import type { KeyWrap, LedgerReader, PayloadStore } from '../ledger/ports.ts'
import { createBrokeredLeaseStore } from './brokered-lease-store.ts'
import { type Changes, createChanges } from './changes.ts'
import { lockDirectory } from './directory-lock.ts'
import type { Engine } from './engine.ts'
import { createGroupCommit } from './group-commit.ts'
import { createLedgerReader } from './ledger-reader.ts'
import { migrate } from './migrations.ts'
import { createPayloadStore } from './payload-store.ts'
import { openPostgresEngine } from './postgres-engine.ts'
import { createRecords, type Records } from './records.ts'
import type { CommitLabel } from './run-batch.ts'
import { createSealing } from './seal-payloads.ts'
import { createSecretStore } from './secret-store.ts'
import { openSqliteEngine } from './sqlite-engine.ts'
import { checkAgainstWitness } from './start-checks.ts'
import { createTransactions } from './transaction.ts'
import { openWitness, type Witness } from './witness.ts'

/** `dataDir` holds this node's lock and witness, and the database itself when it is SQLite. */
export type EngineChoice =
  | { readonly kind: 'sqlite'; readonly dataDir: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly dataDir: string }

export type StoreOptions = {
  readonly engine: EngineChoice
  readonly clock: Clock
  readonly random: Randomness
  readonly keyWrap: KeyWrap
  /** Directory of the rollback witness; better on another disk than the database. Default `<dataDir>/witness`. */
  readonly witnessPath?: string
  /** Called at labelled points of each commit, for crash tests. A throw there is a failure at that point. */
  readonly at?: (label: CommitLabel) => void
}

export type Store = Records & {
  readonly commit: Commit
  readonly ledger: LedgerReader
  readonly payloads: PayloadStore
  readonly brokeredLeases: BrokeredLeaseStore
  readonly secrets: SecretStore
  readonly changes: Changes
  /** How far this node's clock is ahead of the database's, ms; beyond 1 s either way the node is not ready. */
  readonly skewMs: () => Promise<number>
  /** Settles what runs, then frees database and directory. Twice is once. */
  readonly close: () => Promise<void>
}

/**
 * Throws `store_locked`, `store_not_durable`, `store_schema_unknown`, `store_behind_witness`, `store_forked`,
 * `ledger_head_wrong`, `ledger_unwritable`; nothing stays open then.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir } = options.engine
  const lock = lockDirectory(dataDir)
  const undo: (() => unknown)[] = [() => lock.release()]
  try {
    const engine = openEngine(options.engine)
    undo.unshift(() => engine.close())
    await engine.checkDurable()
    await migrate(engine)
    const witness = await openWitness(options.witnessPath ?? join(dataDir, 'witness'))
    undo.unshift(() => witness.close())
    await checkAgainstWitness(engine, witness)
    return assemble(options, engine, witness, undo)
  } catch (error) {
    for (const step of undo) await step()
    throw error
  }
}

function openEngine(choice: EngineChoice): Engine {
  return choice.kind === 'sqlite'
    ? openSqliteEngine(choice.dataDir)
    : openPostgresEngine(choice.url)
}

function assemble(
  options: StoreOptions,
  engine: Engine,
  witness: Witness,
  undo: readonly (() => unknown)[],
): Store {
  const transactions = createTransactions(engine)
  const sealing = createSealing(engine, options)
  const changes = createChanges(engine)
  const groupCommit = createGroupCommit({
    transactions,
    sealing,
    witness,
    ownReceipts: new WeakSet<Receipt>(),
    at: options.at ?? (() => undefined),
    committed: (tenant, size) => changes.tell({ tenant, size }),
  })
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    changes.close()
    await groupCommit.close()
    for (const step of undo) await step()
  }
  return {
    commit: groupCommit.commit,
    ...createRecords(transactions, options.clock.nowMs),
    ledger: createLedgerReader(transactions),
    payloads: createPayloadStore(transactions, sealing),
    brokeredLeases: createBrokeredLeaseStore(transactions, options),
    secrets: createSecretStore(transactions, options),
    changes: { subscribe: changes.subscribe },
    skewMs: () => engine.skewMs(options.clock.nowMs()),
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
