/** What stands before evidence is destroyed, and what has to follow an effect. */
import type { CreateTable } from './create-table.ts'

export const followUpTables = async ({ table, index }: CreateTable): Promise<void> => {
  await table('safeguard', ['tenant', 'case_id', 'kind', 'target_kind', 'target_id'], {
    tenant: 'text',
    case_id: 'text',
    kind: 'text',
    target_kind: 'text',
    target_id: 'text',
    made_by: 'text',
    ref: 'text',
    at_ms: 'integer',
    until_ms: 'integer',
  })
  await table('follow_up', ['tenant', 'call', 'kind'], {
    tenant: 'text',
    call: 'text',
    kind: 'text',
    due_at_ms: 'integer',
  })
  // The sweeper asks for all tenants at once.
  await index('follow_up', ['due_at_ms'])
}
