/**
 * Counted limits (port `BudgetStore`). A window starts with the first unit taken in it and is over `windowMs`
 * later; the next taker starts a new one.
 */
import { sql } from 'kysely'
import type { BudgetStore } from '../facts/ports.ts'
import { Failure } from '../kernel/failure.ts'
import type { Engine } from './engine.ts'
import { prepare } from './prepared.ts'
import type { Access } from './transaction.ts'

export function createBudgetStore(access: Access): BudgetStore {
  const spend = spendOf(access.engine)
  return {
    take: async (tx, key, amount, limit, windowMs, nowMs) => {
      if (!Number.isSafeInteger(amount) || amount < 0) {
        throw new Failure('internal', 'a budget is taken in whole units')
      }
      if (amount > limit) return false
      const { tenant, db } = access.open(tx)
      const endedBefore = windowMs > 0 ? nowMs - windowMs : NEVER_MS
      const taken = await spend(db, { tenant, key, amount, limit, nowMs, endedBefore })
      return taken.numAffectedRows === 1n
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

/** Before every instant: a window without a length is never over. */
const NEVER_MS = -1

type Spending = {
  readonly tenant: string
  readonly key: string
  readonly amount: number
  readonly limit: number
  readonly nowMs: number
  /** A window that started at this instant or before is over. */
  readonly endedBefore: number
}

/** Check and change are one statement under the row's lock: of two takers of the last unit one changes a row. */
function spendOf(engine: Engine) {
  return prepare(engine, (db, at: Spending) => {
    const isOver = sql`budget.window_started_ms <= ${at.endedBefore}`
    const spent = sql<number>`case when ${isOver} then 0 else budget.used end + ${at.amount}`
    const started = sql<number>`case when ${isOver} then ${at.nowMs} else budget.window_started_ms end`
    return db
      .insertInto('budget')
      .values({
        tenant: at.tenant,
        key: at.key,
        window_started_ms: at.nowMs,
        used: at.amount,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['tenant', 'key'])
          .doUpdateSet({ used: spent, window_started_ms: started })
          .where(sql<boolean>`${spent} <= ${at.limit}`),
      )
  })
}
