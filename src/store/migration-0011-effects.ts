/** What calls changed and how it ends, when inverses were last exercised, and how far calls fan out. */
import type { CreateTable } from './create-table.ts'

export const effectTables = async ({ table, index }: CreateTable): Promise<void> => {
  await table('effect_record', ['tenant', 'call'], {
    tenant: 'text',
    call: 'text',
    case_id: 'text',
    task: 'text',
    agent: 'text',
    tool: 'text',
    action: 'text',
    effect: 'text',
    dispatched_entry: 'text',
    has_inverse: 'integer',
    state: 'text',
    approvers: 'text',
    acted_at_ms: 'integer',
    ends_at_ms: 'integer?',
    at_end: 'text?',
    due_at_ms: 'integer?',
    undo: 'text?',
  })
  // The sweeper asks for all tenants at once.
  await index('effect_record', ['state', 'due_at_ms'])
  await table('tool_drill', ['tenant', 'upstream', 'name'], {
    tenant: 'text',
    upstream: 'text',
    name: 'text',
    entry_digest: 'text',
    call: 'text',
    undo: 'text',
    at_ms: 'integer',
  })
  await table('fan_out', ['tenant', 'scope', 'kind', 'target'], {
    tenant: 'text',
    scope: 'text',
    kind: 'text',
    target: 'text',
    at_ms: 'integer',
  })
  await index('fan_out', ['tenant', 'scope', 'kind', 'at_ms'])
}
