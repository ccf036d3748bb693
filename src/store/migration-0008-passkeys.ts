/** How people prove who they are: login links, console sessions, passkeys, and the challenges that were answered. */
import type { CreateTable } from './create-table.ts'

export const passkeyTables = async ({ table, index }: CreateTable): Promise<void> => {
  await table('login_link', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    hash: 'text',
    person: 'text',
    issued_by: 'text',
    is_vouched: 'integer',
    expires_at_ms: 'integer',
    used_at_ms: 'integer?',
  })
  await index('login_link', ['hash'])
  await table('session', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    hash: 'text',
    person: 'text',
    method: 'text',
    is_vouched: 'integer',
    introduced_by: 'text?',
    opened_at_ms: 'integer',
    seen_at_ms: 'integer',
    expires_at_ms: 'integer',
    closed_at_ms: 'integer?',
  })
  await index('session', ['hash'])
  await index('session', ['tenant', 'person'])
  await table('passkey', ['tenant', 'id'], {
    tenant: 'text',
    id: 'text',
    person: 'text',
    credential: 'text',
    name: 'text',
    public_key: 'blob',
    key_digest: 'text',
    algorithm: 'integer',
    aaguid: 'text',
    is_device_bound: 'integer',
    sign_count: 'integer',
    state: 'text',
    introduced_by: 'text?',
    enrolled_at_ms: 'integer',
    enrolled_entry: 'text',
    vouched_by: 'text?',
    vouched_at_ms: 'integer?',
    vouched_entry: 'text?',
    revoked_at_ms: 'integer?',
  })
  await index('passkey', ['credential'])
  await index('passkey', ['tenant', 'person'])
  // One person answers one challenge once: a login, an enrolment, or the digest of an action.
  await table('spent_challenge', ['tenant', 'challenge', 'subject'], {
    tenant: 'text',
    challenge: 'text',
    subject: 'text',
    spent_at_ms: 'integer',
  })
}
