/** Delegated work and what it has read so far (port `TaskStore`). */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Tx } from '../kernel/commit.ts'
import type { TaskStore } from '../task/ports.ts'
import type { Exposure, Purpose, Task } from '../task/task.ts'
import { raiseRevision } from './revision-store.ts'
import { jsonText, present, strings } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

const LABEL = 'label'
const SOURCE = 'source'
const APPROVED_SOURCE = 'approved_source'

export function createTaskStore(access: Access): TaskStore {
  return {
    byId: async (tenant, id) => {
      const row = await taskRows(access.read(tenant), tenant)
        .where('task.id', '=', id)
        .executeTakeFirst()
      return row === undefined ? undefined : taskOf(row)
    },
    list: async (tenant) => {
      const rows = await taskRows(access.read(tenant), tenant)
        .orderBy('task.opened_at_ms')
        .orderBy('task.id')
        .execute()
      return rows.map(taskOf)
    },
    put: async (tx, task) => {
      const open = access.openFor(tx, task.tenant)
      const { tenant, id, agent, purpose, state } = task
      const values = {
        agent,
        purpose,
        state,
        case_id: task.caseId,
        scope: jsonText(task.scope),
        on_behalf_of: task.onBehalfOf,
        opened_at_ms: task.openedAtMs,
        expires_at_ms: task.expiresAtMs,
        plan: task.plan ?? null,
        parent: task.parent ?? null,
      }
      await open.db
        .insertInto('task')
        .values({ tenant, id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
      await raiseRevision(open, `task/${id}`)
    },
    exposure: async (tenant, task) => readExposure(access.read(tenant), tenant, task),
    addExposure: async (tx, task, labels, untrustedSources) => {
      await addValues(access, tx, task, [
        ...labels.map((value) => ({ kind: LABEL, value })),
        ...untrustedSources.map((value) => ({ kind: SOURCE, value })),
      ])
    },
    approveSources: async (tx, task, sources) => {
      const values = sources.map((value) => ({ kind: APPROVED_SOURCE, value }))
      await addValues(access, tx, task, values)
    },
  }
}

type ExposureValue = { readonly kind: string; readonly value: string }

async function addValues(
  access: Access,
  tx: Tx,
  task: string,
  values: readonly ExposureValue[],
): Promise<void> {
  const open = access.open(tx)
  if (values.length === 0) return
  const added = await open.db
    .insertInto('exposure')
    .values(values.map((each) => ({ tenant: open.tenant, task, ...each })))
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if ((added.numInsertedOrUpdatedRows ?? 0n) > 0n) await raiseRevision(open, `exposure/${task}`)
}

/** One statement, so that values and revision are of the same moment. */
async function readExposure(db: Kysely<DB>, tenant: string, task: string): Promise<Exposure> {
  const rows = await db
    .selectFrom('fact_revision as fact')
    .leftJoin('exposure', (join) =>
      join.onRef('exposure.tenant', '=', 'fact.tenant').on('exposure.task', '=', task),
    )
    .select(['fact.revision', 'exposure.kind', 'exposure.value'])
    .where('fact.tenant', '=', tenant)
    .where('fact.key', '=', `exposure/${task}`)
    .orderBy('exposure.value')
    .execute()
  const valuesOf = (kind: string) =>
    rows.flatMap((row) => (row.kind === kind && row.value !== null ? [row.value] : []))
  return {
    labels: valuesOf(LABEL),
    untrustedSources: valuesOf(SOURCE),
    approvedSources: valuesOf(APPROVED_SOURCE),
    revision: rows[0]?.revision ?? 0,
  }
}

export function taskRows(db: Kysely<DB>, tenant: string) {
  return db
    .selectFrom('task')
    .leftJoin('fact_revision as fact', (join) =>
      join.onRef('fact.tenant', '=', 'task.tenant').on('fact.key', '=', sql`'task/' || task.id`),
    )
    .selectAll('task')
    .select('fact.revision')
    .where('task.tenant', '=', tenant)
}

export function taskOf(row: DB['task'] & { readonly revision: number | null }): Task {
  return {
    tenant: row.tenant,
    id: row.id,
    agent: row.agent,
    caseId: row.case_id,
    purpose: row.purpose as Purpose,
    scope: strings(row.scope),
    onBehalfOf: row.on_behalf_of,
    state: row.state as Task['state'],
    openedAtMs: row.opened_at_ms,
    expiresAtMs: row.expires_at_ms,
    ...present('plan', row.plan),
    ...present('parent', row.parent),
    revision: row.revision ?? 0,
  }
}
