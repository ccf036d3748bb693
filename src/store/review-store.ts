/** Decisions somebody has to look at again (port `ReviewStore`). */
import type { Review, ReviewKind, ReviewStore } from '../approval/review.ts'
import { fromJson, jsonText } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createReviewStore(access: Access): ReviewStore {
  const rows = (tenant: string) =>
    access.read(tenant).selectFrom('review').selectAll().where('tenant', '=', tenant)
  return {
    reviewById: async (tenant, id) => {
      const row = await rows(tenant).where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : reviewOf(row)
    },
    reviews: async (tenant, state) => {
      const all = rows(tenant).orderBy('due_at_ms').orderBy('id')
      const found = await (state === undefined ? all : all.where('state', '=', state)).execute()
      return found.map(reviewOf)
    },
    lockReview: async (tx, id) => {
      const { tenant, db } = access.open(tx)
      const row = await db
        .selectFrom('review')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .modifyEnd(access.engine.forUpdate)
        .executeTakeFirst()
      return row === undefined ? undefined : reviewOf(row)
    },
    putReview: async (tx, review) => {
      const { tenant, db } = access.openFor(tx, review.tenant)
      const values = {
        kind: review.kind,
        request: review.request,
        case_id: review.caseId,
        about: review.about,
        opened_at_ms: review.openedAtMs,
        due_at_ms: review.dueAtMs,
        needed: review.needed,
        state: review.state,
        verdicts: jsonText(review.verdicts),
      }
      await db
        .insertInto('review')
        .values({ tenant, id: review.id, ...values })
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
    },
  }
}

function reviewOf(row: DB['review']): Review {
  return {
    tenant: row.tenant,
    id: row.id,
    kind: row.kind as ReviewKind,
    request: row.request,
    caseId: row.case_id,
    about: row.about,
    openedAtMs: row.opened_at_ms,
    dueAtMs: row.due_at_ms,
    needed: row.needed,
    state: row.state === 'open' ? 'open' : 'closed',
    verdicts: fromJson<Review['verdicts']>(row.verdicts),
  }
}
