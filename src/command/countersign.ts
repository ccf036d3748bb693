/**
 * The signature under a yes (DESIGN 9). From `contain` up the word of the gateway is not enough: the person's
 * device signs the very digest they were shown, so that a stranger can check it without believing us. A no, a
 * question and a stop need none: halting must never wait for a key.
 */
import type { Effect } from '../catalogue/tool.ts'
import { atLeast, EFFECTS } from '../catalogue/tool.ts'
import type { Assertion, Passkey, PasskeyStore, WebAuthn } from '../identity/passkey.ts'
import type { Person } from '../identity/person.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Commit, Tx } from '../kernel/commit.ts'
import type { Digest } from '../kernel/digest.ts'
import type { EntryDraft, Payload } from '../kernel/entry.ts'
import type { FailureCode } from '../kernel/failure.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import { digestToSign } from '../ledger/sign-again.ts'
import { jsonPayload } from './base.ts'

export type CountersignParts = {
  readonly clock: Clock
  readonly passkeys: PasskeyStore
  readonly webauthn: WebAuthn
  readonly requireDeviceBound: boolean
}

export type CountersignInput = {
  readonly person: Person
  /** Of the question or group that is signed. It holds a nonce, so no two questions share one. */
  readonly digest: Digest
  /** How often the person signed this question before (`ledger/sign-again.ts`); absent: never. */
  readonly again?: number
  /** What is signed, in a word or three, for the person who did not. */
  readonly what: string
  readonly assertion?: Assertion | undefined
}

/** A signature that was checked and is spent. Both parts go into the entry it stands under. */
export type Countersignature = {
  readonly data: { readonly passkey: string }
  readonly payloads: { readonly signature: Payload; readonly group?: Payload }
}

const SIGNED_FROM: Effect = 'contain'

/** Whether a yes to this effect is signed. An effect we do not know is. */
export function needsPasskey(effect: string): boolean {
  const known = EFFECTS.find((each) => each === effect)
  return known === undefined || atLeast(known, SIGNED_FROM)
}

/**
 * The signature under a yes to an effect; `undefined` below `contain`, where none is asked for. Throws as
 * `requireCountersignature`.
 */
export async function countersignatureOf(
  parts: CountersignParts,
  tx: Tx,
  { effect, ...signing }: Omit<CountersignInput, 'what'> & { readonly effect: string },
): Promise<Countersignature | undefined> {
  if (!needsPasskey(effect)) return undefined
  return requireCountersignature(parts, tx, { ...signing, what: `a yes to ${effect}` })
}

/**
 * Checks the signature with the key's row locked, and spends it: one person signs one digest once, even with two
 * keys. The challenge is the 32 bytes of `digestToSign`. Throws `passkey_required`, `passkey_unknown`,
 * `passkey_not_active`, `signature_invalid`, `signature_replayed`; the transaction then leaves nothing.
 */
export async function requireCountersignature(
  parts: CountersignParts,
  tx: Tx,
  { person, digest, again = 0, what, assertion }: CountersignInput,
): Promise<Countersignature> {
  if (assertion === undefined)
    throw new Failure('passkey_required', `${what} is signed with a passkey`)
  const passkey = usable(parts, person, await parts.passkeys.lock(tx, assertion.id))
  const signed = digestToSign(digest, again)
  const challenge = challengeOf(signed)
  const isOurs = (answered: string) => answered === challenge
  const { signCount, jwk } = await parts.webauthn.check(assertion, passkey, isOurs)
  const isFirst = await parts.passkeys.spendChallenge(tx, signed, person.id, parts.clock.nowMs())
  if (!isFirst) throw new Failure('signature_replayed', 'the person signed this digest before')
  await parts.passkeys.setSignCount(tx, passkey, signCount)
  const { id: credential, ...answer } = assertion
  const signature = {
    v: 1,
    signed,
    ...(again === 0 ? {} : { again }),
    passkey: passkey.id,
    credential,
    key: jwk,
    ...answer,
  }
  return {
    data: { passkey: passkey.id },
    payloads: { signature: jsonPayload(signature, 'operational') },
  }
}

function usable(parts: CountersignParts, person: Person, passkey: Passkey | undefined): Passkey {
  if (passkey?.person !== person.id || passkey.tenant !== person.tenant)
    throw new Failure('passkey_unknown', 'the person has no such passkey here')
  if (passkey.state === 'pending')
    throw new Failure('passkey_not_active', 'nobody has vouched for the passkey yet')
  if (passkey.state === 'revoked') throw new Failure('passkey_not_active', 'the passkey is revoked')
  if (parts.requireDeviceBound && !passkey.isDeviceBound)
    throw new Failure('passkey_not_active', 'the passkey may leave its device')
  return passkey
}

/** The 32 bytes of `sha256:<hex>` in base64url. */
function challengeOf(digest: Digest): string {
  const bytes = digest.slice('sha256:'.length).match(/../g) ?? []
  const text = btoa(String.fromCharCode(...bytes.map((hex) => Number.parseInt(hex, 16))))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** Somebody presented a signature and it did not hold: worth knowing, unlike one that is merely missing. */
const RECORDED: readonly FailureCode[] = [
  'passkey_unknown',
  'passkey_not_active',
  'signature_invalid',
  'signature_replayed',
]

/** Runs a signed verb, and writes a refused signature into the record of its case before passing it on. */
export async function recordingRefusals<T>(
  parts: { readonly commit: Commit },
  tenant: string,
  base: () => Omit<EntryDraft, 'type' | 'data'>,
  verb: () => Promise<T>,
): Promise<T> {
  try {
    return await verb()
  } catch (error) {
    const reason = codeOf(error)
    if (!RECORDED.includes(reason)) throw error
    const entry = base()
    const data = { reason, face: 'passkey', person: entry.actor.id }
    await parts.commit(tenant, async () => ({
      value: undefined,
      entries: [{ ...entry, type: 'access.refused', data }],
    }))
    throw error
  }
}
