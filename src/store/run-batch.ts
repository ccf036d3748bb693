/**
 * One database transaction for many works: each runs inside its own savepoint, their entries are appended
 * last under the head lock, then the database commits, and the witness after it. Only then is anything true.
 */
import type { Kysely } from 'kysely'
import { CompiledQuery, sql } from 'kysely'
import type { Done, Work } from '../kernel/commit.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Appended, Prepared } from './append-log.ts'
import { appendLog } from './append-log.ts'
import type { Engine } from './engine.ts'
import { execute } from './prepared.ts'
import type { DB } from './schema.ts'
import type { Sealing } from './seal-payloads.ts'
import { sealPayloads } from './seal-payloads.ts'
import type { Open, Transactions } from './transaction.ts'

/** Points at which a crash test may end the process, or throw. */
export type CommitLabel =
  | 'commit:begin'
  | 'commit:before-append'
  | 'commit:before-db-commit'
  | 'commit:after-db-commit'
  | 'commit:after-witness'

export type BatchContext = {
  readonly transactions: Transactions
  readonly sealing: Sealing
  readonly ownReceipts: WeakSet<Receipt>
  readonly at: (label: CommitLabel) => void
}

/** How a work stands once the transaction ended. */
export type Ran =
  | { readonly kind: 'done'; readonly done: Done<unknown>; readonly receipts: readonly Receipt[] }
  | { readonly kind: 'failed'; readonly error: unknown }

export type BatchResult = {
  readonly ran: readonly Ran[]
  /** Absent when every work failed, so that nothing was committed. */
  readonly head?: { readonly size: number; readonly root: Uint8Array }
}

type Tried =
  | {
      readonly kind: 'done'
      readonly done: Done<unknown>
      readonly commitments: Prepared['commitments']
    }
  | { readonly kind: 'failed'; readonly error: unknown }

const COMMIT = CompiledQuery.raw('commit')

/** The database did not take the commit, or it is unknown whether it did. */
export class CommitFailed extends Error {
  /** The first entry of the batch: it tells whether the commit happened. */
  readonly entryId: string
  /** What is true if it did. */
  readonly result: BatchResult

  constructor(entryId: string, result: BatchResult, cause: unknown) {
    super('the commit failed', { cause })
    this.entryId = entryId
    this.result = result
  }
}

/**
 * Throws, with everything rolled back, `AppendRefused`, `CommitFailed`, `store_behind_witness` when the log is
 * smaller than what was `acknowledged` of it, or whatever the database threw. A work that throws is not an
 * error of the batch unless the database itself is the reason.
 */
export async function runBatch(
  context: BatchContext,
  tenant: string,
  works: readonly Work<unknown>[],
  acknowledged: number,
): Promise<BatchResult> {
  const { engine } = context.transactions
  return engine.hold(tenant, async (db) => {
    context.at('commit:begin')
    await execute(engine, db, CompiledQuery.raw(engine.begin))
    const open = { tenant, db, raised: new Set<string>() }
    const prepared = await orRollBack(db, () => prepareBatch(context, open, works, acknowledged))
    if (prepared.appended === undefined) return { ran: prepared.tried.filter(isFailed) }
    const result = resultOf(prepared.tried, prepared.appended)
    try {
      await commitDatabase(engine, db, result)
    } finally {
      // Also when it is unknown whether the commit happened.
      engine.knownRevisions?.forget(tenant, open.raised)
    }
    return result
  })
}

async function prepareBatch(
  context: BatchContext,
  open: Open,
  works: readonly Work<unknown>[],
  acknowledged: number,
): Promise<{ readonly tried: readonly Tried[]; readonly appended?: Appended }> {
  const { engine } = context.transactions
  const tried: Tried[] = []
  for (const work of works) {
    // Alone, a work needs no savepoint: the transaction is one.
    if (works.length > 1) await openSavepoint(open, engine, tried.at(-1))
    tried.push(await tryWork(context, open, work))
    const isSpoiled = tried.at(-1)?.kind === 'failed' && works.length > 1
    if (isSpoiled) await sql`rollback to savepoint work`.execute(open.db)
  }
  const prepared = tried.flatMap((one, position) => {
    if (one.kind === 'failed') return []
    return [{ position, drafts: one.done.entries, commitments: one.commitments }]
  })
  if (prepared.length === 0) {
    await sql`rollback`.execute(open.db)
    return { tried }
  }
  context.at('commit:before-append')
  const log = { ...open, engine, ownReceipts: context.ownReceipts }
  const appended = await appendLog(log, prepared)
  // A backup restored under a running node: nothing may follow on a log that lost acknowledged entries.
  if (appended.startedAt < acknowledged) {
    const detail = `${open.tenant} shrank to ${appended.startedAt} entries, ${acknowledged} were acknowledged`
    throw new Failure('store_behind_witness', detail)
  }
  context.at('commit:before-db-commit')
  return { tried, appended }
}

/** After a rollback to it the last savepoint is still there and serves the next work. */
async function openSavepoint(open: Open, engine: Engine, last: Tried | undefined): Promise<void> {
  const statements = last === undefined ? ['savepoint work'] : engine.nextSavepoint
  if (last?.kind === 'failed') return
  for (const text of statements) await execute(engine, open.db, CompiledQuery.raw(text))
}

async function tryWork(
  { transactions, sealing }: BatchContext,
  open: Open,
  work: Work<unknown>,
): Promise<Tried> {
  try {
    const done = await transactions.run(open, work)
    checkEntries(done.entries)
    return { kind: 'done', done, commitments: await sealPayloads(sealing, open, done.entries) }
  } catch (error) {
    const meaning = transactions.engine.meaningOf(error)
    if (meaning === 'retry' || meaning === 'unwritable' || meaning === 'fatal') throw error
    return { kind: 'failed', error: workError(meaning, error) }
  }
}

/** What the caller of one work is told; the others of its batch go on. */
function workError(meaning: 'busy' | 'refused' | 'other', error: unknown): unknown {
  if (meaning === 'other') return error
  if (meaning === 'busy')
    return new Failure('store_busy', 'a record stayed locked', { cause: error })
  return new Failure('conflict', 'the record exists already', { cause: error })
}

/** What encodeEntry does not see: a work tells something, and a dispatch names its call (R5). */
function checkEntries(drafts: readonly EntryDraft[]): void {
  if (drafts.length === 0) throw new Failure('entry_not_allowed', 'a work left no entry')
  if (drafts.some((draft) => draft.type === 'tool.call.dispatched' && draft.call === undefined)) {
    throw new Failure('entry_not_allowed', 'a dispatched entry names no call')
  }
}

async function commitDatabase(engine: Engine, db: Kysely<DB>, result: BatchResult): Promise<void> {
  try {
    // PostgreSQL answers COMMIT of a broken transaction with the word ROLLBACK and no error.
    const answer = await execute<{ command?: string }>(engine, db, COMMIT)
    if (answer.rows[0]?.command === 'ROLLBACK')
      throw new Error('the database rolled the transaction back')
  } catch (cause) {
    await rollBack(db)
    const receipts = result.ran.flatMap((ran) => (ran.kind === 'done' ? ran.receipts : []))
    throw new CommitFailed(receipts[0]?.entryId ?? '', result, cause)
  }
}

async function orRollBack<T>(db: Kysely<DB>, prepare: () => Promise<T>): Promise<T> {
  try {
    return await prepare()
  } catch (error) {
    await rollBack(db)
    throw error
  }
}

/** A failing rollback means that the connection is gone or the transaction ended by itself: nothing is left. */
async function rollBack(db: Kysely<DB>): Promise<void> {
  try {
    await sql`rollback`.execute(db)
  } catch {
    return
  }
}

function isFailed(tried: Tried): tried is Tried & { kind: 'failed' } {
  return tried.kind === 'failed'
}

function resultOf(tried: readonly Tried[], appended: Appended): BatchResult {
  const receipts = appended.receipts.values()
  const ran = tried.map((one): Ran => {
    if (one.kind === 'failed') return one
    return { kind: 'done', done: one.done, receipts: receipts.next().value ?? [] }
  })
  return { ran, head: { size: appended.size, root: appended.root } }
}
