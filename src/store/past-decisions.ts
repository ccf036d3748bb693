/** Closed requests by what they were about (port `PastDecisions`). */
import type { PastDecision, PastDecisions } from '../approval/past-decisions.ts'
import { requestOf } from './approval-row.ts'
import type { Access } from './transaction.ts'

export function createPastDecisions(access: Access): PastDecisions {
  return {
    remember: async (tx, request, targets) => {
      const rows = [...new Set(targets)]
      if (rows.length === 0) return
      const { tenant, db } = access.open(tx)
      await db
        .insertInto('approval_target')
        .values(rows.map((target) => ({ tenant, request, target })))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
    like: async (tenant, action, targets, limit) => {
      const [byAction, byTarget] = await Promise.all([
        withAction(access, tenant, action, limit),
        withTarget(access, tenant, targets, limit),
      ])
      const found = new Map<string, PastDecision>()
      for (const request of [...byAction, ...byTarget]) {
        const isSameTarget = byTarget.some(({ id }) => id === request.id)
        found.set(request.id, { request, isSameAction: request.action === action, isSameTarget })
      }
      return [...found.values()]
        .sort((a, b) => b.request.createdAtMs - a.request.createdAtMs)
        .slice(0, limit)
    },
  }
}

async function withAction(access: Access, tenant: string, action: string, limit: number) {
  const rows = await access
    .read(tenant)
    .selectFrom('approval_request')
    .selectAll()
    .where('tenant', '=', tenant)
    .where('action', '=', action)
    .where('state', '<>', 'pending')
    .orderBy('created_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(requestOf)
}

async function withTarget(
  access: Access,
  tenant: string,
  targets: readonly string[],
  limit: number,
) {
  if (targets.length === 0) return []
  const rows = await access
    .read(tenant)
    .selectFrom('approval_request as asked')
    .selectAll('asked')
    .where('asked.tenant', '=', tenant)
    .where('asked.state', '<>', 'pending')
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('approval_target as named')
          .select('named.target')
          .where('named.tenant', '=', tenant)
          .whereRef('named.request', '=', 'asked.id')
          .where('named.target', 'in', [...targets]),
      ),
    )
    .orderBy('asked.created_at_ms', 'desc')
    .orderBy('asked.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(requestOf)
}
