/** Rows as oversight counts them (port `OversightStore`). */
import type { AskedOnce, OversightStore } from '../oversight/records.ts'
import { present, strings } from './row-values.ts'
import type { Access } from './transaction.ts'

const COUNTED = [
  'id',
  'effect',
  'policy_ids',
  'state',
  'reason_code',
  'owner',
  'created_at_ms',
  'decided_at_ms',
  'decided_by',
  'viewed_at_ms',
] as const

export function createOversightStore(access: Access): OversightStore {
  return {
    askedSince: async (tenant, fromMs, limit) => {
      const rows = await access
        .read(tenant)
        .selectFrom('approval_request')
        .select(COUNTED)
        .where('tenant', '=', tenant)
        .where('created_at_ms', '>=', fromMs)
        .orderBy('created_at_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        id: row.id,
        effect: row.effect,
        rules: strings(row.policy_ids),
        state: row.state as AskedOnce['state'],
        createdAtMs: row.created_at_ms,
        ...present('reasonCode', row.reason_code),
        ...present('owner', row.owner),
        ...present('decidedAtMs', row.decided_at_ms),
        ...present('decidedBy', row.decided_by),
        ...present('viewedAtMs', row.viewed_at_ms),
      }))
    },
    recommendedSince: async (tenant, fromMs, limit) => {
      const rows = await access
        .read(tenant)
        .selectFrom('recommendation')
        .select(['at_ms', 'status'])
        .where('tenant', '=', tenant)
        .where('at_ms', '>=', fromMs)
        .orderBy('at_ms', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute()
      return rows.map((row) => ({ atMs: row.at_ms, isOverridden: row.status === 'overridden' }))
    },
  }
}
