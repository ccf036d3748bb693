/**
 * The commit port: works queue per tenant, and whoever waits when a transaction ends forms the next batch.
 * Nobody waits for company: an idle store commits a single work at once, a busy one shares one fsync among
 * many.
 */
import type { Commit, Committed, Work } from '../kernel/commit.ts'
import { Failure } from '../kernel/failure.ts'
import { AppendRefused } from './append-log.ts'
import { committedOf } from './committed.ts'
import type { ErrorMeaning } from './engine.ts'
import type { BatchContext, BatchResult } from './run-batch.ts'
import { CommitFailed, runBatch } from './run-batch.ts'
import { wasCommitted } from './unclear-commit.ts'
import type { Witness } from './witness.ts'

/** Larger batches gain nothing measurable, and one more would keep the callers of this one waiting. */
const MAX_BATCH = 256
/** Four full batches: beyond that callers would wait longer than they are ready to. */
const MAX_QUEUED = 1024
/** Lost races are rare and one of the racers always wins; a fifth loss in a row means overload. */
const MAX_ATTEMPTS = 5

export type GroupCommit = {
  readonly commit: Commit
  /** Refuses new works and resolves when the running ones are settled. */
  readonly close: () => Promise<void>
}

export type GroupCommitParts = BatchContext & {
  readonly witness: Witness
  /** Told after each commit of this node, when it is durable. Must not throw. */
  readonly committed: (tenant: string, size: number) => void
}

type Job = {
  readonly work: Work<unknown>
  readonly resolve: (committed: Committed<unknown>) => void
  readonly reject: (error: unknown) => void
}

type Lane = { readonly tenant: string; queue: Job[]; running: Promise<void> | undefined }

export function createGroupCommit(parts: GroupCommitParts): GroupCommit {
  const lanes = new Map<string, Lane>()
  let isClosed = false

  const enqueue = (tenant: string, job: Job): void => {
    parts.transactions.mustBeOutside()
    if (isClosed) throw new Failure('ledger_unwritable', 'the store is closed')
    const lane = lanes.get(tenant) ?? { tenant, queue: [], running: undefined }
    lanes.set(tenant, lane)
    if (lane.queue.length >= MAX_QUEUED) {
      throw new Failure('store_busy', `${MAX_QUEUED} works wait already`)
    }
    lane.queue.push(job)
    lane.running ??= runLane(parts, lane)
  }
  const commit = (tenant: string, work: Work<unknown>) =>
    new Promise<Committed<unknown>>((resolve, reject) => enqueue(tenant, { work, resolve, reject }))
  return {
    // The queue forgets the type of each value; every job is answered with its own work's value.
    commit: commit as Commit,
    close: async () => {
      isClosed = true
      await Promise.all([...lanes.values()].map((lane) => lane.running))
    },
  }
}

async function runLane(parts: GroupCommitParts, lane: Lane): Promise<void> {
  // Works of the same turn of the event loop share the first batch.
  await Promise.resolve()
  while (lane.queue.length > 0) {
    await settleBatch(parts, lane.tenant, lane.queue.splice(0, MAX_BATCH))
  }
  lane.running = undefined
}

/** Settles every job, whatever happens. */
async function settleBatch(
  parts: GroupCommitParts,
  tenant: string,
  jobs: readonly Job[],
): Promise<void> {
  let waiting = jobs
  try {
    for (let attempt = 1; waiting.length > 0; attempt++) {
      const stopped = parts.transactions.stopped()
      if (stopped !== undefined) throw stopped
      waiting = await attemptBatch(parts, tenant, waiting, attempt)
    }
  } catch (error) {
    for (const job of waiting) job.reject(error)
  }
}

/** Answers the jobs to run again. Throws what all jobs are to be rejected with. */
async function attemptBatch(
  parts: GroupCommitParts,
  tenant: string,
  jobs: readonly Job[],
  attempt: number,
): Promise<readonly Job[]> {
  let result: BatchResult
  try {
    const acknowledged = await parts.witness.prepare(tenant)
    const works = jobs.map((job) => job.work)
    result = await runBatch(parts, tenant, works, acknowledged).catch((error) =>
      resolveCommit(parts, tenant, error),
    )
  } catch (error) {
    if (error instanceof AppendRefused) {
      jobs[error.position]?.reject(error.reason)
      return jobs.filter((_, position) => position !== error.position)
    }
    const meaning = parts.transactions.engine.meaningOf(error)
    if (meaning === 'retry' && attempt < MAX_ATTEMPTS) return jobs
    if (meaning === 'refused' && jobs.length > 1) return oneByOne(parts, tenant, jobs)
    throw batchFailure(parts, meaning, error)
  }
  await acknowledge(parts, tenant, result)
  for (const [position, ran] of result.ran.entries()) {
    if (ran.kind === 'failed') jobs[position]?.reject(ran.error)
    else jobs[position]?.resolve(committedOf(tenant, ran))
  }
  return []
}

/** Turns an unclear commit into a result or into the error it failed with; throws on what is no commit. */
async function resolveCommit(
  parts: GroupCommitParts,
  tenant: string,
  error: unknown,
): Promise<BatchResult> {
  if (!(error instanceof CommitFailed)) throw error
  const { engine } = parts.transactions
  if (engine.meaningOf(error.cause) === 'fatal') throw error.cause
  const isThere = await wasCommitted(engine, tenant, error.entryId)
  if (isThere === true) return error.result
  if (isThere === false) throw error.cause
  // Without a receipt nobody acts on it; if it is there, start-up reconciles it like any other crash.
  throw new Failure('ledger_unwritable', 'the database went away while committing', {
    cause: error.cause,
  })
}

/** The entries of one of them collide with what is stored; alone, each is answered for itself. */
async function oneByOne(
  parts: GroupCommitParts,
  tenant: string,
  jobs: readonly Job[],
): Promise<readonly Job[]> {
  for (const job of jobs) await settleBatch(parts, tenant, [job])
  return []
}

function batchFailure(parts: GroupCommitParts, meaning: ErrorMeaning, cause: unknown): Failure {
  if (cause instanceof Failure) {
    // Reads would answer from a log that is not ours any more, so they end as well.
    if (cause.code === 'store_behind_witness') parts.transactions.stop(cause)
    return cause
  }
  if (meaning === 'refused') return new Failure('conflict', 'an entry of this id exists', { cause })
  if (meaning === 'retry' || meaning === 'busy') {
    return new Failure('store_busy', 'other nodes held the log too long', { cause })
  }
  const failure = new Failure('ledger_unwritable', 'the store could not be written', { cause })
  if (meaning === 'fatal') parts.transactions.stop(failure)
  return failure
}

/** After this the batch is true. If the witness fails, this node gives no receipt until it is restarted. */
async function acknowledge(
  parts: GroupCommitParts,
  tenant: string,
  { head }: BatchResult,
): Promise<void> {
  if (head === undefined) return
  try {
    parts.at('commit:after-db-commit')
    await parts.witness.record(tenant, head)
    parts.at('commit:after-witness')
  } catch (cause) {
    const failure = new Failure('ledger_unwritable', 'the witness could not be written', { cause })
    parts.transactions.stop(failure)
    throw failure
  }
  parts.committed(tenant, head.size)
}
