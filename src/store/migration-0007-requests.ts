/** What a request remembers beside its decision: who has it, what was asked, opened and changed. */
import type { CreateTable } from './create-table.ts'

export const requestTables = async (create: CreateTable): Promise<void> => {
  const { table, index, addColumns } = create
  await addColumns('approval_request', {
    acknowledged_at_ms: 'integer?',
    acknowledged_by: 'text?',
    modified_from: 'text?',
    modified_by: 'text?',
    suggested_fingerprint: 'text?',
    evidence_rule: 'text?',
  })
  await index('approval_request', ['tenant', 'suggested_fingerprint'])
  // What people decided before on the same kind of act.
  await index('approval_request', ['tenant', 'action', 'created_at_ms'])
  await table('approval_target', ['tenant', 'request', 'target'], {
    tenant: 'text',
    request: 'text',
    target: 'text',
  })
  await index('approval_target', ['tenant', 'target'])
  await table('approval_question', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    request: 'text',
    asked_by: 'text',
    asked_at_ms: 'integer',
    entry: 'text',
    answered_at_ms: 'integer?',
    answer_entry: 'text?',
  })
  await index('approval_question', ['tenant', 'request', 'asked_at_ms'])
  await table('approval_opened', ['tenant', 'request', 'person', 'item'], {
    tenant: 'text',
    request: 'text',
    person: 'text',
    item: 'text',
    at_ms: 'integer',
  })
  await addColumns('tool_call', { recommendation: 'text?' })
}
