/** Which targets were acted upon lately (port `FanOutStore`). */
import type { FanOutStore } from '../facts/ports.ts'
import type { Access } from './transaction.ts'

export function createFanOutStore(access: Access): FanOutStore {
  return {
    reach: async (tx, scope, kind, targets, sinceMs, atMs) => {
      const { tenant, db } = access.open(tx)
      for (const target of targets) {
        await db
          .insertInto('fan_out')
          .values({ tenant, scope, kind, target, at_ms: atMs })
          .onConflict((conflict) =>
            conflict.columns(['tenant', 'scope', 'kind', 'target']).doUpdateSet({ at_ms: atMs }),
          )
          .execute()
      }
      const found = await db
        .selectFrom('fan_out')
        .select((row) => row.fn.countAll<number>().as('count'))
        .where('tenant', '=', tenant)
        .where('scope', '=', scope)
        .where('kind', '=', kind)
        .where('at_ms', '>', sinceMs)
        .executeTakeFirstOrThrow()
      return Number(found.count)
    },
  }
}
