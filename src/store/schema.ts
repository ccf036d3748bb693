/**
 * Every table of the store, as data, and the type Kysely works with. The migrations create the same tables; a
 * test reads the live schema of both engines and compares it with this file.
 *
 * Rules for all tables: `tenant` leads every key, so that tenants can move to databases of their own; ids and
 * enums are text; instants (milliseconds) and flags (0 or 1) are integers; hashed bytes are blobs; JSON is
 * text. A trailing `?` means the column may be null.
 */

type Kind = 'text' | 'integer' | 'blob'
export type Column = Kind | `${Kind}?`

// biome-ignore format: a table reads best with its columns close together
export const TABLES = {
  // the log
  log_head: { tenant: 'text', size: 'integer', root: 'blob', frontier: 'blob' },
  log_entry: {
    tenant: 'text', idx: 'integer', id: 'text', case_id: 'text?', bytes: 'blob', leaf_hash: 'blob',
  },
  // `root` is the tree node above the tile's 256 hashes, from which the tile one level up is made.
  log_tile: { tenant: 'text', level: 'integer', idx: 'integer', root: 'blob', bytes: 'blob' },
  log_checkpoint: { tenant: 'text', size: 'integer', note: 'text', signed_at_ms: 'integer' },
  case_head: { tenant: 'text', case_id: 'text', seq: 'integer', leaf_hash: 'blob' },
  // `case_id` is empty for payloads of entries outside any case. `wrapped` is null once destroyed.
  data_key: { tenant: 'text', id: 'text', case_id: 'text', data_class: 'text', wrapped: 'blob?' },
  payload: {
    tenant: 'text', entry_id: 'text', name: 'text', key_id: 'text', envelope: 'blob', media_type: 'text',
  },

  // who
  agent: {
    tenant: 'text', id: 'text', name: 'text', subject: 'text', owner: 'text', mode: 'text', state: 'text',
    grants: 'text',
  },
  agent_key: {
    tenant: 'text', agent: 'text', thumbprint: 'text', jwk: 'text', created_at_ms: 'integer',
    revoked_at_ms: 'integer?',
  },
  // Finds the tenant of a workload, so it alone is keyed without one.
  agent_subject: { subject: 'text', tenant: 'text', agent: 'text' },
  assertion: { tenant: 'text', agent: 'text', jti: 'text', expires_at_ms: 'integer' },
  // `roles_entry` and `entry` name the entry of the log that recorded the row.
  person: {
    tenant: 'text', id: 'text', name: 'text', email: 'text', roles: 'text', state: 'text', roles_entry: 'text?',
  },
  person_token: { tenant: 'text', person: 'text', token_hash: 'text' },
  certificate: {
    tenant: 'text', id: 'text', person: 'text', action_class: 'text', issuer: 'text',
    expires_at_ms: 'integer', entry: 'text?',
  },
  shift: {
    tenant: 'text', id: 'text', role: 'text', person: 'text', from_ms: 'integer', to_ms: 'integer',
    precedence: 'integer', source: 'text', entered_at_ms: 'integer?', entered_by: 'text?',
    confirmed_by: 'text?', confirmed_at_ms: 'integer?', by_token: 'integer?',
  },
  roster_feed: { tenant: 'text', source: 'text', digest: 'text?', state: 'text', confirmed_at_ms: 'integer' },

  // how people prove who they are
  login_link: {
    tenant: 'text', id: 'text', hash: 'text', person: 'text', issued_by: 'text', is_vouched: 'integer',
    expires_at_ms: 'integer', used_at_ms: 'integer?',
  },
  session: {
    tenant: 'text', id: 'text', hash: 'text', person: 'text', method: 'text', is_vouched: 'integer',
    introduced_by: 'text?', opened_at_ms: 'integer', seen_at_ms: 'integer', expires_at_ms: 'integer', closed_at_ms: 'integer?',
  },
  passkey: {
    tenant: 'text', id: 'text', person: 'text', credential: 'text', name: 'text', public_key: 'blob',
    key_digest: 'text', algorithm: 'integer', aaguid: 'text', is_device_bound: 'integer', sign_count: 'integer', state: 'text',
    introduced_by: 'text?', enrolled_at_ms: 'integer', enrolled_entry: 'text', vouched_by: 'text?', vouched_at_ms: 'integer?',
    vouched_entry: 'text?', revoked_at_ms: 'integer?',
  },
  // `subject` is the person who answered; empty for a login, where the answer says who.
  spent_challenge: { tenant: 'text', challenge: 'text', subject: 'text', spent_at_ms: 'integer' },

  // what, about what, for what
  tool: {
    tenant: 'text', upstream: 'text', kind: 'text', name: 'text', exposed_name: 'text', definition: 'text',
    definition_digest: 'text', status: 'text', findings: 'text', reviewed: 'text?',
  },
  tool_digest: {
    tenant: 'text', upstream: 'text', kind: 'text', name: 'text', position: 'integer', digest: 'text',
  },
  case_record: {
    tenant: 'text', id: 'text', external_ref: 'text', title: 'text', state: 'text', severity: 'integer',
    tags: 'text', owner: 'text?', observed_at_ms: 'integer',
  },
  asset: {
    tenant: 'text', id: 'text', kind: 'text', name: 'text', name_key: 'text', criticality: 'integer',
    environment: 'text', is_never_touch: 'integer', labels: 'text', observed_at_ms: 'integer',
  },
  task: {
    tenant: 'text', id: 'text', agent: 'text', case_id: 'text', purpose: 'text', scope: 'text',
    on_behalf_of: 'text', state: 'text', opened_at_ms: 'integer', expires_at_ms: 'integer', plan: 'text?',
    parent: 'text?',
  },
  exposure: { tenant: 'text', task: 'text', kind: 'text', value: 'text' },

  // facts
  fact_revision: { tenant: 'text', key: 'text', revision: 'integer' },
  stop: {
    tenant: 'text', id: 'text', scope: 'text', subject: 'text?', pressed_by: 'text',
    pressed_at_ms: 'integer', released_by: 'text?', released_at_ms: 'integer?',
  },
  budget: { tenant: 'text', key: 'text', window_started_ms: 'integer', used: 'integer' },
  policy_bundle: {
    tenant: 'text', sequence: 'integer', digest: 'text', text: 'text', published_by: 'text',
    published_at_ms: 'integer', entry: 'text?',
  },

  // approvals and what follows from them
  approval_request: {
    tenant: 'text', id: 'text', call: 'text', task: 'text', agent: 'text', case_id: 'text',
    on_behalf_of: 'text', agent_owner: 'text', tool: 'text', action: 'text', effect: 'text',
    is_irreversible: 'integer', fingerprint: 'text', action_digest: 'text', request_entry: 'text',
    needs: 'text', policy_ids: 'text', rule_digest: 'text', definition_digest: 'text', owner: 'text?',
    claim: 'text', upgrades_purpose: 'integer', state: 'text', reason_code: 'text?',
    created_at_ms: 'integer', expires_at_ms: 'integer', decided_at_ms: 'integer?', decided_by: 'text?',
    viewed_at_ms: 'integer?', decision_entry: 'text?', revision: 'integer', acknowledged_at_ms: 'integer?',
    acknowledged_by: 'text?', modified_from: 'text?', modified_by: 'text?', suggested_fingerprint: 'text?',
    evidence_rule: 'text?', plan: 'text?', grant_until_ms: 'integer?', accountable: 'text?', ladder: 'text?',
    risk: 'text?', due_at_ms: 'integer?',
  },
  // Lower-cased `kind/id` of what the call acts upon.
  approval_target: { tenant: 'text', request: 'text', target: 'text' },
  approval_question: {
    tenant: 'text', id: 'text', request: 'text', asked_by: 'text', asked_at_ms: 'integer', entry: 'text',
    answered_at_ms: 'integer?', answer_entry: 'text?',
  },
  approval_opened: {
    tenant: 'text', request: 'text', person: 'text', item: 'text', at_ms: 'integer',
  },
  approval_signature: {
    tenant: 'text', request: 'text', person: 'text', role: 'text', certificate: 'text?', at_ms: 'integer',
    held_as: 'text?', delegation: 'text?', passkey: 'text?', times: 'integer?', withdrawn_at_ms: 'integer?',
  },
  approval_grant: {
    tenant: 'text', id: 'text', request: 'text', fingerprint: 'text', action_digest: 'text',
    rule_digest: 'text', policy_ids: 'text', people: 'text', state: 'text', granted_at_ms: 'integer',
    expires_at_ms: 'integer', is_emergency: 'integer?', passkeys: 'text?',
  },
  plan: {
    tenant: 'text', id: 'text', task: 'text', agent: 'text', case_id: 'text', proposed_by: 'text',
    source: 'text', digest: 'text', entry: 'text', request: 'text', follows: 'text?', action: 'text',
    effect: 'text', steps: 'integer', state: 'text', reason: 'text?', calls: 'integer',
    created_at_ms: 'integer', deadline_ms: 'integer', ended_at_ms: 'integer?', holder: 'text?',
  },
  standing_plan: {
    tenant: 'text', id: 'text', owner: 'text', role: 'text', action: 'text', effect: 'text', scope: 'text',
    cap: 'integer', window_ms: 'integer', sample_percent: 'integer', digest: 'text', state: 'text',
    created_at_ms: 'integer', expires_at_ms: 'integer', passkey: 'text?',
  },
  standing_use: {
    tenant: 'text', call: 'text', standing: 'text', action: 'text', is_sampled: 'integer', at_ms: 'integer',
    verdict: 'text?', reviewed_by: 'text?', reviewed_at_ms: 'integer?',
  },
  plan_use: {
    tenant: 'text', plan: 'text', position: 'integer', step: 'integer', call: 'text', entry: 'text',
    targets: 'text', at_ms: 'integer',
  },
  // authority that was lent, marks of suspicion, decisions somebody has to look at again, timers
  delegation: {
    tenant: 'text', id: 'text', delegator: 'text', delegate: 'text', role: 'text', classes: 'text',
    from_ms: 'integer', to_ms: 'integer', ended_at_ms: 'integer?',
  },
  suspect: {
    tenant: 'text', case_id: 'text', person: 'text', marked_by: 'text', marked_at_ms: 'integer',
  },
  review: {
    tenant: 'text', id: 'text', kind: 'text', request: 'text', case_id: 'text', about: 'text',
    opened_at_ms: 'integer', due_at_ms: 'integer', needed: 'integer', state: 'text', verdicts: 'text',
  },
  timetable: { tenant: 'text', name: 'text', due_at_ms: 'integer' },
  lease: {
    tenant: 'text', id: 'text', kind: 'text', task: 'text', call: 'text', upstream: 'text', tool: 'text',
    state: 'text', issued_at_ms: 'integer', expires_at_ms: 'integer', is_own: 'integer?',
  },
  // `live_place` is `place` until it ends, so that two that live never share it. `handle` is encrypted.
  brokered_lease: {
    tenant: 'text', id: 'text', kind: 'text', broker: 'text', task: 'text', agent: 'text', case_id: 'text', call: 'text',
    scope: 'text', place: 'text', live_place: 'text?', state: 'text', node: 'text', handle: 'blob?', reason: 'text?',
    issued_at_ms: 'integer', expires_at_ms: 'integer', residual_until_ms: 'integer', ending_since_ms: 'integer?',
    attempts: 'integer', due_at_ms: 'integer?', is_stuck: 'integer',
  },
  // `fields` names what is inside; the values are in the envelope only.
  sealed_secret: { tenant: 'text', name: 'text', envelope: 'blob', fields: 'text', sealed_by: 'text', sealed_at_ms: 'integer' },
  effect_record: {
    tenant: 'text', call: 'text', case_id: 'text', task: 'text', agent: 'text', tool: 'text',
    action: 'text', effect: 'text', dispatched_entry: 'text', has_inverse: 'integer', state: 'text',
    approvers: 'text', acted_at_ms: 'integer', ends_at_ms: 'integer?', at_end: 'text?',
    due_at_ms: 'integer?', undo: 'text?',
  },
  tool_drill: {
    tenant: 'text', upstream: 'text', name: 'text', entry_digest: 'text', call: 'text', undo: 'text',
    at_ms: 'integer',
  },
  safeguard: {
    tenant: 'text', case_id: 'text', kind: 'text', target_kind: 'text', target_id: 'text', made_by: 'text',
    ref: 'text', at_ms: 'integer', until_ms: 'integer',
  },
  follow_up: { tenant: 'text', call: 'text', kind: 'text', due_at_ms: 'integer' },
  fan_out: { tenant: 'text', scope: 'text', kind: 'text', target: 'text', at_ms: 'integer' },
  tool_call: {
    tenant: 'text', id: 'text', task: 'text', agent: 'text', case_id: 'text', tool: 'text',
    upstream: 'text', action: 'text', effect: 'text', definition_digest: 'text', fingerprint: 'text',
    state: 'text', request: 'text?', lease: 'text?', dispatched_entry: 'text?', outcome: 'text?', node: 'text?',
    evidence: 'text?', created_at_ms: 'integer', updated_at_ms: 'integer', recommendation: 'text?',
  },
  evidence: {
    tenant: 'text', id: 'text', case_id: 'text', task: 'text', call: 'text', tool: 'text', digest: 'text',
    outcome_entry: 'text', labels: 'text', at_ms: 'integer',
  },
  recommendation: {
    tenant: 'text', id: 'text', case_id: 'text', task: 'text', agent: 'text', status: 'text',
    owner: 'text', evidence: 'text', entry: 'text', at_ms: 'integer',
  },

  // what people hear
  notice: {
    tenant: 'text', id: 'text', kind: 'text', urgency: 'text', to_person: 'text?', to_role: 'text?',
    about: 'text', at_ms: 'integer', planned_at_ms: 'integer?',
  },
  delivery: {
    tenant: 'text', id: 'text', notice: 'text', channel: 'text', person: 'text?', state: 'text',
    attempts: 'integer', due_at_ms: 'integer', claimed_by: 'text?', claimed_until_ms: 'integer?',
    error: 'text?', created_at_ms: 'integer', settled_at_ms: 'integer?',
  },
  chat_account: {
    tenant: 'text', channel: 'text', account: 'text', person: 'text', linked_at_ms: 'integer',
  },
  governed_change: {
    tenant: 'text', id: 'text', kind: 'text', state: 'text', digest: 'text', proposed_by: 'text',
    entry: 'text', created_at_ms: 'integer', due_at_ms: 'integer', decided_by: 'text?',
    decided_at_ms: 'integer?',
  },
  chat_callback: { tenant: 'text', channel: 'text', digest: 'text', received_at_ms: 'integer' },
} as const satisfies Record<string, Readonly<Record<string, Column>>>

type ValueOf<C> = C extends 'text'
  ? string
  : C extends 'integer'
    ? number
    : C extends 'blob'
      ? Uint8Array
      : C extends 'text?'
        ? string | null
        : C extends 'integer?'
          ? number | null
          : Uint8Array | null

/** The rows of every table, for Kysely. */
export type DB = {
  [Table in keyof typeof TABLES]: {
    [Name in keyof (typeof TABLES)[Table]]: ValueOf<(typeof TABLES)[Table][Name]>
  }
}
