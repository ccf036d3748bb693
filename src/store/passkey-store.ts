/** Passkeys and the challenges people answered (port `PasskeyStore`). */
import type { Passkey, PasskeyAlgorithm, PasskeyStore } from '../identity/passkey.ts'
import { Failure } from '../kernel/failure.ts'
import { raiseRevision } from './revision-store.ts'
import { atMost, flag, present } from './row-values.ts'
import type { DB } from './schema.ts'
import type { Access } from './transaction.ts'

/** Longer than anything waits for an answer, so an answer cannot come again after it was forgotten. */
const SPENT_KEPT_MS = 30 * 24 * 3_600_000

export function createPasskeyStore(access: Access): PasskeyStore {
  return { ...reads(access), ...writes(access), spendChallenge: spendChallenge(access) }
}

function reads(access: Access): Pick<PasskeyStore, 'byId' | 'list' | 'byCredential' | 'lock'> {
  const passkeys = (tenant: string) =>
    access.read(tenant).selectFrom('passkey').selectAll().where('tenant', '=', tenant)
  return {
    byId: async (tenant, id) => {
      const row = await passkeys(tenant).where('id', '=', id).executeTakeFirst()
      return row === undefined ? undefined : passkeyOf(row)
    },
    list: async (tenant, person) => {
      const all = passkeys(tenant).orderBy('enrolled_at_ms').orderBy('id')
      const rows = await (person === undefined ? all : all.where('person', '=', person)).execute()
      return rows.map(passkeyOf)
    },
    byCredential: async (credential) => {
      const [only, ...more] = await access
        .readAll()
        .selectFrom('passkey')
        .selectAll()
        .where('credential', '=', credential)
        .limit(atMost(2))
        .execute()
      // Enrolled in two tenants it says who in neither.
      return only === undefined || more.length > 0 ? undefined : passkeyOf(only)
    },
    lock: async (tx, credential) => {
      const { tenant, db } = access.open(tx)
      const row = await db
        .selectFrom('passkey')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('credential', '=', credential)
        .modifyEnd(access.engine.forUpdate)
        .executeTakeFirst()
      return row === undefined ? undefined : passkeyOf(row)
    },
  }
}

function writes(access: Access): Pick<PasskeyStore, 'put' | 'setSignCount'> {
  return {
    put: async (tx, passkey) => {
      const open = access.openFor(tx, passkey.tenant)
      const row = rowOf(passkey)
      const { tenant, id, ...values } = row
      const other = await open.db
        .selectFrom('passkey')
        .select('id')
        .where('tenant', '=', tenant)
        .where('credential', '=', row.credential)
        .where('id', '<>', id)
        .executeTakeFirst()
      if (other !== undefined) throw new Failure('conflict', 'this key is enrolled already')
      await open.db
        .insertInto('passkey')
        .values(row)
        .onConflict((conflict) => conflict.columns(['tenant', 'id']).doUpdateSet(values))
        .execute()
      await raiseRevision(open, `person/${passkey.person}`)
    },
    setSignCount: async (tx, { tenant, id }, signCount) => {
      const { db } = access.openFor(tx, tenant)
      await db
        .updateTable('passkey')
        .set({ sign_count: signCount })
        .where('tenant', '=', tenant)
        .where('id', '=', id)
        .execute()
    },
  }
}

function spendChallenge(access: Access): PasskeyStore['spendChallenge'] {
  return async (tx, challenge, subject, atMs) => {
    const { tenant, db } = access.open(tx)
    await db
      .deleteFrom('spent_challenge')
      .where('tenant', '=', tenant)
      .where('subject', '=', subject)
      .where('spent_at_ms', '<', atMs - SPENT_KEPT_MS)
      .execute()
    const spent = await db
      .insertInto('spent_challenge')
      .values({ tenant, challenge, subject, spent_at_ms: atMs })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return spent.numInsertedOrUpdatedRows === 1n
  }
}

function rowOf(passkey: Passkey): DB['passkey'] {
  const { tenant, id, person, credential, name, aaguid, state, algorithm } = passkey
  return {
    tenant,
    id,
    person,
    credential,
    name,
    aaguid,
    state,
    algorithm,
    public_key: passkey.publicKey,
    key_digest: passkey.keyDigest,
    is_device_bound: flag(passkey.isDeviceBound),
    sign_count: passkey.signCount,
    introduced_by: passkey.introducedBy ?? null,
    enrolled_at_ms: passkey.enrolledAtMs,
    enrolled_entry: passkey.enrolledEntry,
    vouched_by: passkey.vouchedBy ?? null,
    vouched_at_ms: passkey.vouchedAtMs ?? null,
    vouched_entry: passkey.vouchedEntry ?? null,
    revoked_at_ms: passkey.revokedAtMs ?? null,
  }
}

function passkeyOf(row: DB['passkey']): Passkey {
  const { tenant, id, person, credential, name, aaguid } = row
  return {
    tenant,
    id,
    person,
    credential,
    name,
    aaguid,
    publicKey: new Uint8Array(row.public_key),
    keyDigest: row.key_digest,
    algorithm: row.algorithm as PasskeyAlgorithm,
    isDeviceBound: row.is_device_bound === 1,
    signCount: row.sign_count,
    state: row.state as Passkey['state'],
    enrolledAtMs: row.enrolled_at_ms,
    enrolledEntry: row.enrolled_entry,
    ...present('introducedBy', row.introduced_by),
    ...present('vouchedBy', row.vouched_by),
    ...present('vouchedAtMs', row.vouched_at_ms),
    ...present('vouchedEntry', row.vouched_entry),
    ...present('revokedAtMs', row.revoked_at_ms),
  }
}
