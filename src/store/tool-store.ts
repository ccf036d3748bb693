/** Tools as their servers define them and as people reviewed them (port `ToolStore`). */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { ToolStore } from '../catalogue/ports.ts'
import type { Tool, ToolDefinition, ToolKind, ToolStatus } from '../catalogue/tool.ts'
import { raiseRevision } from './revision-store.ts'
import { atMost, fromJson, jsonText, present, strings } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access, Open } from './transaction.ts'

export function createToolStore(access: Access): ToolStore {
  return {
    byName: async (tenant, upstream, kind, name) => {
      const row = await toolRows(access.read(tenant), tenant)
        .where('tool.upstream', '=', upstream)
        .where('tool.kind', '=', kind)
        .where('tool.name', '=', name)
        .executeTakeFirst()
      return row === undefined ? undefined : toolOf(row)
    },
    list: async (tenant) => {
      const rows = await toolRows(access.read(tenant), tenant)
        .orderBy('tool.upstream')
        .orderBy('tool.kind')
        .orderBy('tool.name')
        .execute()
      return rows.map(toolOf)
    },
    put: async (tx, tool) => {
      const open = access.openFor(tx, tool.tenant)
      const { tenant, upstream, kind, name } = tool
      const values = {
        exposed_name: tool.exposedName,
        definition: jsonText(tool.definition),
        definition_digest: tool.definitionDigest,
        status: tool.status,
        findings: jsonText(tool.findings),
        reviewed: tool.reviewed === undefined ? null : jsonText(tool.reviewed),
      }
      await open.db
        .insertInto('tool')
        .values({ tenant, upstream, kind, name, ...values })
        .onConflict((conflict) =>
          conflict.columns(['tenant', 'upstream', 'kind', 'name']).doUpdateSet(values),
        )
        .execute()
      await rememberDigest(open, tool)
      await raiseRevision(open, `tool/${upstream}/${kind}/${name}`)
      await raiseRevision(open, 'tools')
    },
    seenDigests: async (tenant, upstream, name) => {
      const rows = await access
        .read(tenant)
        .selectFrom('tool_digest')
        .select('digest')
        .where('tenant', '=', tenant)
        .where('upstream', '=', upstream)
        .where('name', '=', name)
        .orderBy('kind')
        .orderBy('position')
        .execute()
      return rows.map((row) => row.digest)
    },
  }
}

/** A digest that differs from the last one seen is added, also when it was there before: a swap and back. */
async function rememberDigest({ tenant, db }: Open, tool: Tool): Promise<void> {
  const { upstream, kind, name } = tool
  const last = await db
    .selectFrom('tool_digest')
    .select(['position', 'digest'])
    .where('tenant', '=', tenant)
    .where('upstream', '=', upstream)
    .where('kind', '=', kind)
    .where('name', '=', name)
    .orderBy('position', 'desc')
    .limit(atMost(1))
    .executeTakeFirst()
  if (last?.digest === tool.definitionDigest) return
  const position = (last?.position ?? -1) + 1
  await db
    .insertInto('tool_digest')
    .values({ tenant, upstream, kind, name, position, digest: tool.definitionDigest })
    .execute()
}

function toolRows(db: Kysely<DB>, tenant: string) {
  const key = sql<string>`'tool/' || tool.upstream || '/' || tool.kind || '/' || tool.name`
  return db
    .selectFrom('tool')
    .leftJoin('fact_revision as fact', (join) =>
      join.onRef('fact.tenant', '=', 'tool.tenant').on('fact.key', '=', key),
    )
    .selectAll('tool')
    .select('fact.revision')
    .where('tool.tenant', '=', tenant)
}

function toolOf(row: DB['tool'] & { readonly revision: number | null }): Tool {
  const reviewed =
    row.reviewed === null ? null : fromJson<NonNullable<Tool['reviewed']>>(row.reviewed)
  return {
    tenant: row.tenant,
    upstream: row.upstream,
    kind: row.kind as ToolKind,
    name: row.name,
    exposedName: row.exposed_name,
    definition: fromJson<ToolDefinition>(row.definition),
    definitionDigest: row.definition_digest,
    status: row.status as ToolStatus,
    findings: strings(row.findings),
    ...present('reviewed', reviewed),
    revision: row.revision ?? 0,
  }
}
