/** Credentials borrowed from brokers, and secrets the operator keeps here for tools that have no broker. */
import type { CreateTable } from './create-table.ts'

export const brokeredLeaseTables = async ({ table, index }: CreateTable): Promise<void> => {
  await table('brokered_lease', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    kind: 'text',
    broker: 'text',
    task: 'text',
    agent: 'text',
    case_id: 'text',
    call: 'text',
    scope: 'text',
    live_place: 'text?',
    place: 'text',
    state: 'text',
    node: 'text',
    handle: 'blob?',
    issued_at_ms: 'integer',
    expires_at_ms: 'integer',
    residual_until_ms: 'integer',
    reason: 'text?',
    ending_since_ms: 'integer?',
    attempts: 'integer',
    due_at_ms: 'integer?',
    is_stuck: 'integer',
  })
  // Null once it ends: one that lives for each task, scope and step, and no more.
  await index('brokered_lease', ['tenant', 'live_place'], { unique: true })
  // The sweeper asks for all tenants at once.
  await index('brokered_lease', ['state', 'due_at_ms'])
  await table('sealed_secret', ['tenant', 'name'], {
    tenant: 'text',
    name: 'text',
    envelope: 'blob',
    fields: 'text',
    sealed_by: 'text',
    sealed_at_ms: 'integer',
  })
}
