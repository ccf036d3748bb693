/** The queue of people, read page by page (port `ApprovalQueue`). Sorted here: no page knows the others. */
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import { sql } from 'kysely'
import type {
  ApprovalQueue,
  Onlooker,
  QueueAsk,
  QueueCounts,
  QueueView,
  QueueWord,
} from '../approval/queue.ts'
import type { Effect } from '../catalogue/tool.ts'
import { requestOf } from './approval-row.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

type Rows = ExpressionBuilder<DB, 'approval_request'>

/** Requests that run out within the same minute are equally urgent; then blast decides. */
const SAME_MS = 60_000
/** Every effect has its weight; one that is not here counts as worst. */
const WEIGHT: Readonly<Record<Effect, number>> = {
  read: 0,
  annotate: 1,
  influence: 2,
  write: 3,
  contain: 4,
  identity: 5,
  destructive: 6,
}
const WORST = 7
/** What cannot be taken back outweighs every effect that can. */
const IRREVERSIBLE_WEIGHT = 10

export function createApprovalQueue(access: Access): ApprovalQueue {
  return {
    page: async (tenant, ask) => {
      const matching = access
        .read(tenant)
        .selectFrom('approval_request')
        .where('tenant', '=', tenant)
        .where((rows) => rows.and(conditions(rows, tenant, ask)))
      const [found, counted] = await Promise.all([
        matching
          .selectAll()
          .orderBy(orderOf(ask.view))
          .orderBy('id', ask.view === 'decided' ? 'desc' : 'asc')
          .limit(ask.limit)
          .offset(ask.offset)
          .execute(),
        matching.select((rows) => rows.fn.countAll<number>().as('total')).executeTakeFirst(),
      ])
      const targets = await targetsOf(
        access,
        tenant,
        found.map(({ id }) => id),
      )
      const items = found.map((row) => ({
        request: requestOf(row),
        targets: targets.get(row.id) ?? [],
      }))
      return { items, total: counted?.total ?? 0 }
    },
    counts: (tenant, onlooker) => counts(access, tenant, onlooker),
  }
}

async function counts(access: Access, tenant: string, onlooker: Onlooker): Promise<QueueCounts> {
  const row = await access
    .read(tenant)
    .selectFrom('approval_request')
    .where('tenant', '=', tenant)
    .where('state', '=', 'pending')
    .select((rows) => [
      rows.fn.countAll<number>().as('waiting'),
      countOf(rows, inHands(rows, onlooker)).as('mine'),
      countOf(rows, ofTeams(rows, onlooker)).as('teams'),
    ])
    .executeTakeFirstOrThrow()
  return { mine: row.mine, teams: row.teams, waiting: row.waiting }
}

function countOf(rows: Rows, condition: Expression<SqlBool>) {
  return rows.fn.coalesce(
    sql<number>`sum(case when ${condition} then 1 else 0 end)`,
    sql<number>`0`,
  )
}

function conditions(rows: Rows, tenant: string, ask: QueueAsk): Expression<SqlBool>[] {
  const { view, state, caseId, words } = ask
  return [
    ...(state === undefined ? [] : [rows('state', '=', state)]),
    ...(caseId === undefined ? [] : [rows('case_id', '=', caseId)]),
    ...(view === undefined ? [] : [rows('state', view === 'decided' ? '<>' : '=', 'pending')]),
    ...(view === 'mine' ? [inHands(rows, ask)] : []),
    ...(view === 'teams' ? [ofTeams(rows, ask)] : []),
    ...words.map((word) => matches(rows, tenant, word)),
  ]
}

function inHands(rows: Rows, { person }: Onlooker): Expression<SqlBool> {
  return rows('owner', '=', person)
}

/** Needs are JSON that only approval-row.ts writes, without spaces; roles are a closed list of plain words. */
function ofTeams(rows: Rows, onlooker: Onlooker): Expression<SqlBool> {
  return rows.or([
    inHands(rows, onlooker),
    ...onlooker.roles.flatMap((role) => [
      rows('accountable', '=', role),
      rows('needs', 'like', `%"role":"${role}"%`),
    ]),
  ])
}

const SEARCHED = ['tool', 'action', 'effect', 'state', 'id'] as const

function matches(
  rows: Rows,
  tenant: string,
  { text, agents, cases, owners }: QueueWord,
): Expression<SqlBool> {
  const pattern = `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  const like = (column: Expression<string>) =>
    sql<SqlBool>`lower(${column}) like ${pattern} escape '\\'`
  return rows.or([
    ...SEARCHED.map((column) => like(rows.ref(column))),
    ...(agents.length === 0 ? [] : [rows('agent', 'in', [...agents])]),
    ...(cases.length === 0 ? [] : [rows('case_id', 'in', [...cases])]),
    ...(owners.length === 0 ? [] : [rows('owner', 'in', [...owners])]),
    rows.exists(
      rows
        .selectFrom('approval_target as named')
        .select('named.target')
        .where('named.tenant', '=', tenant)
        .whereRef('named.request', '=', 'approval_request.id')
        .where((named) => like(named.ref('named.target'))),
    ),
  ])
}

/** The same on both engines: integers divide to integers, and a list without a word counts as worst. */
function orderOf(view: QueueView | undefined) {
  if (view === undefined) return sql`created_at_ms`
  if (view === 'decided') return sql`coalesce(decided_at_ms, created_at_ms) desc`
  const weights = Object.entries(WEIGHT).map(
    ([effect, weight]) => sql`when effect = ${sql.lit(effect)} then ${sql.lit(weight)}`,
  )
  const worst = sql.lit(WORST)
  return sql`expires_at_ms / ${sql.lit(SAME_MS)}, is_irreversible * ${sql.lit(IRREVERSIBLE_WEIGHT)} + case ${sql.join(weights, sql` `)} else ${worst} end desc, expires_at_ms`
}

async function targetsOf(
  access: Access,
  tenant: string,
  requests: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const targets = new Map<string, string[]>()
  if (requests.length === 0) return targets
  const rows = await access
    .read(tenant)
    .selectFrom('approval_target')
    .select(['request', 'target'])
    .where('tenant', '=', tenant)
    .where('request', 'in', [...requests])
    .orderBy('target')
    .execute()
  for (const { request, target } of rows)
    targets.set(request, [...(targets.get(request) ?? []), target])
  return targets
}
