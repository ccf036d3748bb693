/**
 * Counted limits (port `BudgetStore`). A window starts with the first unit taken in it and is over `windowMs`
 * later; the next taker starts a new one.
 */
import { sql } from 'kysely'
import type { BudgetStore } from '../facts/ports.ts'
import { Failure } from '../kernel/failure.ts'
import type { Access } from './transaction.ts'

export function createBudgetStore(access: Access): BudgetStore {
  return {
    take: async (tx, key, amount, limit, windowMs, nowMs) => {
      if (!Number.isSafeInteger(amount) || amount < 0) {
        throw new Failure('internal', 'a budget is taken in whole units')
      }
      if (amount > limit) return false
      const { tenant, db } = access.open(tx)
      await db
        .insertInto('budget')
        .values({ tenant, key, window_started_ms: nowMs, used: 0 })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const isOver = windowMs > 0 ? sql`window_started_ms <= ${nowMs - windowMs}` : sql`1 = 0`
      const used = sql<number>`case when ${isOver} then 0 else used end`
      // Check and change are one statement under the row's lock: of two takers of the last unit one matches.
      const taken = await db
        .updateTable('budget')
        .set({
          used: sql<number>`${used} + ${amount}`,
          window_started_ms: sql<number>`case when ${isOver} then ${nowMs} else window_started_ms end`,
        })
        .where('tenant', '=', tenant)
        .where('key', '=', key)
        .where(sql<boolean>`${used} + ${amount} <= ${limit}`)
        .executeTakeFirst()
      return taken.numUpdatedRows === 1n
    },
    used: async (tenant, key, windowMs, nowMs) => {
      const found = await access
        .read(tenant)
        .selectFrom('budget')
        .select(['window_started_ms', 'used'])
        .where('tenant', '=', tenant)
        .where('key', '=', key)
        .executeTakeFirst()
      if (found === undefined) return 0
      const isOver = windowMs > 0 && found.window_started_ms <= nowMs - windowMs
      return isOver ? 0 : found.used
    },
  }
}
