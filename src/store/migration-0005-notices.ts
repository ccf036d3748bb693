/** What people are to hear, one row per message that leaves, and who they are in a chat. */
import type { CreateTable } from './create-table.ts'

export const noticeTables = async ({ table, index }: CreateTable): Promise<void> => {
  await table('notice', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    kind: 'text',
    urgency: 'text',
    to_person: 'text?',
    to_role: 'text?',
    about: 'text',
    at_ms: 'integer',
    planned_at_ms: 'integer?',
  })
  await index('notice', ['tenant', 'planned_at_ms', 'at_ms'])
  await table('delivery', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    notice: 'text',
    channel: 'text',
    person: 'text?',
    state: 'text',
    attempts: 'integer',
    due_at_ms: 'integer',
    claimed_by: 'text?',
    claimed_until_ms: 'integer?',
    error: 'text?',
    created_at_ms: 'integer',
    settled_at_ms: 'integer?',
  })
  await index('delivery', ['tenant', 'state', 'due_at_ms'])
  await index('delivery', ['tenant', 'notice'])
  // Somebody who can change it can decide in another person's name, where the class lets a chat decide.
  await table('chat_account', ['tenant', 'channel', 'account'], {
    tenant: 'text',
    channel: 'text',
    account: 'text',
    person: 'text',
    linked_at_ms: 'integer',
  })
  await index('chat_account', ['tenant', 'person'])
  await table('chat_callback', ['tenant', 'channel', 'digest'], {
    tenant: 'text',
    channel: 'text',
    digest: 'text',
    received_at_ms: 'integer',
  })
}
