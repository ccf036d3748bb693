/**
 * Appending to the log, the last thing a transaction does: under the lock of the tenant's head, each draft
 * gets its index, its place in its case and its citations, becomes bytes, and joins the tree.
 */
import type { Kysely } from 'kysely'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { decodeHex, encodeHex } from '../ledger/base64.ts'
import type { Commitment } from '../ledger/commitment.ts'
import type { Placement } from '../ledger/entry.ts'
import { encodeEntry } from '../ledger/entry.ts'
import type { Frontier } from '../ledger/merkle.ts'
import {
  appendLeaf,
  EMPTY_FRONTIER,
  EMPTY_ROOT,
  equalBytes,
  frontierBytes,
  leafHash,
  parseFrontier,
  rootOf,
} from '../ledger/merkle.ts'
import type { CompletedNode } from './complete-tiles.ts'
import { completeTiles } from './complete-tiles.ts'
import type { Engine } from './engine.ts'
import { logStatements } from './log-statements.ts'
import type { DB } from './schema.ts'

/** The drafts of one work with the commitments of their payloads, which are stored already. */
export type Prepared = {
  /** Position of the work in its batch. */
  readonly position: number
  readonly drafts: readonly EntryDraft[]
  readonly commitments: readonly { readonly [name: string]: Commitment }[]
}

export type Appended = {
  /** Entries before. */
  readonly startedAt: number
  readonly size: number
  readonly root: Uint8Array
  /** Receipts of each work, in the order given. */
  readonly receipts: readonly (readonly Receipt[])[]
}

/** One work's entries may not be appended; the others of the batch are innocent. */
export class AppendRefused extends Error {
  /** Position of the work in the batch. */
  readonly position: number
  readonly reason: Failure

  constructor(position: number, reason: Failure) {
    super(reason.message, { cause: reason })
    this.position = position
    this.reason = reason
  }
}

type Row = DB['log_entry']
type CaseHead = { readonly seq: number; readonly leaf_hash: Uint8Array }
/** 100 rows of 6 columns stay far below the parameter limits (32,766 and 65,535) and few texts are prepared. */
const ROWS_PER_INSERT = 100

/** Where to append. `ownReceipts` are those this store gave out; citing one needs no look-up. */
export type Log = {
  readonly engine: Engine
  readonly tenant: string
  readonly db: Kysely<DB>
  readonly ownReceipts: WeakSet<Receipt>
}

/** Throws `AppendRefused` when a work's entries are not allowed; anything else is the database's. */
export async function appendLog(log: Log, works: readonly Prepared[]): Promise<Appended> {
  const { db, tenant } = log
  const statements = logStatements(log.engine)
  const before = await lockHead(log)
  let frontier = before
  const caseHeads = await readCaseHeads(log, works)
  const rows: Row[] = []
  const nodes: CompletedNode[] = []
  const receipts: Receipt[][] = []
  for (const work of works) {
    await checkCitedReceipts(log, work)
    const own: Receipt[] = []
    for (const [i, draft] of work.drafts.entries()) {
      const index = frontier.size
      const commitments = work.commitments[i] ?? {}
      const lastOfCase = caseHeads.get(draft.caseId ?? '')
      const bytes = refusing(work.position, () => {
        const cites = citesOf(draft, own)
        return encodeEntry(draft, {
          tenant,
          index,
          commitments,
          cites,
          caseLink: linkOf(draft, lastOfCase),
        })
      })
      const leaf = leafHash(bytes)
      const case_id = draft.caseId ?? null
      rows.push({ tenant, idx: index, id: draft.id, case_id, bytes, leaf_hash: leaf })
      own.push(receiptOf(log, draft, index, leaf))
      if (case_id !== null)
        caseHeads.set(case_id, { seq: (lastOfCase?.seq ?? -1) + 1, leaf_hash: leaf })
      frontier = appendLeaf(frontier, leaf, (level, index, hash) =>
        nodes.push({ level, index, hash }),
      )
    }
    receipts.push(own)
  }
  for (let from = 0; from < rows.length; from += ROWS_PER_INSERT) {
    await statements.insertEntries(db, rows.slice(from, from + ROWS_PER_INSERT))
  }
  await writeCaseHeads(log, caseHeads)
  await completeTiles(db, tenant, nodes)
  const root = rootOf(frontier)
  const { size } = frontier
  await statements.moveHead(db, { tenant, size, root, frontier: frontierBytes(frontier) })
  return { startedAt: before.size, size, root, receipts }
}

async function lockHead({ db, engine, tenant }: Log): Promise<Frontier> {
  const read = async () => (await logStatements(engine).lockHead(db, { tenant })).rows[0]
  const found = await read()
  if (found !== undefined) return parseFrontier(found.frontier)
  // Two nodes may start a log at once: one inserts, both then queue for the same row.
  await db
    .insertInto('log_head')
    .values({ tenant, size: 0, root: EMPTY_ROOT, frontier: frontierBytes(EMPTY_FRONTIER) })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const started = await read()
  if (started === undefined) throw new Failure('ledger_head_wrong', 'the log has no head')
  return parseFrontier(started.frontier)
}

function citesOf(draft: EntryDraft, own: readonly Receipt[]): Placement['cites'] {
  return (draft.cites ?? []).map((cite) => {
    const receipt = typeof cite === 'string' ? own.find(({ entryId }) => entryId === cite) : cite
    if (receipt === undefined) {
      throw new Failure('entry_not_allowed', 'a citation names no earlier entry of the same work')
    }
    return { id: receipt.entryId, index: receipt.index, leaf: receipt.leafHash }
  })
}

function linkOf(draft: EntryDraft, last: CaseHead | undefined): Placement['caseLink'] {
  if (draft.caseId === undefined) return undefined
  if (last === undefined) return { seq: 0 }
  return { seq: last.seq + 1, prev: encodeHex(last.leaf_hash) }
}

function refusing(position: number, encode: () => Uint8Array): Uint8Array {
  try {
    return encode()
  } catch (error) {
    if (error instanceof Failure) throw new AppendRefused(position, error)
    throw error
  }
}

function receiptOf(log: Log, draft: EntryDraft, index: number, leaf: Uint8Array): Receipt {
  const made: Receipt = Object.freeze({
    tenant: log.tenant,
    entryId: draft.id,
    type: draft.type,
    index,
    leafHash: encodeHex(leaf),
  })
  log.ownReceipts.add(made)
  return made
}

/** A receipt that this store did not give out must be what the log says, or the entry would lie. */
async function checkCitedReceipts(log: Log, work: Prepared): Promise<void> {
  const { db, tenant, ownReceipts } = log
  for (const cite of work.drafts.flatMap((draft) => draft.cites ?? [])) {
    if (typeof cite === 'string') continue
    const isOwn = ownReceipts.has(cite) && cite.tenant === tenant
    if (isOwn) continue
    const found = await db
      .selectFrom('log_entry')
      .select(['id', 'leaf_hash'])
      .where('tenant', '=', tenant)
      .where('idx', '=', cite.index)
      .executeTakeFirst()
    const leaf = decodeHex(cite.leafHash)
    const isTrue =
      cite.tenant === tenant &&
      found?.id === cite.entryId &&
      leaf !== undefined &&
      equalBytes(found.leaf_hash, leaf)
    if (!isTrue) {
      const reason = new Failure('entry_not_allowed', 'a cited receipt is not of this log')
      throw new AppendRefused(work.position, reason)
    }
  }
}

async function readCaseHeads(
  { db, engine, tenant }: Log,
  works: readonly Prepared[],
): Promise<Map<string, CaseHead>> {
  const ids = new Set(works.flatMap((work) => work.drafts.flatMap((draft) => draft.caseId ?? [])))
  if (ids.size === 0) return new Map()
  const cases = [...ids].map((id) => ({ id }))
  const found = await logStatements(engine).caseHeads(db, cases, { tenant })
  return new Map(found.rows.map((row) => [row.case_id, row]))
}

async function writeCaseHeads(
  { db, engine, tenant }: Log,
  heads: ReadonlyMap<string, CaseHead>,
): Promise<void> {
  if (heads.size === 0) return
  const rows = [...heads].map(([case_id, { seq, leaf_hash }]) => ({
    tenant,
    case_id,
    seq,
    leaf_hash,
  }))
  await logStatements(engine).putCaseHeads(db, rows, {})
}
