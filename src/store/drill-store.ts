/** When inverses were last exercised (port `DrillStore`). */
import type { DrillStore } from '../catalogue/ports.ts'
import type { Access } from './transaction.ts'

export function createDrillStore(access: Access): DrillStore {
  return {
    list: async (tenant) => {
      const rows = await access
        .read(tenant)
        .selectFrom('tool_drill')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('upstream')
        .orderBy('name')
        .execute()
      return rows.map(({ upstream, name, call, undo, entry_digest, at_ms }) => ({
        tenant,
        upstream,
        name,
        entryDigest: entry_digest,
        call,
        undo,
        atMs: at_ms,
      }))
    },
    put: async (tx, drill) => {
      const { tenant, db } = access.openFor(tx, drill.tenant)
      const { upstream, name, call, undo } = drill
      const values = { entry_digest: drill.entryDigest, call, undo, at_ms: drill.atMs }
      await db
        .insertInto('tool_drill')
        .values({ tenant, upstream, name, ...values })
        .onConflict((conflict) =>
          conflict.columns(['tenant', 'upstream', 'name']).doUpdateSet(values),
        )
        .execute()
    },
  }
}
