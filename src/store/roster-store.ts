/** Who is on duty (port `RosterStore`). */
import type { Role } from '../identity/person.ts'
import type { RosterStore, Shift } from '../roster/roster.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createRosterStore(access: Access): RosterStore {
  return {
    onDuty: async (tenant, atMs) => {
      const rows = await access
        .read(tenant)
        .selectFrom('shift')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('from_ms', '<=', atMs)
        .where('to_ms', '>', atMs)
        .orderBy('precedence')
        .orderBy('from_ms')
        .orderBy('id')
        .execute()
      return rows.map(shiftOf)
    },
    put: async (tx, shift) => {
      const { db } = access.openFor(tx, shift.tenant)
      const { tenant, id, role, person, precedence, source } = shift
      const values = { role, person, precedence, source, from_ms: shift.fromMs, to_ms: shift.toMs }
      await db
        .insertInto('shift')
        .values({ tenant, id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
    },
  }
}

function shiftOf(row: DB['shift']): Shift {
  return {
    tenant: row.tenant,
    id: row.id,
    role: row.role as Role,
    person: row.person,
    fromMs: row.from_ms,
    toMs: row.to_ms,
    precedence: row.precedence,
    source: row.source,
  }
}
