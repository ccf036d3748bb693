/** What work under way has used and acted upon (port `RunningReader`). */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { CallState } from '../enforcement/call.ts'
import type { RunningReader } from '../enforcement/running.ts'
import { recordOf } from './effect-store.ts'
import type { DB } from './schema.ts'
import { taskOf, taskRows } from './task-store.ts'
import type { Access } from './transaction.ts'
import { countUnderWay } from './under-way.ts'

/** As `take-budgets.ts` names the scope of a task. */
const SCOPE = 'task/'

export function createRunningReader(access: Access): RunningReader {
  return {
    openTasks: async (tenant, nowMs, limit) => {
      const db = access.read(tenant)
      const [rows, found] = await Promise.all([
        taskRows(db, tenant)
          .where('task.state', '=', 'open')
          .where('task.expires_at_ms', '>', nowMs)
          .where(OF_NO_RETIRED)
          .orderBy('task.opened_at_ms', 'desc')
          .orderBy('task.id', 'desc')
          .limit(limit)
          .execute(),
        countOpen(db, tenant, nowMs),
      ])
      return { tasks: rows.map(taskOf), total: found }
    },
    toolCounts: async (tenant, tasks) => {
      if (tasks.length === 0) return []
      const rows = await access
        .read(tenant)
        .selectFrom('tool_call')
        .select(['task', 'tool', 'effect', 'state'])
        .select((row) => [
          row.fn.countAll<number>().as('calls'),
          row.fn.max('created_at_ms').as('last_at_ms'),
        ])
        .where('tenant', '=', tenant)
        .where('task', 'in', tasks)
        .groupBy(['task', 'tool', 'effect', 'state'])
        .orderBy('tool')
        .execute()
      return rows.map(({ task, tool, effect, state, calls, last_at_ms }) => ({
        ...{ task, tool, effect },
        state: state as CallState,
        calls: Number(calls),
        lastAtMs: Number(last_at_ms),
      }))
    },
    targetCounts: async (tenant, tasks, sinceMs) => {
      if (tasks.length === 0) return []
      const scopes = tasks.map((task) => `${SCOPE}${task}`)
      const rows = await access
        .read(tenant)
        .selectFrom('fan_out')
        .select(['scope', 'kind'])
        .select((row) => row.fn.countAll<number>().as('targets'))
        .where('tenant', '=', tenant)
        .where('scope', 'in', scopes)
        .where('at_ms', '>', sinceMs)
        .groupBy(['scope', 'kind'])
        .orderBy('kind')
        .execute()
      return rows.map(({ scope, kind, targets }) => ({
        task: scope.slice(SCOPE.length),
        kind,
        targets: Number(targets),
      }))
    },
    acts: async (tenant, tasks, perTask) =>
      tasks.length === 0 ? [] : newestActs(access.read(tenant), tenant, tasks, perTask),
    underWay: (tenant, agent, nowMs) => countUnderWay(access.read(tenant), tenant, agent, nowMs),
  }
}

async function countOpen(db: Kysely<DB>, tenant: string, nowMs: number): Promise<number> {
  const { count } = await db
    .selectFrom('task')
    .select((row) => row.fn.countAll<number>().as('count'))
    .where('tenant', '=', tenant)
    .where('state', '=', 'open')
    .where('expires_at_ms', '>', nowMs)
    .where(OF_NO_RETIRED)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** What a retired agent left open can do nothing any more. */
const OF_NO_RETIRED = sql<boolean>`not exists (
  select 1 from agent
  where agent.tenant = task.tenant and agent.id = task.agent and agent.state = 'retired'
)`

/** Ranked within each task, so that a busy one leaves room for the others. */
async function newestActs(
  db: Kysely<DB>,
  tenant: string,
  tasks: readonly string[],
  perTask: number,
) {
  const rows = await db
    .selectFrom(
      db
        .selectFrom('effect_record')
        .selectAll()
        .select(
          sql<number>`row_number() over (partition by task order by acted_at_ms desc, call desc)`.as(
            'place',
          ),
        )
        .where('tenant', '=', tenant)
        .where('task', 'in', tasks)
        .as('ranked'),
    )
    .selectAll()
    .where('place', '<=', perTask)
    .orderBy('acted_at_ms', 'desc')
    .orderBy('call', 'desc')
    .execute()
  return rows.map(({ place: _, ...row }) => recordOf(row))
}
