/** What has to follow an effect (port `FollowUpStore`). */
import type { FollowUpStore } from '../enforcement/follow-up.ts'
import type { Access } from './transaction.ts'

export function createFollowUpStore(access: Access): FollowUpStore {
  return {
    due: async (kind, sinceMs, nowMs, limit) => {
      const rows = await access
        .readAll()
        .selectFrom('follow_up')
        .selectAll()
        .where('kind', '=', kind)
        .where('due_at_ms', '<=', nowMs)
        .where('due_at_ms', '>', sinceMs)
        .orderBy('due_at_ms')
        .limit(limit)
        .execute()
      return rows.map(({ tenant, call, due_at_ms: dueAtMs }) => ({ tenant, call, kind, dueAtMs }))
    },
    put: async (tx, { tenant: of, call, kind, dueAtMs }) => {
      const { tenant, db } = access.openFor(tx, of)
      await db
        .insertInto('follow_up')
        .values({ tenant, call, kind, due_at_ms: dueAtMs })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    take: async (tx, { tenant: of, call, kind }) => {
      const { tenant, db } = access.openFor(tx, of)
      const { numDeletedRows } = await db
        .deleteFrom('follow_up')
        .where('tenant', '=', tenant)
        .where('call', '=', call)
        .where('kind', '=', kind)
        .executeTakeFirstOrThrow()
      return numDeletedRows === 1n
    },
  }
}
