/** Single-use rights that a yes created; part of the port `ApprovalStore`. */
import type { ApprovalStore } from '../approval/ports.ts'
import type { Grant, GrantState } from '../approval/request.ts'
import { requestOf } from './approval-row.ts'
import { perEngine, prepare } from './prepared.ts'
import { atMost, jsonText, present, strings } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export type GrantStore = Pick<
  ApprovalStore,
  'grantOf' | 'lockGrant' | 'putGrant' | 'settleGrant' | 'liveGrants' | 'releasable'
>

export function createGrantStore(access: Access): GrantStore {
  return { ...grantReads(access), ...grantWrites(access) }
}

type OfTenant = { readonly tenant: string; readonly nowMs: number; readonly limit: number }

/** Asked twice a second, mostly for nothing. */
const releasableGrants = perEngine((engine) =>
  prepare(engine, (db, at: OfTenant) =>
    db
      .selectFrom('approval_request as asked')
      .innerJoin('approval_grant as live', (join) =>
        join.onRef('asked.tenant', '=', 'live.tenant').onRef('asked.id', '=', 'live.request'),
      )
      .selectAll('asked')
      .where('live.tenant', '=', at.tenant)
      .where('live.state', '=', 'live')
      .where('live.expires_at_ms', '>', at.nowMs)
      .where('asked.claim', '=', 'task')
      .orderBy('live.granted_at_ms')
      .orderBy('live.id')
      .limit(at.limit),
  ),
)

function grantReads(
  access: Access,
): Pick<GrantStore, 'grantOf' | 'lockGrant' | 'liveGrants' | 'releasable'> {
  const releasable = releasableGrants(access.engine)
  return {
    grantOf: async (tenant, request) => {
      const row = await access
        .read(tenant)
        .selectFrom('approval_grant')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('request', '=', request)
        .orderBy('granted_at_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(atMost(1))
        .executeTakeFirst()
      return row === undefined ? undefined : grantOf(row)
    },
    releasable: async (tenant, nowMs, limit) => {
      const { rows } = await releasable(access.read(tenant), { tenant, nowMs, limit })
      return rows.map(requestOf)
    },
    lockGrant: async (tx, id) => {
      const { tenant, db } = access.open(tx)
      const row = await db
        .selectFrom('approval_grant')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .modifyEnd(access.engine.forUpdate)
        .executeTakeFirst()
      return row === undefined ? undefined : grantOf(row)
    },
    liveGrants: async (tx) => {
      const { tenant, db } = access.open(tx)
      const rows = await db
        .selectFrom('approval_grant as live')
        .innerJoin('approval_request as asked', (join) =>
          join.onRef('asked.tenant', '=', 'live.tenant').onRef('asked.id', '=', 'live.request'),
        )
        .selectAll('live')
        .select(['asked.agent', 'asked.tool', 'asked.effect', 'asked.case_id'])
        .select(['asked.task', 'asked.call', 'asked.plan'])
        .where('live.tenant', '=', tenant)
        .where('live.state', '=', 'live')
        .orderBy('live.id')
        .execute()
      return rows.map((row) => {
        const { agent, tool, effect, case_id: caseId, task, call, plan } = row
        const place = { agent, tool, effect, caseId, task, call, ...present('plan', plan) }
        return { ...grantOf(row), ...place }
      })
    },
  }
}

function grantWrites(access: Access): Pick<GrantStore, 'putGrant' | 'settleGrant'> {
  return {
    /** A new grant. It never changes but by `settleGrant`; a second one of the same id is `conflict`. */
    putGrant: async (tx, grant) => {
      const { tenant, db } = access.openFor(tx, grant.tenant)
      await db
        .insertInto('approval_grant')
        .values({
          tenant,
          id: grant.id,
          request: grant.request,
          fingerprint: grant.fingerprint,
          action_digest: grant.actionDigest,
          rule_digest: grant.ruleDigest,
          policy_ids: jsonText(grant.policyIds),
          people: jsonText(grant.people),
          passkeys: grant.passkeys === undefined ? null : jsonText(grant.passkeys),
          state: grant.state,
          granted_at_ms: grant.grantedAtMs,
          expires_at_ms: grant.expiresAtMs,
          is_emergency: grant.isEmergency === true ? 1 : null,
        })
        .execute()
    },
    settleGrant: async (tx, id, state) => {
      const { tenant, db } = access.open(tx)
      // Check and change are one statement under the row's lock: of two consumers one matches.
      const settled = await db
        .updateTable('approval_grant')
        .set({ state })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('state', '=', 'live')
        .executeTakeFirst()
      return settled.numUpdatedRows === 1n
    },
  }
}

function grantOf(row: DB['approval_grant']): Grant {
  return {
    tenant: row.tenant,
    id: row.id,
    request: row.request,
    fingerprint: row.fingerprint,
    actionDigest: row.action_digest,
    ruleDigest: row.rule_digest,
    policyIds: strings(row.policy_ids),
    people: strings(row.people),
    ...(row.passkeys === null ? {} : { passkeys: strings(row.passkeys) }),
    state: row.state as GrantState,
    grantedAtMs: row.granted_at_ms,
    expiresAtMs: row.expires_at_ms,
    ...(row.is_emergency === 1 ? { isEmergency: true } : {}),
  }
}
