/** The statements of an append (append-log.ts), which every commit runs. */
import { perEngine, prepare, prepareInsert, prepareList } from './prepared.ts'
import type { DB } from './schema.ts'

type OfTenant = { readonly tenant: string }
type HeadChange = Pick<DB['log_head'], 'tenant' | 'size' | 'root' | 'frontier'>

export const logStatements = perEngine((engine) => ({
  /** Locks the head until the transaction ends. */
  lockHead: prepare(engine, (db, at: OfTenant) =>
    db
      .selectFrom('log_head')
      .select('frontier')
      .where('tenant', '=', at.tenant)
      .modifyEnd(engine.forUpdate),
  ),
  moveHead: prepare(engine, (db, at: HeadChange) =>
    db
      .updateTable('log_head')
      .set({ size: at.size, root: at.root, frontier: at.frontier })
      .where('tenant', '=', at.tenant),
  ),
  insertEntries: prepareInsert(engine, 'log_entry'),
  caseHeads: prepareList(engine, (db, cases: readonly { readonly id: string }[], at: OfTenant) =>
    db
      .selectFrom('case_head')
      .select(['case_id', 'seq', 'leaf_hash'])
      .where('tenant', '=', at.tenant)
      .where(
        'case_id',
        'in',
        cases.map(({ id }) => id),
      ),
  ),
  putCaseHeads: prepareList(engine, (db, heads: readonly DB['case_head'][]) =>
    db
      .insertInto('case_head')
      .values(
        heads.map(({ tenant, case_id, seq, leaf_hash }) => ({ tenant, case_id, seq, leaf_hash })),
      )
      .onConflict((conflict) =>
        conflict.columns(['tenant', 'case_id']).doUpdateSet((row) => ({
          seq: row.ref('excluded.seq'),
          leaf_hash: row.ref('excluded.leaf_hash'),
        })),
      ),
  ),
}))
