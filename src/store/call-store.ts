/** Requested invocations and where their lives stand (port `CallStore`). */
import type { CallRecord, CallState, CallStore, Outcome } from '../enforcement/call.ts'
import { Failure } from '../kernel/failure.ts'
import type { Engine } from './engine.ts'
import { prepare, rowOf } from './prepared.ts'
import { present } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createCallStore(access: Access): CallStore {
  const calls = (tenant: string) =>
    access.read(tenant).selectFrom('tool_call').where('tenant', '=', tenant)
  return {
    byId: async (tenant, id) => {
      const row = await calls(tenant).selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : callOf(row)
    },
    inFlight: async (tenant) => {
      const rows = await calls(tenant)
        .selectAll()
        .where('state', '=', 'dispatched')
        .orderBy('created_at_ms')
        .orderBy('id')
        .execute()
      return rows.map(callOf)
    },
    listOfCase: async (tenant, caseId) => {
      const rows = await calls(tenant)
        .selectAll()
        .where('case_id', '=', caseId)
        .orderBy('created_at_ms')
        .orderBy('id')
        .execute()
      return rows.map(callOf)
    },
    countOfTask: async (tenant, task) => {
      const found = await calls(tenant)
        .select((row) => row.fn.countAll<number>().as('count'))
        .where('task', '=', task)
        .executeTakeFirstOrThrow()
      return found.count
    },
    ...callWrites(access),
  }
}

function callWrites(access: Access): Pick<CallStore, 'put' | 'settle' | 'resettle'> {
  const { engine } = access
  const upserts = {
    held: upsertFrom(engine, ['held', 'denied']),
    denied: upsertFrom(engine, ['held', 'denied']),
    dispatched: upsertFrom(engine, ['held', 'denied', 'dispatched']),
    settled: upsertFrom(engine, ['dispatched', 'settled']),
  } as const satisfies Readonly<Record<CallState, unknown>>
  const settleOne = prepare(engine, (db, at: Settling) =>
    db
      .updateTable('tool_call')
      .set({
        state: 'settled',
        outcome: at.outcome,
        evidence: at.evidence,
        updated_at_ms: at.updated_at_ms,
      })
      .where('tenant', '=', at.tenant)
      .where('id', '=', at.id)
      .where('state', '=', 'dispatched'),
  )
  return {
    /**
     * Inserts or replaces. Throws `conflict` when that would take back that the call was dispatched or has its
     * outcome: a life only goes forward.
     */
    put: async (tx, call) => {
      const { tenant, db } = access.openFor(tx, call.tenant)
      const stored = await upserts[call.state](db, { tenant, id: call.id, ...callColumns(call) })
      if (stored.numAffectedRows !== 1n) {
        throw new Failure('conflict', `call ${call.id} is past ${call.state}`)
      }
    },
    resettle: async (tx, id, outcome, atMs) => {
      const { tenant, db } = access.open(tx)
      const known = await db
        .updateTable('tool_call')
        .set({ outcome, updated_at_ms: atMs })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('state', '=', 'settled')
        .where('outcome', '=', 'unknown')
        .executeTakeFirst()
      return known.numUpdatedRows === 1n
    },
    settle: async (tx, id, outcome, evidence, atMs) => {
      const { tenant, db } = access.open(tx)
      // Check and change are one statement under the row's lock: one outcome for each call.
      const values = { outcome, evidence: evidence ?? null, updated_at_ms: atMs }
      const settled = await settleOne(db, { tenant, id, ...values })
      return settled.numAffectedRows === 1n
    },
  }
}

type Settling = Pick<DB['tool_call'], 'tenant' | 'id' | 'outcome' | 'evidence' | 'updated_at_ms'>

/** Adds a call, or replaces one that is in one of these states; else it changes nothing. */
function upsertFrom(engine: Engine, before: readonly CallState[]) {
  return prepare(engine, (db, at: DB['tool_call']) => {
    const { tenant, id, ...values } = rowOf('tool_call', at)
    return db
      .insertInto('tool_call')
      .values({ tenant, id, ...values })
      .onConflict((conflict) =>
        conflict
          .columns(['tenant', 'id'])
          .doUpdateSet(values)
          .where('tool_call.state', 'in', before),
      )
  })
}

function callColumns(call: CallRecord): Omit<DB['tool_call'], 'tenant' | 'id'> {
  return {
    task: call.task,
    agent: call.agent,
    case_id: call.caseId,
    tool: call.tool,
    upstream: call.upstream,
    action: call.action,
    effect: call.effect,
    definition_digest: call.definitionDigest,
    fingerprint: call.fingerprint,
    state: call.state,
    request: call.request ?? null,
    lease: call.lease ?? null,
    dispatched_entry: call.dispatchedEntry ?? null,
    outcome: call.outcome ?? null,
    node: call.node ?? null,
    evidence: call.evidence ?? null,
    created_at_ms: call.createdAtMs,
    updated_at_ms: call.updatedAtMs,
    recommendation: call.recommendation ?? null,
  }
}

function callOf(row: DB['tool_call']): CallRecord {
  return {
    tenant: row.tenant,
    id: row.id,
    task: row.task,
    agent: row.agent,
    caseId: row.case_id,
    tool: row.tool,
    upstream: row.upstream,
    action: row.action,
    effect: row.effect,
    definitionDigest: row.definition_digest,
    fingerprint: row.fingerprint,
    state: row.state as CallState,
    ...present('request', row.request),
    ...present('lease', row.lease),
    ...present('dispatchedEntry', row.dispatched_entry),
    ...present('node', row.node),
    ...present('outcome', row.outcome as Outcome | null),
    ...present('evidence', row.evidence),
    ...present('recommendation', row.recommendation),
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  }
}
