/** When what happens at intervals is due next (port `Timetable`): rows, so that a restart forgets none. */
import type { Timetable } from '../kernel/timetable.ts'
import type { Access } from './transaction.ts'

export function createTimetable(access: Access): Timetable {
  return {
    dueAt: async (tenant, name) => {
      const row = await access
        .read(tenant)
        .selectFrom('timetable')
        .select('due_at_ms')
        .where('tenant', '=', tenant)
        .where('name', '=', name)
        .executeTakeFirst()
      return row?.due_at_ms ?? 0
    },
    move: async (tx, name, fromMs, dueAtMs) => {
      const { tenant, db } = access.open(tx)
      // A first row and a later one alike: of two nodes that saw the same instant, one matches.
      const moved = await db
        .insertInto('timetable')
        .values({ tenant, name, due_at_ms: dueAtMs })
        .onConflict((conflict) =>
          conflict
            .columns(['tenant', 'name'])
            .doUpdateSet({ due_at_ms: dueAtMs })
            .where('timetable.due_at_ms', '=', fromMs),
        )
        .executeTakeFirst()
      return moved.numInsertedOrUpdatedRows === 1n
    },
  }
}
