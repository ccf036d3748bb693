/** Marks of suspicion (port `SuspectStore`). */
import type { SuspectStore } from '../approval/suspect.ts'
import { raiseRevision } from './revision-store.ts'
import type { Access } from './transaction.ts'

export function createSuspectStore(access: Access): SuspectStore {
  return {
    suspectsOf: async (tenant, caseId) => {
      const rows = await access
        .read(tenant)
        .selectFrom('suspect')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('case_id', '=', caseId)
        .orderBy('person')
        .execute()
      return rows.map((row) => ({
        tenant: row.tenant,
        caseId: row.case_id,
        person: row.person,
        markedBy: row.marked_by,
        markedAtMs: row.marked_at_ms,
      }))
    },
    mark: async (tx, { tenant, caseId, person, markedBy, markedAtMs }) => {
      const open = access.openFor(tx, tenant)
      const marked = await open.db
        .insertInto('suspect')
        .values({
          tenant,
          case_id: caseId,
          person,
          marked_by: markedBy,
          marked_at_ms: markedAtMs,
        })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      await raiseRevision(open, `person/${person}`)
      return marked.numInsertedOrUpdatedRows === 1n
    },
    clear: async (tx, tenant, caseId, person) => {
      const open = access.openFor(tx, tenant)
      const cleared = await open.db
        .deleteFrom('suspect')
        .where('tenant', '=', tenant)
        .where('case_id', '=', caseId)
        .where('person', '=', person)
        .executeTakeFirst()
      await raiseRevision(open, `person/${person}`)
      return cleared.numDeletedRows === 1n
    },
  }
}
