/**
 * Questions put to people (port `ApprovalStore`, with signatures and grants from their own files). What is asked
 * lies in the payloads of the request's entry, not here.
 */
import type { ApprovalStore } from '../approval/ports.ts'
import { requestColumns, requestOf } from './approval-row.ts'
import type { Engine } from './engine.ts'
import { createGrantStore } from './grant-store.ts'
import { prepare } from './prepared.ts'
import { atMost } from './row-values.ts'
import { createSignatureStore } from './signature-store.ts'
import type { Access } from './transaction.ts'

export function createApprovalStore(access: Access): ApprovalStore {
  return {
    ...requestReads(access),
    ...requestWrites(access),
    ...createSignatureStore(access),
    ...createGrantStore(access),
  }
}

type Reads = 'byId' | 'byFingerprint' | 'modifiedTo' | 'list' | 'deniedOf' | 'due' | 'dueToClimb'
type Writes = 'lock' | 'pendingOf' | 'put' | 'hurry'

function requestReads(access: Access): Pick<ApprovalStore, Reads> {
  const requests = (tenant: string) =>
    access.read(tenant).selectFrom('approval_request').where('tenant', '=', tenant)
  const newest = newestRequest(access.engine)
  return {
    byId: async (tenant, id) => {
      const row = await requests(tenant).selectAll().where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : requestOf(row)
    },
    byFingerprint: async (tenant, fingerprint) => {
      const { rows } = await newest(access.read(tenant), { tenant, fingerprint })
      return rows[0] === undefined ? undefined : requestOf(rows[0])
    },
    modifiedTo: async (tenant, fingerprint) => {
      const row = await requests(tenant)
        .selectAll()
        .where('suggested_fingerprint', '=', fingerprint)
        .orderBy('created_at_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(atMost(1))
        .executeTakeFirst()
      return row === undefined ? undefined : requestOf(row)
    },
    list: async (tenant, state) => {
      const all = requests(tenant).selectAll().orderBy('created_at_ms').orderBy('id')
      const rows = await (state === undefined ? all : all.where('state', '=', state)).execute()
      return rows.map(requestOf)
    },
    deniedOf: async (tenant, agent, caseId) => {
      const rows = await requests(tenant)
        .selectAll()
        .where('state', '=', 'denied')
        .where('agent', '=', agent)
        .where('case_id', '=', caseId)
        .orderBy('created_at_ms')
        .orderBy('id')
        .execute()
      return rows.map(requestOf)
    },
    dueToClimb: async (nowMs, limit) => {
      const rows = await access
        .readAll()
        .selectFrom('approval_request')
        .selectAll()
        .where('state', '=', 'pending')
        .where('due_at_ms', '<=', nowMs)
        .where('expires_at_ms', '>', nowMs)
        .orderBy('due_at_ms')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(requestOf)
    },
    due: async (nowMs, limit) => {
      const rows = await access
        .readAll()
        .selectFrom('approval_request')
        .selectAll()
        .where('state', '=', 'pending')
        .where('expires_at_ms', '<=', nowMs)
        .orderBy('expires_at_ms')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(requestOf)
    },
  }
}

/** Asked for every call, to find out whether it was made before. */
function newestRequest(engine: Engine) {
  return prepare(engine, (db, at: { readonly tenant: string; readonly fingerprint: string }) =>
    db
      .selectFrom('approval_request')
      .selectAll()
      .where('tenant', '=', at.tenant)
      .where('fingerprint', '=', at.fingerprint)
      .orderBy('created_at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(atMost(1)),
  )
}

function requestWrites(access: Access): Pick<ApprovalStore, Writes> {
  return {
    lock: async (tx, id) => {
      const { tenant, db } = access.open(tx)
      const row = await db
        .selectFrom('approval_request')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .modifyEnd(access.engine.forUpdate)
        .executeTakeFirst()
      return row === undefined ? undefined : requestOf(row)
    },
    pendingOf: async (tx, agent) => {
      const { tenant, db } = access.open(tx)
      const rows = await db
        .selectFrom('approval_request')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('state', '=', 'pending')
        .where('agent', '=', agent)
        .orderBy('created_at_ms')
        .orderBy('id')
        .execute()
      return rows.map(requestOf)
    },
    hurry: async (tx, owner, nowMs) => {
      const { tenant, db } = access.open(tx)
      await db
        .updateTable('approval_request')
        .set({ due_at_ms: nowMs })
        .where('tenant', '=', tenant)
        .where('state', '=', 'pending')
        .where('owner', '=', owner)
        .execute()
    },
    /** The stored revision counts the puts; the given one is not looked at. */
    put: async (tx, request) => {
      const { tenant, db } = access.openFor(tx, request.tenant)
      const values = requestColumns(request)
      await db
        .insertInto('approval_request')
        .values({ tenant, id: request.id, ...values, revision: 1 })
        .onConflict((conflict) =>
          conflict.columns(['tenant', 'id']).doUpdateSet((row) => ({
            ...values,
            revision: row('approval_request.revision', '+', 1),
          })),
        )
        .execute()
    },
  }
}
