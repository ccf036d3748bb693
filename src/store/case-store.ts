/** What ticket systems said about cases, and when (port `CaseStore`). */
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import type { Case, CaseStore } from '../case/case.ts'
import { raiseRevision } from './revision-store.ts'
import { jsonText, present, strings } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createCaseStore(access: Access): CaseStore {
  return {
    byId: async (tenant, id) => {
      const row = await caseRows(access.read(tenant), tenant)
        .where('record.id', '=', id)
        .executeTakeFirst()
      return row === undefined ? undefined : caseOf(row)
    },
    byExternalRef: async (tenant, ref) => {
      const row = await caseRows(access.read(tenant), tenant)
        .where('record.external_ref', '=', ref)
        .executeTakeFirst()
      return row === undefined ? undefined : caseOf(row)
    },
    list: async (tenant) => {
      const rows = await caseRows(access.read(tenant), tenant)
        .orderBy('record.severity')
        .orderBy('record.id')
        .execute()
      return rows.map(caseOf)
    },
    put: async (tx, record) => {
      const open = access.openFor(tx, record.tenant)
      const { tenant, id, title, state, severity } = record
      const values = {
        title,
        state,
        severity,
        external_ref: record.externalRef,
        tags: jsonText(record.tags),
        owner: record.owner ?? null,
        observed_at_ms: record.observedAtMs,
      }
      await open.db
        .insertInto('case_record')
        .values({ tenant, id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
      await raiseRevision(open, `case/${id}`)
    },
  }
}

function caseRows(db: Kysely<DB>, tenant: string) {
  return db
    .selectFrom('case_record as record')
    .leftJoin('fact_revision as fact', (join) =>
      join
        .onRef('fact.tenant', '=', 'record.tenant')
        .on('fact.key', '=', sql`'case/' || record.id`),
    )
    .selectAll('record')
    .select('fact.revision')
    .where('record.tenant', '=', tenant)
}

function caseOf(row: DB['case_record'] & { readonly revision: number | null }): Case {
  return {
    tenant: row.tenant,
    id: row.id,
    externalRef: row.external_ref,
    title: row.title,
    state: row.state as Case['state'],
    severity: row.severity,
    tags: strings(row.tags),
    ...present('owner', row.owner),
    observedAtMs: row.observed_at_ms,
    revision: row.revision ?? 0,
  }
}
