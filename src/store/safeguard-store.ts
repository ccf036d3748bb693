/** What stands before evidence may be destroyed (port `SafeguardStore`). Who can change it can lift that gate. */
import type { Safeguard, SafeguardStore } from '../evidence/safeguard.ts'
import type { Access } from './transaction.ts'

export function createSafeguardStore(access: Access): SafeguardStore {
  return {
    ofCase: async (tenant, caseId) => {
      const rows = await access
        .read(tenant)
        .selectFrom('safeguard')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('case_id', '=', caseId)
        .orderBy('at_ms')
        .execute()
      return rows.map((row) => ({
        tenant,
        caseId,
        kind: row.kind as Safeguard['kind'],
        target: { kind: row.target_kind, id: row.target_id },
        by: row.made_by as Safeguard['by'],
        ref: row.ref,
        atMs: row.at_ms,
        untilMs: row.until_ms,
      }))
    },
    put: async (tx, made) => {
      const { tenant, db } = access.openFor(tx, made.tenant)
      const values = { made_by: made.by, ref: made.ref, at_ms: made.atMs, until_ms: made.untilMs }
      await db
        .insertInto('safeguard')
        .values({
          tenant,
          case_id: made.caseId,
          kind: made.kind,
          target_kind: made.target.kind,
          target_id: made.target.id.toLowerCase(),
          ...values,
        })
        .onConflict((conflict) =>
          conflict
            .columns(['tenant', 'case_id', 'kind', 'target_kind', 'target_id'])
            .doUpdateSet(values),
        )
        .execute()
    },
  }
}
