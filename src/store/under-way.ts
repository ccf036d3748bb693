/** How much of an agent's is under way, counted; part of the port `RunningReader`. */
import type { Kysely, SelectQueryBuilder } from 'kysely'
import type { UnderWay } from '../enforcement/running.ts'
import type { DB } from './schema.ts'

export async function countUnderWay(
  db: Kysely<DB>,
  tenant: string,
  agent: string,
  nowMs: number,
): Promise<UnderWay> {
  const liveGrants = db
    .selectFrom('approval_grant as grant')
    .where('grant.tenant', '=', tenant)
    .where('grant.state', '=', 'live')
    .where('grant.expires_at_ms', '>', nowMs)
  const [sessions, requests, approvals, plans, leases, containments] = await Promise.all([
    countOf(
      db
        .selectFrom('task')
        .where('tenant', '=', tenant)
        .where('agent', '=', agent)
        .where('state', '=', 'open')
        .where('expires_at_ms', '>', nowMs),
    ),
    countOf(
      db
        .selectFrom('approval_request')
        .where('tenant', '=', tenant)
        .where('agent', '=', agent)
        .where('state', '=', 'pending'),
    ),
    countOf(
      liveGrants
        .innerJoin('approval_request as asked', (join) =>
          join.onRef('asked.tenant', '=', 'grant.tenant').onRef('asked.id', '=', 'grant.request'),
        )
        .where('asked.agent', '=', agent)
        .where('asked.plan', 'is', null),
    ),
    countOf(
      liveGrants
        .innerJoin('plan', (join) =>
          join
            .onRef('plan.tenant', '=', 'grant.tenant')
            .onRef('plan.request', '=', 'grant.request'),
        )
        .where('plan.agent', '=', agent)
        .where('plan.state', '=', 'open'),
    ),
    countOf(
      db
        .selectFrom('lease')
        .innerJoin('task', (join) =>
          join.onRef('task.tenant', '=', 'lease.tenant').onRef('task.id', '=', 'lease.task'),
        )
        .where('lease.tenant', '=', tenant)
        .where('task.agent', '=', agent)
        .where('lease.state', '=', 'live'),
    ),
    countOf(
      db
        .selectFrom('effect_record')
        .where('tenant', '=', tenant)
        .where('agent', '=', agent)
        .where('state', 'in', ['pending', 'standing', 'held'])
        .where('ends_at_ms', 'is not', null),
    ),
  ])
  return { sessions, requests, approvals, plans, leases, containments }
}

// biome-ignore lint/suspicious/noExplicitAny: which table is counted does not matter, and Kysely has no other word for it
async function countOf(rows: SelectQueryBuilder<any, any, object>): Promise<number> {
  const { count } = await rows
    .select((row) => row.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}
