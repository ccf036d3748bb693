/** Plans and the calls made under them (port `PlanStore`). What a plan says lies in the payload of its entry. */
import type { Plan, PlanState, PlanUse, StopReason } from '../approval/plan.ts'
import type { PlanStore } from '../approval/plan-ports.ts'
import type { Effect } from '../catalogue/tool.ts'
import { jsonText, present, strings } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

/** It was handed over and nobody was there; another thing than never. */
const NOBODY = ''

export function createPlanStore(access: Access): PlanStore {
  return { ...planReads(access), ...planWrites(access) }
}

function planReads(access: Access): Pick<PlanStore, 'byId' | 'list' | 'uses' | 'due' | 'running'> {
  const plans = (tenant: string) =>
    access.read(tenant).selectFrom('plan').selectAll().where('tenant', '=', tenant)
  return {
    byId: async (tenant, id) => {
      const row = await plans(tenant).where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : planOf(row)
    },
    list: async (tenant, state) => {
      const all = plans(tenant).orderBy('created_at_ms', 'desc').orderBy('id', 'desc')
      const rows = await (state === undefined ? all : all.where('state', '=', state)).execute()
      return rows.map(planOf)
    },
    uses: async (tenant, plan) => {
      const rows = await access
        .read(tenant)
        .selectFrom('plan_use')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('plan', '=', plan)
        .orderBy('position')
        .execute()
      return rows.map(useOf)
    },
    running: async (tenant) => {
      const rows = await access
        .read(tenant)
        .selectFrom('plan')
        .innerJoin('approval_grant as grant', (join) =>
          join
            .onRef('grant.tenant', '=', 'plan.tenant')
            .onRef('grant.request', '=', 'plan.request'),
        )
        .innerJoin('approval_request as asked', (join) =>
          join.onRef('asked.tenant', '=', 'plan.tenant').onRef('asked.id', '=', 'plan.request'),
        )
        .selectAll('plan')
        .select('asked.owner')
        .where('plan.tenant', '=', tenant)
        .where('plan.state', '=', 'open')
        .where('grant.state', '=', 'live')
        .orderBy('plan.id')
        .execute()
      return rows.map(({ owner, ...row }) => planOf({ ...row, holder: row.holder ?? owner }))
    },
    due: async (nowMs, limit) => {
      const rows = await access
        .readAll()
        .selectFrom('plan')
        .selectAll()
        .where('state', '=', 'open')
        .where('deadline_ms', '<=', nowMs)
        .orderBy('deadline_ms')
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(planOf)
    },
  }
}

function planWrites(access: Access): Pick<PlanStore, 'put' | 'take' | 'end' | 'hand'> {
  return {
    put: async (tx, plan) => {
      const { db } = access.openFor(tx, plan.tenant)
      await db.insertInto('plan').values(rowOf(plan)).execute()
    },
    take: async (tx, use) => {
      const { tenant, db } = access.openFor(tx, use.tenant)
      // Check and change are one statement under the row's lock: of two takers of one place one matches.
      const taken = await db
        .updateTable('plan')
        .set({ calls: use.at + 1 })
        .where('tenant', '=', tenant)
        .where('id', '=', use.plan)
        .where('state', '=', 'open')
        .where('calls', '=', use.at)
        .executeTakeFirst()
      if (taken.numUpdatedRows !== 1n) return false
      const { at, targets, atMs, ...rest } = use
      await db
        .insertInto('plan_use')
        .values({ ...rest, position: at, targets: jsonText(targets), at_ms: atMs })
        .execute()
      return true
    },
    hand: async (tx, id, holder) => {
      const { tenant, db } = access.open(tx)
      const handed = await db
        .updateTable('plan')
        .set({ holder: holder ?? NOBODY })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('state', '=', 'open')
        .where((row) => row.or([row('holder', 'is', null), row('holder', '!=', holder ?? NOBODY)]))
        .executeTakeFirst()
      return handed.numUpdatedRows === 1n
    },
    end: async (tx, id, state, reason, atMs) => {
      const { tenant, db } = access.open(tx)
      const ended = await db
        .updateTable('plan')
        .set({ state, reason: reason ?? null, ended_at_ms: atMs })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('state', '=', 'open')
        .executeTakeFirst()
      return ended.numUpdatedRows === 1n
    },
  }
}

function rowOf(plan: Plan): DB['plan'] {
  return {
    tenant: plan.tenant,
    id: plan.id,
    task: plan.task,
    agent: plan.agent,
    case_id: plan.caseId,
    proposed_by: plan.proposedBy,
    source: plan.source,
    digest: plan.digest,
    entry: plan.entry,
    request: plan.request,
    follows: plan.follows ?? null,
    action: plan.action,
    effect: plan.effect,
    steps: plan.steps,
    state: plan.state,
    reason: plan.reason ?? null,
    calls: plan.calls,
    created_at_ms: plan.createdAtMs,
    deadline_ms: plan.deadlineMs,
    ended_at_ms: plan.endedAtMs ?? null,
    holder: plan.holder ?? null,
  }
}

function planOf(row: DB['plan']): Plan {
  return {
    tenant: row.tenant,
    id: row.id,
    task: row.task,
    agent: row.agent,
    caseId: row.case_id,
    proposedBy: row.proposed_by,
    source: row.source as Plan['source'],
    digest: row.digest,
    entry: row.entry,
    request: row.request,
    ...present('follows', row.follows),
    action: row.action,
    effect: row.effect as Effect,
    steps: row.steps,
    state: row.state as PlanState,
    ...present('reason', row.reason as StopReason | null),
    calls: row.calls,
    createdAtMs: row.created_at_ms,
    deadlineMs: row.deadline_ms,
    ...present('endedAtMs', row.ended_at_ms),
    ...(row.holder === NOBODY ? {} : present('holder', row.holder)),
  }
}

function useOf(row: DB['plan_use']): PlanUse {
  return {
    tenant: row.tenant,
    plan: row.plan,
    at: row.position,
    step: row.step,
    call: row.call,
    entry: row.entry,
    targets: strings(row.targets),
    atMs: row.at_ms,
  }
}
