/** Agents, people, tools, cases, tasks and the facts about them. */
import type { CreateTable } from './create-table.ts'

export const recordTables = async (create: CreateTable): Promise<void> => {
  await agentTables(create)
  await personTables(create)
  await catalogueTables(create)
  await caseTables(create)
  await factTables(create)
}

async function agentTables({ table, index }: CreateTable): Promise<void> {
  await table('agent', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    name: 'text',
    subject: 'text',
    owner: 'text',
    mode: 'text',
    state: 'text',
    grants: 'text',
  })
  await index('agent', ['tenant', 'name'], { unique: true })
  await table('agent_key', ['tenant', 'agent', 'thumbprint'], {
    tenant: 'text',
    agent: 'text',
    thumbprint: 'text',
    jwk: 'text',
    created_at_ms: 'integer',
    revoked_at_ms: 'integer?',
  })
  // A workload presents only its subject; uniqueness over all tenants keeps one from claiming another's.
  await table('agent_subject', ['subject'], { subject: 'text', tenant: 'text', agent: 'text' })
  await table('assertion', ['tenant', 'agent', 'jti'], {
    tenant: 'text',
    agent: 'text',
    jti: 'text',
    expires_at_ms: 'integer',
  })
}

async function personTables({ table, index }: CreateTable): Promise<void> {
  await table('person', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    name: 'text',
    email: 'text',
    roles: 'text',
    state: 'text',
  })
  await table('person_token', ['tenant', 'person'], {
    tenant: 'text',
    person: 'text',
    token_hash: 'text',
  })
  await index('person_token', ['token_hash'])
  await table('certificate', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    person: 'text',
    action_class: 'text',
    issuer: 'text',
    expires_at_ms: 'integer',
  })
  await index('certificate', ['tenant', 'person'])
  await table('shift', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    role: 'text',
    person: 'text',
    from_ms: 'integer',
    to_ms: 'integer',
    precedence: 'integer',
    source: 'text',
  })
  await index('shift', ['tenant', 'to_ms'])
}

async function catalogueTables({ table }: CreateTable): Promise<void> {
  await table('tool', ['tenant', 'upstream', 'kind', 'name'], {
    tenant: 'text',
    upstream: 'text',
    kind: 'text',
    name: 'text',
    exposed_name: 'text',
    definition: 'text',
    definition_digest: 'text',
    status: 'text',
    findings: 'text',
    reviewed: 'text?',
  })
  await table('tool_digest', ['tenant', 'upstream', 'kind', 'name', 'position'], {
    tenant: 'text',
    upstream: 'text',
    kind: 'text',
    name: 'text',
    position: 'integer',
    digest: 'text',
  })
}

async function caseTables({ table, index }: CreateTable): Promise<void> {
  await table('case_record', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    external_ref: 'text',
    title: 'text',
    state: 'text',
    severity: 'integer',
    tags: 'text',
    owner: 'text?',
    observed_at_ms: 'integer',
  })
  await index('case_record', ['tenant', 'external_ref'], { unique: true })
  await table('asset', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    kind: 'text',
    name: 'text',
    name_key: 'text',
    criticality: 'integer',
    environment: 'text',
    is_never_touch: 'integer',
    labels: 'text',
    observed_at_ms: 'integer',
  })
  await index('asset', ['tenant', 'kind', 'name_key'], { unique: true })
  await table('task', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    agent: 'text',
    case_id: 'text',
    purpose: 'text',
    scope: 'text',
    on_behalf_of: 'text',
    state: 'text',
    opened_at_ms: 'integer',
    expires_at_ms: 'integer',
  })
  await table('exposure', ['tenant', 'task', 'kind', 'value'], {
    tenant: 'text',
    task: 'text',
    kind: 'text',
    value: 'text',
  })
}

async function factTables({ table, index }: CreateTable): Promise<void> {
  await table('fact_revision', ['tenant', 'key'], {
    tenant: 'text',
    key: 'text',
    revision: 'integer',
  })
  await table('stop', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    scope: 'text',
    subject: 'text?',
    pressed_by: 'text',
    pressed_at_ms: 'integer',
    released_by: 'text?',
    released_at_ms: 'integer?',
  })
  await index('stop', ['tenant', 'released_at_ms'])
  await table('budget', ['tenant', 'key'], {
    tenant: 'text',
    key: 'text',
    window_started_ms: 'integer',
    used: 'integer',
  })
  await table('policy_bundle', ['tenant', 'sequence'], {
    tenant: 'text',
    sequence: 'integer',
    digest: 'text',
    text: 'text',
    published_by: 'text',
    published_at_ms: 'integer',
  })
}
