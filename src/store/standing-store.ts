/** Standing plans and their uses (port `StandingStore`). */
import { sql } from 'kysely'
import type { StandingPlan, StandingScope, StandingUse } from '../approval/standing.ts'
import type { StandingStore } from '../approval/standing-ports.ts'
import type { Effect } from '../catalogue/tool.ts'
import type { Role } from '../identity/person.ts'
import { flag, fromJson, jsonText, present } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createStandingStore(access: Access): StandingStore {
  return { ...planReads(access), ...planWrites(access), ...useReads(access), ...useWrites(access) }
}

function planReads(access: Access): Pick<StandingStore, 'byId' | 'list' | 'live'> {
  const plans = (tenant: string) =>
    access
      .read(tenant)
      .selectFrom('standing_plan')
      .selectAll()
      .where('tenant', '=', tenant)
      .orderBy('created_at_ms')
      .orderBy('id')
  return {
    byId: async (tenant, id) => {
      const row = await plans(tenant).where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : planOf(row)
    },
    list: async (tenant) => (await plans(tenant).execute()).map(planOf),
    live: async (tenant, action) => {
      const found = plans(tenant).where('action', '=', action).where('state', '=', 'live')
      return (await found.execute()).map(planOf)
    },
  }
}

function planWrites(access: Access): Pick<StandingStore, 'put' | 'lock' | 'revoke'> {
  return {
    put: async (tx, plan) => {
      const { db } = access.openFor(tx, plan.tenant)
      const { scope, windowMs, samplePercent, createdAtMs, expiresAtMs, ...rest } = plan
      await db
        .insertInto('standing_plan')
        .values({
          ...rest,
          scope: jsonText(scope),
          window_ms: windowMs,
          sample_percent: samplePercent,
          created_at_ms: createdAtMs,
          expires_at_ms: expiresAtMs,
        })
        .execute()
    },
    lock: async (tx, id) => {
      const { tenant, db } = access.open(tx)
      const row = await db
        .selectFrom('standing_plan')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .modifyEnd(access.engine.forUpdate)
        .executeTakeFirst()
      return row === undefined ? undefined : planOf(row)
    },
    revoke: async (tx, id) => {
      const { tenant, db } = access.open(tx)
      const revoked = await db
        .updateTable('standing_plan')
        .set({ state: 'revoked' })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('state', '=', 'live')
        .executeTakeFirst()
      return revoked.numUpdatedRows === 1n
    },
  }
}

function useReads(access: Access): Pick<StandingStore, 'queue' | 'useOf' | 'preApproved'> {
  return {
    queue: async (tenant) => {
      const rows = await access
        .read(tenant)
        .selectFrom('standing_use')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('is_sampled', '=', 1)
        .where('verdict', 'is', null)
        .orderBy('at_ms')
        .orderBy('call')
        .execute()
      return rows.map(useOf)
    },
    useOf: async (tenant, call) => {
      const row = await access
        .read(tenant)
        .selectFrom('standing_use')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('call', '=', call)
        .executeTakeFirst()
      return row === undefined ? undefined : useOf(row)
    },
    preApproved: async (tenant) => {
      const counted = (verdict: string) =>
        sql<number>`sum(case when used.verdict = ${verdict} then 1 else 0 end)`
      const rows = await access
        .read(tenant)
        .selectFrom('tool_call as made')
        .leftJoin('standing_use as used', (join) =>
          join.onRef('used.tenant', '=', 'made.tenant').onRef('used.call', '=', 'made.id'),
        )
        .select(['made.action'])
        .select([
          sql<number>`count(*)`.as('ran'),
          sql<number>`count(used.call)`.as('passed'),
          sql<number>`sum(coalesce(used.is_sampled, 0))`.as('sampled'),
          counted('agreed').as('agreed'),
          counted('disagreed').as('disagreed'),
        ])
        .where('made.tenant', '=', tenant)
        .where('made.state', 'in', ['dispatched', 'settled'])
        .groupBy('made.action')
        .orderBy('made.action')
        .execute()
      return rows.map((row) => ({
        action: row.action,
        ran: Number(row.ran),
        passed: Number(row.passed),
        sampled: Number(row.sampled),
        agreed: Number(row.agreed),
        disagreed: Number(row.disagreed),
      }))
    },
  }
}

function useWrites(access: Access): Pick<StandingStore, 'putUse' | 'judge'> {
  return {
    putUse: async (tx, use) => {
      const { db } = access.openFor(tx, use.tenant)
      const { tenant, standing, call, action, isSampled, atMs } = use
      await db
        .insertInto('standing_use')
        .values({ tenant, standing, call, action, is_sampled: flag(isSampled), at_ms: atMs })
        .execute()
    },
    judge: async (tx, call, verdict, person, atMs) => {
      const { tenant, db } = access.open(tx)
      const judged = await db
        .updateTable('standing_use')
        .set({ verdict, reviewed_by: person, reviewed_at_ms: atMs })
        .where('tenant', '=', tenant)
        .where('call', '=', call)
        .where('is_sampled', '=', 1)
        .where('verdict', 'is', null)
        .executeTakeFirst()
      return judged.numUpdatedRows === 1n
    },
  }
}

function planOf(row: DB['standing_plan']): StandingPlan {
  return {
    tenant: row.tenant,
    id: row.id,
    owner: row.owner,
    role: row.role as Role,
    action: row.action,
    effect: row.effect as Effect,
    scope: fromJson<StandingScope>(row.scope),
    cap: row.cap,
    windowMs: row.window_ms,
    samplePercent: row.sample_percent,
    digest: row.digest,
    ...present('passkey', row.passkey),
    state: row.state as StandingPlan['state'],
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
  }
}

function useOf(row: DB['standing_use']): StandingUse {
  return {
    tenant: row.tenant,
    standing: row.standing,
    call: row.call,
    action: row.action,
    isSampled: row.is_sampled === 1,
    atMs: row.at_ms,
    ...present('verdict', row.verdict as NonNullable<StandingUse['verdict']> | null),
    ...present('reviewedBy', row.reviewed_by),
  }
}
