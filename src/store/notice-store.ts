/** What people are to hear (port `NoticeQueue`). */
import type { NoticeQueue } from '../kernel/notice.ts'
import { jsonText } from './row-values.ts'
import type { Access } from './transaction.ts'

export function createNoticeStore(access: Access): NoticeQueue {
  return {
    put: async (tx, notice) => {
      const { db } = access.openFor(tx, notice.tenant)
      const { tenant, id, kind, urgency, to, about, atMs } = notice
      await db
        .insertInto('notice')
        .values({
          tenant,
          id,
          kind,
          urgency,
          to_person: 'person' in to ? to.person : null,
          to_role: 'role' in to ? to.role : null,
          about: jsonText(about),
          at_ms: atMs,
          planned_at_ms: null,
        })
        .execute()
    },
  }
}
