/** Approvals, leases, calls and what they left behind. */
import type { CreateTable } from './create-table.ts'

export const callTables = async (create: CreateTable): Promise<void> => {
  await approvalTables(create)
  await executionTables(create)
  await evidenceTables(create)
}

async function approvalTables({ table, index }: CreateTable): Promise<void> {
  await table('approval_request', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    call: 'text',
    task: 'text',
    agent: 'text',
    case_id: 'text',
    on_behalf_of: 'text',
    agent_owner: 'text',
    tool: 'text',
    action: 'text',
    effect: 'text',
    is_irreversible: 'integer',
    fingerprint: 'text',
    action_digest: 'text',
    request_entry: 'text',
    needs: 'text',
    policy_ids: 'text',
    rule_digest: 'text',
    definition_digest: 'text',
    owner: 'text?',
    claim: 'text',
    upgrades_purpose: 'integer',
    state: 'text',
    reason_code: 'text?',
    created_at_ms: 'integer',
    expires_at_ms: 'integer',
    decided_at_ms: 'integer?',
    decided_by: 'text?',
    viewed_at_ms: 'integer?',
    decision_entry: 'text?',
    revision: 'integer',
  })
  await index('approval_request', ['tenant', 'fingerprint', 'created_at_ms'])
  await index('approval_request', ['tenant', 'state', 'agent'])
  // The sweeper asks for all tenants at once.
  await index('approval_request', ['state', 'expires_at_ms'])
  await table('approval_signature', ['tenant', 'request', 'person'], {
    tenant: 'text',
    request: 'text',
    person: 'text',
    role: 'text',
    certificate: 'text?',
    at_ms: 'integer',
  })
  await table('approval_grant', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    request: 'text',
    fingerprint: 'text',
    action_digest: 'text',
    rule_digest: 'text',
    policy_ids: 'text',
    people: 'text',
    state: 'text',
    granted_at_ms: 'integer',
    expires_at_ms: 'integer',
  })
  await index('approval_grant', ['tenant', 'request'])
  await index('approval_grant', ['tenant', 'state'])
}

async function executionTables({ table, index }: CreateTable): Promise<void> {
  await table('lease', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    kind: 'text',
    task: 'text',
    call: 'text',
    upstream: 'text',
    tool: 'text',
    state: 'text',
    issued_at_ms: 'integer',
    expires_at_ms: 'integer',
  })
  await index('lease', ['tenant', 'task', 'state'])
  await table('tool_call', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    task: 'text',
    agent: 'text',
    case_id: 'text',
    tool: 'text',
    upstream: 'text',
    action: 'text',
    effect: 'text',
    definition_digest: 'text',
    fingerprint: 'text',
    state: 'text',
    request: 'text?',
    lease: 'text?',
    dispatched_entry: 'text?',
    outcome: 'text?',
    node: 'text?',
    evidence: 'text?',
    created_at_ms: 'integer',
    updated_at_ms: 'integer',
  })
  await index('tool_call', ['tenant', 'state', 'created_at_ms'])
  await index('tool_call', ['tenant', 'case_id', 'created_at_ms'])
  await index('tool_call', ['tenant', 'task'])
}

async function evidenceTables({ table, index }: CreateTable): Promise<void> {
  await table('evidence', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    case_id: 'text',
    task: 'text',
    call: 'text',
    tool: 'text',
    digest: 'text',
    outcome_entry: 'text',
    labels: 'text',
    at_ms: 'integer',
  })
  await index('evidence', ['tenant', 'case_id', 'at_ms'])
  await table('recommendation', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    case_id: 'text',
    task: 'text',
    agent: 'text',
    status: 'text',
    owner: 'text',
    evidence: 'text',
    entry: 'text',
    at_ms: 'integer',
  })
  await index('recommendation', ['tenant', 'case_id', 'at_ms'])
}
