/** Credentials borrowed from brokers and what is still to be done about them (port `BrokeredLeaseStore`). */
import type {
  BrokeredLease,
  BrokeredLeaseStore,
  BrokeredState,
  IssuedParts,
} from '../lease/brokered.ts'
import type { BrokerKind } from '../lease/lease.ts'
import type { LeaseScope } from '../lease/scope.ts'
import { perEngine, prepare } from './prepared.ts'
import { flag, fromJson, jsonText, present } from './row-values.ts'
import type { DB } from './schema.ts'
import { openedValue, sealedValue, type ValueSealing } from './seal-value.ts'
import type { Access } from './transaction.ts'

type Row = DB['brokered_lease']

const UNENDED: readonly BrokeredState[] = ['requested', 'issued']

export function createBrokeredLeaseStore(
  access: Access,
  sealing: ValueSealing,
): BrokeredLeaseStore {
  return { ...writes(access, sealing), ...reads(access, sealing) }
}

function writes(
  access: Access,
  sealing: ValueSealing,
): Pick<BrokeredLeaseStore, 'request' | 'issued' | 'end' | 'later' | 'ended'> {
  const change = async (
    tx: Parameters<BrokeredLeaseStore['end']>[0],
    id: string,
    from: readonly BrokeredState[],
    set: (tenant: string) => Partial<Omit<Row, 'tenant' | 'id'>>,
  ): Promise<boolean> => {
    const { tenant, db } = access.open(tx)
    const { numUpdatedRows } = await db
      .updateTable('brokered_lease')
      .set(set(tenant))
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where('state', 'in', from)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }
  const sealed = (tenant: string, id: string, handle: string | undefined) =>
    handle === undefined
      ? {}
      : { handle: sealedValue(sealing, placeOf(tenant, id), Buffer.from(handle)) }
  return {
    request: async (tx, lease) => {
      const { tenant, db } = access.openFor(tx, lease.tenant)
      const result = await db
        .insertInto('brokered_lease')
        .values({ tenant, ...rowOf(lease), ...sealed(tenant, lease.id, lease.handle) })
        .onConflict((conflict) => conflict.columns(['tenant', 'live_place']).doNothing())
        .executeTakeFirst()
      return result.numInsertedOrUpdatedRows === 1n
    },
    issued: (tx, id, { handle, issuedAtMs, expiresAtMs, residualUntilMs }: IssuedParts) =>
      change(tx, id, ['requested'], (tenant) => ({
        state: 'issued',
        issued_at_ms: issuedAtMs,
        expires_at_ms: expiresAtMs,
        residual_until_ms: residualUntilMs,
        ...sealed(tenant, id, handle),
      })),
    end: (tx, id, reason, nowMs, { from = UNENDED, handle } = {}) =>
      change(tx, id, from, (tenant) => ({
        state: 'ending',
        live_place: null,
        reason,
        ending_since_ms: nowMs,
        due_at_ms: nowMs,
        ...sealed(tenant, id, handle),
      })),
    later: (tx, id, { attempts, dueAtMs, isStuck }) =>
      change(tx, id, ['ending'], () => ({
        attempts,
        due_at_ms: dueAtMs,
        is_stuck: flag(isStuck),
      })),
    ended: (tx, id, residualUntilMs) =>
      change(tx, id, ['ending'], () => ({
        state: 'ended',
        due_at_ms: null,
        handle: null,
        ...(residualUntilMs === undefined ? {} : { residual_until_ms: residualUntilMs }),
      })),
  }
}

function reads(
  access: Access,
  sealing: ValueSealing,
): Pick<BrokeredLeaseStore, 'byId' | 'due' | 'overdue' | 'alive'> {
  const leaseOf = (row: Row) => leaseIn(sealing, row)
  const asked = askedByTheClock(access.engine)
  return {
    byId: async (tenant, id) => {
      const row = await access
        .read(tenant)
        .selectFrom('brokered_lease')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .executeTakeFirst()
      return row === undefined ? undefined : leaseOf(row)
    },
    due: async (nowMs, limit) => {
      const { rows } = await asked.due(access.readAll(), { nowMs, limit })
      return rows.map(leaseOf)
    },
    overdue: async (nowMs, requestedBeforeMs, limit) => {
      const { rows } = await asked.overdue(access.readAll(), { nowMs, requestedBeforeMs, limit })
      return rows.map(leaseOf)
    },
    alive: async (tenant) => {
      const rows = await access
        .read(tenant)
        .selectFrom('brokered_lease')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('state', '!=', 'ended')
        .orderBy('id')
        .execute()
      return rows.map(leaseOf)
    },
  }
}

type Until = { readonly nowMs: number; readonly limit: number }

/** Asked several times a second, mostly for nothing. */
const askedByTheClock = perEngine((engine) => ({
  due: prepare(engine, (db, at: Until) =>
    db
      .selectFrom('brokered_lease')
      .selectAll()
      .where('state', '=', 'ending')
      .where('due_at_ms', '<=', at.nowMs)
      .orderBy('due_at_ms')
      .orderBy('id')
      .limit(at.limit),
  ),
  overdue: prepare(engine, (db, at: Until & { readonly requestedBeforeMs: number }) =>
    db
      .selectFrom('brokered_lease')
      .selectAll()
      .where((where) =>
        where.or([
          where.and([where('state', '=', 'issued'), where('expires_at_ms', '<=', at.nowMs)]),
          where.and([
            where('state', '=', 'requested'),
            where('issued_at_ms', '<=', at.requestedBeforeMs),
          ]),
        ]),
      )
      .orderBy('id')
      .limit(at.limit),
  ),
}))

function placeOf(tenant: string, id: string) {
  return { tenant, dataClass: 'lease-handle', keyId: id }
}

function rowOf(lease: BrokeredLease): Omit<Row, 'tenant'> {
  const { id, kind, broker, task, agent, call, place, state, node, attempts } = lease
  const isOver = state === 'ending' || state === 'ended'
  return {
    id,
    kind,
    broker,
    task,
    agent,
    call,
    place,
    live_place: isOver ? null : place,
    state,
    node,
    attempts,
    case_id: lease.caseId,
    scope: jsonText(lease.scope),
    handle: null,
    issued_at_ms: lease.issuedAtMs,
    expires_at_ms: lease.expiresAtMs,
    residual_until_ms: lease.residualUntilMs,
    reason: lease.reason ?? null,
    ending_since_ms: lease.endingSinceMs ?? null,
    due_at_ms: lease.dueAtMs ?? null,
    is_stuck: flag(lease.isStuck),
  }
}

function leaseIn(sealing: ValueSealing, row: Row): BrokeredLease {
  const { tenant, id, broker, task, agent, call, place, node, attempts } = row
  const handle =
    row.handle === null
      ? null
      : Buffer.from(openedValue(sealing, placeOf(tenant, id), row.handle)).toString('utf8')
  return {
    tenant,
    id,
    broker,
    task,
    agent,
    call,
    place,
    node,
    attempts,
    kind: row.kind as BrokerKind,
    caseId: row.case_id,
    scope: fromJson<LeaseScope>(row.scope),
    state: row.state as BrokeredState,
    issuedAtMs: row.issued_at_ms,
    expiresAtMs: row.expires_at_ms,
    residualUntilMs: row.residual_until_ms,
    isStuck: row.is_stuck === 1,
    ...present('handle', handle),
    ...present('reason', row.reason),
    ...present('endingSinceMs', row.ending_since_ms),
    ...present('dueAtMs', row.due_at_ms),
  }
}
