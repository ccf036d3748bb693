/** Who answers: how far a request climbed, authority that was lent, marks of suspicion, reviews, roster overrides. */
import type { CreateTable } from './create-table.ts'

export const authorityTables = async ({ table, addColumns, index }: CreateTable): Promise<void> => {
  await addColumns('approval_request', {
    accountable: 'text?',
    ladder: 'text?',
    risk: 'text?',
    due_at_ms: 'integer?',
  })
  // The sweeper asks for all tenants at once.
  await index('approval_request', ['state', 'due_at_ms'])
  await addColumns('approval_signature', { held_as: 'text?', delegation: 'text?' })
  await addColumns('approval_grant', { is_emergency: 'integer?' })
  await addColumns('shift', {
    entered_at_ms: 'integer?',
    entered_by: 'text?',
    confirmed_by: 'text?',
    confirmed_at_ms: 'integer?',
  })
  await table('delegation', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    delegator: 'text',
    delegate: 'text',
    role: 'text',
    classes: 'text',
    from_ms: 'integer',
    to_ms: 'integer',
    ended_at_ms: 'integer?',
  })
  await table('suspect', ['tenant', 'case_id', 'person'], {
    tenant: 'text',
    case_id: 'text',
    person: 'text',
    marked_by: 'text',
    marked_at_ms: 'integer',
  })
  await table('review', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    kind: 'text',
    request: 'text',
    case_id: 'text',
    about: 'text',
    opened_at_ms: 'integer',
    due_at_ms: 'integer',
    needed: 'integer',
    state: 'text',
    verdicts: 'text',
  })
  await index('review', ['tenant', 'state', 'due_at_ms'])
  await table('timetable', ['tenant', 'name'], {
    tenant: 'text',
    name: 'text',
    due_at_ms: 'integer',
  })
}
