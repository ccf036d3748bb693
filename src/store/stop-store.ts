/** The switches that halt things (port `StopStore`). Pressing and releasing raise `stop`. */
import type { Stop } from '../facts/facts.ts'
import type { StopStore } from '../facts/ports.ts'
import { Failure } from '../kernel/failure.ts'
import { raiseRevision } from './revision-store.ts'
import { present } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createStopStore(access: Access): StopStore {
  return {
    active: async (tenant) => {
      const rows = await access
        .read(tenant)
        .selectFrom('stop')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('released_at_ms', 'is', null)
        .orderBy('pressed_at_ms')
        .orderBy('id')
        .execute()
      return rows.map(stopOf)
    },
    press: async (tx, stop) => {
      const open = access.openFor(tx, stop.tenant)
      await open.db
        .insertInto('stop')
        .values({
          tenant: stop.tenant,
          id: stop.id,
          scope: stop.scope,
          subject: stop.subject ?? null,
          pressed_by: stop.pressedBy,
          pressed_at_ms: stop.pressedAtMs,
          released_by: null,
          released_at_ms: null,
        })
        .execute()
      await raiseRevision(open, 'stop')
    },
    /** Throws `not_found` when no such stop is on, so that no entry tells of a release that was none. */
    release: async (tx, id, releasedBy, atMs) => {
      const open = access.open(tx)
      const released = await open.db
        .updateTable('stop')
        .set({ released_by: releasedBy, released_at_ms: atMs })
        .where('tenant', '=', open.tenant)
        .where('id', '=', id)
        .where('released_at_ms', 'is', null)
        .executeTakeFirst()
      if (released.numUpdatedRows !== 1n) throw new Failure('not_found', `no stop ${id} is on`)
      await raiseRevision(open, 'stop')
    },
  }
}

function stopOf(row: DB['stop']): Stop {
  return {
    tenant: row.tenant,
    id: row.id,
    scope: row.scope as Stop['scope'],
    ...present('subject', row.subject),
    pressedBy: row.pressed_by,
    pressedAtMs: row.pressed_at_ms,
  }
}
