/** Rotas read from other systems: what each feed last said, and its shifts found by source. */
import type { CreateTable } from './create-table.ts'

export const rosterTables = async ({ table, index }: CreateTable): Promise<void> => {
  await table('roster_feed', ['tenant', 'source'], {
    tenant: 'text',
    source: 'text',
    digest: 'text?',
    state: 'text',
    confirmed_at_ms: 'integer',
  })
  await index('shift', ['tenant', 'source', 'to_ms'])
}
