/** What people are to hear and what became of it (port `NoticeStore`). */
import type { Kysely } from 'kysely'
import type { Notice, NoticeAbout, NoticeKind, Recipient, Urgency } from '../kernel/notice.ts'
import type { Delivery, DeliveryState } from '../notice/delivery.ts'
import type { NoticeStore } from '../notice/ports.ts'
import { fromJson, jsonText, present } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createNoticeStore(access: Access): NoticeStore {
  return { ...notices(access), ...reads(access), ...writes(access) }
}

function notices(access: Access): Pick<NoticeStore, 'put' | 'byId' | 'unplanned' | 'markPlanned'> {
  return {
    put: async (tx, notice) => {
      const { db } = access.openFor(tx, notice.tenant)
      const { tenant, id, kind, urgency, to, about, atMs } = notice
      await db
        .insertInto('notice')
        .values({
          tenant,
          id,
          kind,
          urgency,
          to_person: 'person' in to ? to.person : null,
          to_role: 'role' in to ? to.role : null,
          about: jsonText(about),
          at_ms: atMs,
          planned_at_ms: null,
        })
        .execute()
    },
    byId: async (tenant, id) => {
      const row = await noticeRows(access.read(tenant), tenant)
        .where('id', '=', id)
        .executeTakeFirst()
      return row === undefined ? undefined : noticeOf(row)
    },
    unplanned: async (tenant, sinceMs, limit) => {
      const rows = await noticeRows(access.read(tenant), tenant)
        .where('planned_at_ms', 'is', null)
        .where('at_ms', '>=', sinceMs)
        .orderBy('at_ms')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(noticeOf)
    },
    markPlanned: async (tx, id, atMs) => {
      const { db, tenant } = access.open(tx)
      const marked = await db
        .updateTable('notice')
        .set({ planned_at_ms: atMs })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('planned_at_ms', 'is', null)
        .executeTakeFirst()
      return marked.numUpdatedRows === 1n
    },
  }
}

function reads(access: Access): Pick<NoticeStore, 'due' | 'deliveries'> {
  return {
    due: async (tenant, channel, nowMs, limit) => {
      const rows = await access
        .read(tenant)
        .selectFrom('delivery')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('state', '=', 'due')
        .where('due_at_ms', '<=', nowMs)
        .where('channel', '=', channel)
        .where((where) =>
          where.or([where('claimed_until_ms', 'is', null), where('claimed_until_ms', '<=', nowMs)]),
        )
        .orderBy('due_at_ms')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(deliveryOf)
    },
    deliveries: async (tenant, { state, limit }) => {
      const found = access
        .read(tenant)
        .selectFrom('delivery')
        .innerJoin('notice', (join) =>
          join
            .onRef('notice.tenant', '=', 'delivery.tenant')
            .onRef('notice.id', '=', 'delivery.notice'),
        )
        .selectAll('delivery')
        .select('notice.kind')
        .where('delivery.tenant', '=', tenant)
        .orderBy('delivery.created_at_ms', 'desc')
        .orderBy('delivery.id', 'desc')
        .limit(limit)
      const rows = await (state === undefined
        ? found
        : found.where('delivery.state', '=', state)
      ).execute()
      return rows.map((row) => ({ ...deliveryOf(row), kind: row.kind as NoticeKind }))
    },
  }
}

function writes(access: Access): Pick<NoticeStore, 'putDelivery' | 'claim' | 'settle'> {
  return {
    putDelivery: async (tx, delivery) => {
      const { db } = access.openFor(tx, delivery.tenant)
      await db.insertInto('delivery').values(rowOf(delivery)).execute()
    },
    claim: async (tx, id, { node, nowMs, untilMs }) => {
      const { db, tenant } = access.open(tx)
      const row = await db
        .updateTable('delivery')
        .set((set) => ({
          claimed_by: node,
          claimed_until_ms: untilMs,
          attempts: set('attempts', '+', 1),
        }))
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('state', '=', 'due')
        .where('due_at_ms', '<=', nowMs)
        .where((where) =>
          where.or([where('claimed_until_ms', 'is', null), where('claimed_until_ms', '<=', nowMs)]),
        )
        .returningAll()
        .executeTakeFirst()
      return row === undefined ? undefined : deliveryOf(row)
    },
    settle: async (tx, claimed, settled) => {
      const { db } = access.openFor(tx, claimed.tenant)
      const { tenant, id, ...values } = rowOf(settled)
      const written = await db
        .updateTable('delivery')
        .set(values)
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('claimed_by', '=', claimed.claimedBy ?? '')
        .where('attempts', '=', claimed.attempts)
        .where('state', '=', 'due')
        .executeTakeFirst()
      return written.numUpdatedRows === 1n
    },
  }
}

function noticeRows(db: Kysely<DB>, tenant: string) {
  return db.selectFrom('notice').selectAll().where('tenant', '=', tenant)
}

function noticeOf(row: DB['notice']): Notice {
  const to: Recipient =
    row.to_person === null ? { role: row.to_role ?? '' } : { person: row.to_person }
  return {
    tenant: row.tenant,
    id: row.id,
    kind: row.kind as NoticeKind,
    urgency: row.urgency as Urgency,
    to,
    about: fromJson<NoticeAbout>(row.about),
    atMs: row.at_ms,
  }
}

function rowOf(delivery: Delivery): DB['delivery'] {
  const { tenant, id, notice, channel, state, attempts } = delivery
  return {
    tenant,
    id,
    notice,
    channel,
    person: delivery.person ?? null,
    state,
    attempts,
    due_at_ms: delivery.dueAtMs,
    claimed_by: delivery.claimedBy ?? null,
    claimed_until_ms: delivery.claimedUntilMs ?? null,
    error: delivery.error ?? null,
    created_at_ms: delivery.createdAtMs,
    settled_at_ms: delivery.settledAtMs ?? null,
  }
}

function deliveryOf(row: DB['delivery']): Delivery {
  return {
    tenant: row.tenant,
    id: row.id,
    notice: row.notice,
    channel: row.channel,
    ...present('person', row.person),
    state: row.state as DeliveryState,
    attempts: row.attempts,
    dueAtMs: row.due_at_ms,
    ...present('claimedBy', row.claimed_by),
    ...present('claimedUntilMs', row.claimed_until_ms),
    ...present('error', row.error),
    createdAtMs: row.created_at_ms,
    ...present('settledAtMs', row.settled_at_ms),
  }
}
