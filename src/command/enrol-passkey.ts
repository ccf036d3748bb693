/**
 * A person puts a key of theirs on record. It signs nothing until somebody else has vouched for it, and it can only
 * be enrolled right after a login that an API token alone cannot make: with another passkey, or with a fresh link
 * that a platform engineer stands behind.
 */
import type { Passkey } from '../identity/passkey.ts'
import type { Person } from '../identity/person.ts'
import type { Session } from '../identity/session.ts'
import { mayEnrol } from '../identity/session.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { draft, jsonPayload } from './base.ts'
import { requireLine } from './input.ts'
import type { PasskeyDeps } from './passkey-parts.ts'

/** Who enrols, and how they are logged in; no session: an API token. */
export type Enroller = { readonly person: Person; readonly session: Session | undefined }

export type EnrolInput = Enroller & {
  /** What `navigator.credentials.create` answered. */
  readonly registration: JsonObject
  readonly name: string
}

export type EnrolledPasskey = { readonly passkey: Passkey; readonly receipt: Receipt }

/** More than anybody carries. */
const MAX_PASSKEYS = 10

/** What the browser is asked. Throws `login_too_weak`. */
export async function enrolOptions(deps: PasskeyDeps, by: Enroller): Promise<JsonObject> {
  requireStrongLogin(deps, by)
  const { tenant, id } = by.person
  const known = await deps.passkeys.list(tenant, id)
  return deps.webauthn.creationOptions(by.person, deps.challenges.issue('enrol', id), known)
}

/** Throws `login_too_weak`, `passkey_refused`, `conflict`, `request_invalid`. */
export async function enrolPasskey(deps: PasskeyDeps, input: EnrolInput): Promise<EnrolledPasskey> {
  const session = requireStrongLogin(deps, input)
  const { tenant, id: person } = input.person
  const name = requireLine('name', input.name, 80)
  const { challenge, ...key } = await deps.webauthn.readNewKey(input.registration, (answered) =>
    deps.challenges.isOurs(answered, 'enrol', person),
  )
  if (deps.requireDeviceBound && !key.isDeviceBound)
    throw new Failure('passkey_refused', 'the key may leave its device')
  const known = await deps.passkeys.list(tenant, person)
  if (known.filter(({ state }) => state !== 'revoked').length >= MAX_PASSKEYS)
    throw new Failure('conflict', `a person has at most ${MAX_PASSKEYS} passkeys`)
  const { introducedBy } = session
  const entry = draft(
    deps,
    'passkey.enrolled',
    { kind: 'person', id: person },
    {
      data: {
        passkey: deps.nextId(),
        person,
        key: key.keyDigest,
        algorithm: key.algorithm === -7 ? 'ES256' : 'RS256',
        aaguid: key.aaguid,
        device_bound: key.isDeviceBound,
        session: session.id,
      },
      payloads: { passkey: jsonPayload({ credential: key.credential, name }, 'personal') },
    },
  )
  const passkey: Passkey = {
    ...key,
    tenant,
    id: String(entry.data.passkey),
    person,
    name,
    state: 'pending',
    ...(introducedBy === undefined ? {} : { introducedBy }),
    enrolledAtMs: entry.atMs,
    enrolledEntry: entry.id,
  }
  const { receipts } = await deps.commit(tenant, async (tx) => {
    if (!(await deps.passkeys.spendChallenge(tx, challenge, person, entry.atMs)))
      throw new Failure('passkey_refused', 'the challenge was answered before')
    await deps.passkeys.put(tx, passkey)
    return { value: undefined, entries: [entry] }
  })
  return { passkey, receipt: receipts[0] }
}

function requireStrongLogin(deps: PasskeyDeps, { session }: Enroller): Session {
  if (session === undefined)
    throw new Failure('login_too_weak', 'a passkey is enrolled in the console, not with a token')
  if (!mayEnrol(session, deps.nowMs()))
    throw new Failure('login_too_weak', 'this login does not prove enough, or is too long ago')
  return session
}
