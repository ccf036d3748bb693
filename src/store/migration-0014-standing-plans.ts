/** What owners approved before it is asked, and what ran on that. */
import type { CreateTable } from './create-table.ts'

export const standingTables = async ({ table, index }: CreateTable): Promise<void> => {
  // Somebody who can change a row can let reversible acts of one class pass unasked; each use is an entry.
  await table('standing_plan', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    owner: 'text',
    role: 'text',
    action: 'text',
    effect: 'text',
    scope: 'text',
    cap: 'integer',
    window_ms: 'integer',
    sample_percent: 'integer',
    digest: 'text',
    state: 'text',
    created_at_ms: 'integer',
    expires_at_ms: 'integer',
  })
  await index('standing_plan', ['tenant', 'action', 'state'])
  await table('standing_use', ['tenant', 'call'], {
    tenant: 'text',
    call: 'text',
    standing: 'text',
    action: 'text',
    is_sampled: 'integer',
    at_ms: 'integer',
    verdict: 'text?',
    reviewed_by: 'text?',
    reviewed_at_ms: 'integer?',
  })
  await index('standing_use', ['tenant', 'is_sampled', 'at_ms'])
}
