/** Changes that need a second person. Whoever can write here can make a proposal look decided, not be applied. */
import type { CreateTable } from './create-table.ts'

export const governedTables = async ({ table, index }: CreateTable): Promise<void> => {
  await table('governed_change', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    kind: 'text',
    state: 'text',
    digest: 'text',
    proposed_by: 'text',
    entry: 'text',
    created_at_ms: 'integer',
    due_at_ms: 'integer',
    decided_by: 'text?',
    decided_at_ms: 'integer?',
  })
  await index('governed_change', ['tenant', 'state', 'due_at_ms'])
}
