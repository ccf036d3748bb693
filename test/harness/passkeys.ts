/**
 * Passkeys of the people of tests. A key follows from the person's id, so that a test which reaches its gateway
 * over HTTP alone can still sign; enrolment is written in one go, as the commands would have left it.
 */
import { createECDH, createHash } from 'node:crypto'
import { join } from 'node:path'
import type { PracticeKey } from '../../range/practice-passkey.ts'
import { assert, challengeOf, enrol, placeOf } from '../../range/practice-passkey.ts'
import { createWebAuthn } from '../../src/adapters/webauthn.ts'
import { writePasskey, writeProfile } from '../../src/cli/profile.ts'
import type { Passkey } from '../../src/identity/passkey.ts'
import type { Person } from '../../src/identity/person.ts'
import type { EntryDraft } from '../../src/kernel/entry.ts'
import type { NextId } from '../../src/kernel/ids.ts'
import type { Store } from '../../src/store/store.ts'

export type EnrolParts = {
  readonly store: Pick<Store, 'commit' | 'passkeys'>
  readonly nextId: NextId
  readonly nowMs: () => number
  readonly baseUrl: string
}

function hashed(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

export function keyOf(person: Pick<Person, 'id'>): PracticeKey {
  const curve = createECDH('prime256v1')
  const secret = hashed(`passkey of ${person.id}`)
  curve.setPrivateKey(secret)
  const point = curve.getPublicKey()
  const part = (from: number) => point.subarray(from, from + 32).toString('base64url')
  return {
    credential: hashed(`credential of ${person.id}`).subarray(0, 16).toString('base64url'),
    privateKey: {
      kty: 'EC',
      crv: 'P-256',
      x: part(1),
      y: part(33),
      d: secret.toString('base64url'),
    },
  }
}

/** The person has a passkey that somebody vouched for; twice is once. */
export async function giveKey(
  parts: EnrolParts,
  person: Person,
  practice = keyOf(person),
): Promise<Passkey> {
  const { store, nextId, nowMs, baseUrl } = parts
  const known = await store.passkeys.byCredential(practice.credential)
  if (known !== undefined) return known
  const registration = enrol(practice, Buffer.alloc(32).toString('base64url'), placeOf(baseUrl))
  const { challenge: _, ...key } = await createWebAuthn(baseUrl).readNewKey(
    JSON.parse(JSON.stringify(registration)),
    () => true,
  )
  const [id, enrolled, vouched, voucher] = [nextId(), nextId(), nextId(), nextId()]
  const { keyDigest, aaguid, isDeviceBound } = key
  const atMs = nowMs()
  const data = { passkey: id, person: person.id, key: keyDigest }
  const entries: [EntryDraft, EntryDraft] = [
    {
      id: enrolled,
      type: 'passkey.enrolled',
      atMs,
      actor: { kind: 'person', id: person.id },
      data: {
        ...data,
        algorithm: 'ES256',
        aaguid,
        device_bound: isDeviceBound,
        session: nextId(),
      },
    },
    { id: vouched, type: 'passkey.vouched', atMs, actor: { kind: 'person', id: voucher }, data },
  ]
  const passkey: Passkey = {
    ...key,
    tenant: person.tenant,
    id,
    person: person.id,
    name: 'practice',
    state: 'active',
    enrolledAtMs: atMs,
    enrolledEntry: enrolled,
    vouchedBy: voucher,
    vouchedAtMs: atMs,
    vouchedEntry: vouched,
  }
  await store.commit(person.tenant, async (tx) => {
    await store.passkeys.put(tx, passkey)
    return { value: undefined, entries }
  })
  return passkey
}

/** A profile of the command line for this person alone, with their token and their key in files. */
export function profileFor(folder: string, baseUrl: string, person: Person & { token: string }) {
  const path = join(folder, `${person.id}.json`)
  const name = person.id
  writeProfile(path, baseUrl, { [name]: person.token })
  writePasskey(path, name, JSON.stringify(keyOf(person)))
  return path
}

/** What goes with a yes of this person to what they were shown. */
export function signedBy(baseUrl: string, person: Pick<Person, 'id'>, digest: string) {
  return { assertion: assert(keyOf(person), challengeOf(digest), placeOf(baseUrl)) }
}
