/** Requested invocations and where their lives stand (port `CallStore`). */
import type { CallRecord, CallState, CallStore, Outcome } from '../enforcement/call.ts'
import { Failure } from '../kernel/failure.ts'
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

function callWrites(access: Access): Pick<CallStore, 'put' | 'settle'> {
  return {
    /**
     * Inserts or replaces. Throws `conflict` when that would take back that the call was dispatched or has its
     * outcome: a life only goes forward.
     */
    put: async (tx, call) => {
      const { tenant, db } = access.openFor(tx, call.tenant)
      const values = callColumns(call)
      const before = PREDECESSORS[call.state]
      const stored = await db
        .insertInto('tool_call')
        .values({ tenant, id: call.id, ...values })
        .onConflict((conflict) =>
          conflict
            .columns(['tenant', 'id'])
            .doUpdateSet(values)
            .where('tool_call.state', 'in', before),
        )
        .executeTakeFirst()
      if (stored.numInsertedOrUpdatedRows !== 1n) {
        throw new Failure('conflict', `call ${call.id} is past ${call.state}`)
      }
    },
    settle: async (tx, id, outcome, evidence, atMs) => {
      const { tenant, db } = access.open(tx)
      // Check and change are one statement under the row's lock: one outcome for each call.
      const settled = await db
        .updateTable('tool_call')
        .set({ state: 'settled', outcome, evidence: evidence ?? null, updated_at_ms: atMs })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('state', '=', 'dispatched')
        .executeTakeFirst()
      return settled.numUpdatedRows === 1n
    },
  }
}

/** The states a call may be in before a put makes it the given one. */
const PREDECESSORS: Readonly<Record<CallState, readonly CallState[]>> = {
  held: ['held', 'denied'],
  denied: ['held', 'denied'],
  dispatched: ['held', 'denied', 'dispatched'],
  settled: ['dispatched', 'settled'],
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
    createdAtMs: row.created_at_ms,
    updatedAtMs: row.updated_at_ms,
  }
}
