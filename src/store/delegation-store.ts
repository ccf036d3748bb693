/** Authority lent from person to person (port `DelegationStore`). Every change raises the revisions of both. */
import type { Delegation, DelegationStore } from '../identity/delegation.ts'
import type { Role } from '../identity/person.ts'
import { raiseRevision } from './revision-store.ts'
import { jsonText, present, strings } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createDelegationStore(access: Access): DelegationStore {
  const rows = (tenant: string) =>
    access
      .read(tenant)
      .selectFrom('delegation')
      .selectAll()
      .where('tenant', '=', tenant)
      .orderBy('from_ms')
      .orderBy('id')
  return {
    byId: async (tenant, id) => {
      const row = await rows(tenant).where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : delegationOf(row)
    },
    list: async (tenant) => (await rows(tenant).execute()).map(delegationOf),
    inForce: async (tenant, atMs) => {
      const found = await rows(tenant)
        .where('to_ms', '>', atMs)
        .where('ended_at_ms', 'is', null)
        .execute()
      return found.map(delegationOf)
    },
    openOf: async (tx, person) => {
      const { tenant, db } = access.open(tx)
      const found = await db
        .selectFrom('delegation')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('ended_at_ms', 'is', null)
        .where((where) =>
          where.or([where('delegator', '=', person), where('delegate', '=', person)]),
        )
        .orderBy('id')
        .modifyEnd(access.engine.forUpdate)
        .execute()
      return found.map(delegationOf)
    },
    put: async (tx, delegation) => {
      const open = access.openFor(tx, delegation.tenant)
      const { tenant, id, delegator, delegate, role } = delegation
      const values = {
        delegator,
        delegate,
        role,
        classes: jsonText(delegation.classes),
        from_ms: delegation.fromMs,
        to_ms: delegation.toMs,
        ended_at_ms: delegation.endedAtMs ?? null,
      }
      await open.db
        .insertInto('delegation')
        .values({ tenant, id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
      await raiseRevision(open, `person/${delegate}`)
      await raiseRevision(open, `person/${delegator}`)
    },
  }
}

function delegationOf(row: DB['delegation']): Delegation {
  return {
    tenant: row.tenant,
    id: row.id,
    delegator: row.delegator,
    delegate: row.delegate,
    role: row.role as Role,
    classes: strings(row.classes),
    fromMs: row.from_ms,
    toMs: row.to_ms,
    ...present('endedAtMs', row.ended_at_ms),
  }
}
