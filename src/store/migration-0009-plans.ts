/** Chains of calls approved as a whole, what ran under them, and the tasks they and hand-offs tie together. */
import type { CreateTable } from './create-table.ts'

export const planTables = async ({ table, addColumns, index }: CreateTable): Promise<void> => {
  // Somebody who can change it can name another statement; then its digest is not the one that was signed.
  await table('plan', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    task: 'text',
    agent: 'text',
    case_id: 'text',
    proposed_by: 'text',
    source: 'text',
    digest: 'text',
    entry: 'text',
    request: 'text',
    follows: 'text?',
    action: 'text',
    effect: 'text',
    steps: 'integer',
    state: 'text',
    reason: 'text?',
    calls: 'integer',
    created_at_ms: 'integer',
    deadline_ms: 'integer',
    ended_at_ms: 'integer?',
  })
  await index('plan', ['tenant', 'state', 'created_at_ms'])
  // The sweeper asks for all tenants at once.
  await index('plan', ['state', 'deadline_ms'])
  await table('plan_use', ['tenant', 'plan', 'position'], {
    tenant: 'text',
    plan: 'text',
    position: 'integer',
    step: 'integer',
    call: 'text',
    entry: 'text',
    targets: 'text',
    at_ms: 'integer',
  })
  await addColumns('task', { plan: 'text?', parent: 'text?' })
  await addColumns('approval_request', { plan: 'text?', grant_until_ms: 'integer?' })
}
