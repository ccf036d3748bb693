/** Recorded results and what models made of them (port `EvidenceStore`). */
import type { Evidence, EvidenceStore, Recommendation } from '../evidence/evidence.ts'
import { prepareInsert } from './prepared.ts'
import { jsonText, strings } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createEvidenceStore(access: Access): EvidenceStore {
  return { ...evidence(access), ...recommendations(access) }
}

function evidence(access: Access): Pick<EvidenceStore, 'byId' | 'listOfCase' | 'put'> {
  const insert = prepareInsert(access.engine, 'evidence')
  const rows = (tenant: string) =>
    access.read(tenant).selectFrom('evidence').selectAll().where('tenant', '=', tenant)
  return {
    byId: async (tenant, id) => {
      const row = await rows(tenant).where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : evidenceOf(row)
    },
    listOfCase: async (tenant, caseId) => {
      const found = await rows(tenant)
        .where('case_id', '=', caseId)
        .orderBy('at_ms')
        .orderBy('id')
        .execute()
      return found.map(evidenceOf)
    },
    /** Evidence never changes; a second one of the same id is `conflict`. */
    put: async (tx, recorded) => {
      const { tenant, db } = access.openFor(tx, recorded.tenant)
      const { id, task, call, tool, digest } = recorded
      const row = {
        tenant,
        id,
        task,
        call,
        tool,
        digest,
        case_id: recorded.caseId,
        outcome_entry: recorded.outcomeEntry,
        labels: jsonText(recorded.labels),
        at_ms: recorded.atMs,
      }
      await insert(db, [row])
    },
  }
}

function recommendations(
  access: Access,
): Pick<EvidenceStore, 'putRecommendation' | 'recommendationsOfCase'> {
  return {
    putRecommendation: async (tx, made) => {
      const { tenant, db } = access.openFor(tx, made.tenant)
      const { id, task, agent, status, owner, entry } = made
      const values = {
        task,
        agent,
        status,
        owner,
        entry,
        case_id: made.caseId,
        evidence: jsonText(made.evidence),
        at_ms: made.atMs,
      }
      await db
        .insertInto('recommendation')
        .values({ tenant, id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
    },
    recommendationsOfCase: async (tenant, caseId) => {
      const found = await access
        .read(tenant)
        .selectFrom('recommendation')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('case_id', '=', caseId)
        .orderBy('at_ms')
        .orderBy('id')
        .execute()
      return found.map(recommendationOf)
    },
  }
}

function evidenceOf(row: DB['evidence']): Evidence {
  return {
    tenant: row.tenant,
    id: row.id,
    caseId: row.case_id,
    task: row.task,
    call: row.call,
    tool: row.tool,
    digest: row.digest,
    outcomeEntry: row.outcome_entry,
    labels: strings(row.labels),
    atMs: row.at_ms,
  }
}

function recommendationOf(row: DB['recommendation']): Recommendation {
  return {
    tenant: row.tenant,
    id: row.id,
    caseId: row.case_id,
    task: row.task,
    agent: row.agent,
    status: row.status as Recommendation['status'],
    owner: row.owner,
    evidence: strings(row.evidence),
    entry: row.entry,
    atMs: row.at_ms,
  }
}
