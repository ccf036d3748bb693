/** What calls changed and how it ends (port `EffectStore`). */
import { sql } from 'kysely'
import type { EffectRecord, EffectState, EffectStore } from '../enforcement/effect-record.ts'
import { prepare } from './prepared.ts'
import { flag, jsonText, present, strings } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createEffectStore(access: Access): EffectStore {
  const rows = (tenant: string) =>
    access.read(tenant).selectFrom('effect_record').selectAll().where('tenant', '=', tenant)
  return {
    byCall: async (tenant, call) => {
      const row = await rows(tenant).where('call', '=', call).executeTakeFirst()
      return row === undefined ? undefined : recordOf(row)
    },
    containments: async (tenant) => {
      const found = await rows(tenant)
        .where('state', 'in', ['pending', 'standing', 'held'])
        .where('ends_at_ms', 'is not', null)
        .orderBy('ends_at_ms')
        .orderBy('call')
        .execute()
      return found.map(recordOf)
    },
    due: async (nowMs, limit) => {
      const found = await access
        .readAll()
        .selectFrom('effect_record')
        .selectAll()
        .where('state', '=', 'standing')
        .where('due_at_ms', '<=', nowMs)
        .orderBy('due_at_ms')
        .orderBy('call')
        .limit(limit)
        .execute()
      return found.map(recordOf)
    },
    ...effectWrites(access),
  }
}

function effectWrites(access: Access): Pick<EffectStore, 'put' | 'lock' | 'conclude'> {
  type Concluded = Pick<Row, 'tenant' | 'call' | 'state'> & { readonly lookAtMs: number | null }
  const concludeOne = prepare(access.engine, (db, at: Concluded) =>
    db
      .updateTable('effect_record')
      .set({ state: at.state, due_at_ms: sql`coalesce(${at.lookAtMs}, due_at_ms)` })
      .where('tenant', '=', at.tenant)
      .where('call', '=', at.call)
      .where('state', '=', 'pending'),
  )
  return {
    put: async (tx, record) => {
      const { tenant, db } = access.openFor(tx, record.tenant)
      const { call, ...values } = rowOf(record)
      await db
        .insertInto('effect_record')
        .values({ tenant, call, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'call']).doUpdateSet(values))
        .execute()
    },
    lock: async (tx, call) => {
      const { tenant, db } = access.open(tx)
      const row = await db
        .selectFrom('effect_record')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('call', '=', call)
        .modifyEnd(access.engine.forUpdate)
        .executeTakeFirst()
      return row === undefined ? undefined : recordOf(row)
    },
    conclude: async (tx, call, state, lookAtMs) => {
      const { tenant, db } = access.open(tx)
      await concludeOne(db, { tenant, call, state, lookAtMs: lookAtMs ?? null })
    },
  }
}

type Row = DB['effect_record']

function rowOf(record: EffectRecord): Omit<Row, 'tenant'> {
  const { call, task, agent, tool, action, effect, state } = record
  return {
    call,
    task,
    agent,
    tool,
    action,
    effect,
    state,
    case_id: record.caseId,
    dispatched_entry: record.dispatchedEntry,
    has_inverse: flag(record.hasInverse),
    approvers: jsonText(record.approvers),
    acted_at_ms: record.actedAtMs,
    ends_at_ms: record.endsAtMs ?? null,
    at_end: record.atEnd ?? null,
    due_at_ms: record.dueAtMs ?? null,
    undo: record.undo ?? null,
  }
}

export function recordOf(row: Row): EffectRecord {
  return {
    tenant: row.tenant,
    call: row.call,
    caseId: row.case_id,
    task: row.task,
    agent: row.agent,
    tool: row.tool,
    action: row.action,
    effect: row.effect,
    dispatchedEntry: row.dispatched_entry,
    hasInverse: row.has_inverse === 1,
    state: row.state as EffectState,
    approvers: strings(row.approvers),
    actedAtMs: row.acted_at_ms,
    ...present('endsAtMs', row.ends_at_ms),
    ...present('atEnd', row.at_end as EffectRecord['atEnd'] | null),
    ...present('dueAtMs', row.due_at_ms),
    ...present('undo', row.undo),
  } as EffectRecord
}
