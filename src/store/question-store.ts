/** Questions to agents about their requests (port `QuestionStore`). The texts are payloads, not here. */
import type { Question, QuestionStore } from '../approval/question.ts'
import { present } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

export function createQuestionStore(access: Access): QuestionStore {
  return {
    ofRequest: async (tenant, request) => {
      const rows = await access
        .read(tenant)
        .selectFrom('approval_question')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('request', '=', request)
        .orderBy('asked_at_ms')
        .orderBy('id')
        .execute()
      return rows.map(questionOf)
    },
    put: async (tx, question) => {
      const { tenant, db } = access.openFor(tx, question.tenant)
      await db
        .insertInto('approval_question')
        .values({
          tenant,
          id: question.id,
          request: question.request,
          asked_by: question.askedBy,
          asked_at_ms: question.askedAtMs,
          entry: question.entry,
          answered_at_ms: question.answeredAtMs ?? null,
          answer_entry: question.answerEntry ?? null,
        })
        .execute()
    },
    answer: async (tx, request, id, entry, atMs) => {
      const { tenant, db } = access.open(tx)
      const marked = await db
        .updateTable('approval_question')
        .set({ answered_at_ms: atMs, answer_entry: entry })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .where('request', '=', request)
        .where('answer_entry', 'is', null)
        .executeTakeFirst()
      return marked.numUpdatedRows === 1n
    },
  }
}

function questionOf(row: DB['approval_question']): Question {
  return {
    tenant: row.tenant,
    id: row.id,
    request: row.request,
    askedBy: row.asked_by,
    askedAtMs: row.asked_at_ms,
    entry: row.entry,
    ...present('answeredAtMs', row.answered_at_ms),
    ...present('answerEntry', row.answer_entry),
  }
}
