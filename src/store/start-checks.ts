/**
 * Before anything is served: is this store the one that gave the last receipts? Every log is compared with
 * its witness, whatever size the two have.
 */
import { sql } from 'kysely'
import { Failure } from '../kernel/failure.ts'
import { equalBytes, parseFrontier, rootOf } from '../ledger/merkle.ts'
import { joinHashTile } from '../ledger/tile.ts'
import { openTree, treeRoot } from '../ledger/tree-reader.ts'
import { tileHashes } from './complete-tiles.ts'
import type { Engine } from './engine.ts'
import type { Witness, Witnessed } from './witness.ts'

type StoredHead = Witnessed & { readonly frontier: Uint8Array }

/**
 * Throws `store_behind_witness` when acknowledged entries are missing, `store_forked` when the acknowledged
 * ones are others or the witness was removed, `ledger_head_wrong` when the head does not fit the entries.
 */
export async function checkAgainstWitness(engine: Engine, witness: Witness): Promise<void> {
  const stored = await engine.directory().selectFrom('log_head').select('tenant').execute()
  const tenants = new Set([...stored.map((row) => row.tenant), ...(await witness.tenants())])
  for (const tenant of [...tenants].sort()) {
    const head = await storedHead(engine, tenant)
    const witnessed = await witness.read(tenant)
    if (witnessed !== undefined) await compare(engine, tenant, head, witnessed)
    else if (engine.isShared || head === undefined) await adopt(witness, tenant, head)
    else throw new Failure('store_forked', `the witness of ${tenant} was removed`)
    if (head !== undefined) await checkHead(engine, tenant, head)
  }
}

/**
 * Read under its lock. A database server may still be committing what a killed node sent last; whoever gets
 * the head knows that this is over, and start-up then sees everything that node left.
 */
async function storedHead(engine: Engine, tenant: string): Promise<StoredHead | undefined> {
  return engine
    .writer(tenant)
    .connection()
    .execute(async (db) => {
      await sql.raw(engine.begin).execute(db)
      try {
        return await db
          .selectFrom('log_head')
          .select(['size', 'root', 'frontier'])
          .where('tenant', '=', tenant)
          .modifyEnd(engine.forUpdate)
          .executeTakeFirst()
      } catch (cause) {
        if (engine.meaningOf(cause) !== 'busy') throw cause
        throw new Failure('store_busy', `another node holds the log of ${tenant}`, { cause })
      } finally {
        await sql`rollback`.execute(db)
      }
    })
}

async function compare(
  engine: Engine,
  tenant: string,
  head: StoredHead | undefined,
  witnessed: Witnessed,
): Promise<void> {
  const size = head?.size ?? 0
  if (size < witnessed.size) {
    throw new Failure(
      'store_behind_witness',
      `${tenant} has ${size} entries, ${witnessed.size} were acknowledged`,
    )
  }
  const root = await rootAt(engine, tenant, witnessed.size)
  const isSame = equalBytes(root, witnessed.root)
  const isHeadSame =
    size !== witnessed.size || head === undefined || equalBytes(head.root, witnessed.root)
  if (!isSame || !isHeadSame) {
    throw new Failure('store_forked', `${tenant} has another root at ${witnessed.size} entries`)
  }
}

/** A new node of a shared database starts its own witness at what it finds. */
async function adopt(
  witness: Witness,
  tenant: string,
  head: StoredHead | undefined,
): Promise<void> {
  if (head !== undefined && head.size > 0) await witness.record(tenant, head)
}

async function checkHead(engine: Engine, tenant: string, head: StoredHead): Promise<void> {
  const frontier = parseFrontier(head.frontier)
  const root = await rootAt(engine, tenant, head.size)
  if (
    frontier.size !== head.size ||
    !equalBytes(rootOf(frontier), head.root) ||
    !equalBytes(root, head.root)
  ) {
    throw new Failure('ledger_head_wrong', `the head of ${tenant} does not follow from its entries`)
  }
}

/** The root over the first `size` leaf hashes, from at most one tile per level. */
async function rootAt(engine: Engine, tenant: string, size: number): Promise<Uint8Array> {
  const db = engine.reader(tenant)
  const tree = openTree(size, async (level, index, width) => {
    const hashes = await tileHashes(db, tenant, level, index, width)
    if (hashes.length === width) return joinHashTile(hashes)
    throw new Failure('ledger_head_wrong', `entries of ${tenant} below its head are missing`)
  })
  return treeRoot(tree)
}
