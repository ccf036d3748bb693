/**
 * Payloads at rest: AES-256-GCM under a random data key per (tenant, case, data class), which itself is
 * stored wrapped by a key-encryption key. The salt lies inside the envelope, so destroying one data key
 * makes payload and commitment equally silent. The place a payload belongs to is authenticated: an envelope
 * moved to another entry or field does not open.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { Failure } from '../kernel/failure.ts'
import { SALT_BYTES } from './commitment.ts'

export const DATA_KEY_BYTES = 32
/** Random per envelope; 2^32 envelopes under one key stay far from a collision (NIST SP 800-38D 8.3). */
export const NONCE_BYTES = 12

const TAG_BYTES = 16
const VERSION = 1
const VALUE_CONTEXT = 'countersign-value-v1'

/** Where a payload belongs. `caseId` is absent for entries outside any case. */
export type PayloadPlace = {
  readonly tenant: string
  readonly caseId?: string
  readonly entryId: string
  readonly field: string
}

/** What a data key is for. */
export type KeyPlace = {
  readonly tenant: string
  readonly caseId?: string
  readonly dataClass: string
  readonly keyId: string
}

/** The bytes of a key, or the object made of them once by whoever uses it often. */
export type SealingKey = Uint8Array | KeyObject

/** Node tells bytes from key objects by an error it throws and catches, which costs more than the encryption. */
export function keyOf(key: SealingKey): KeyObject {
  return key instanceof Uint8Array ? createSecretKey(key) : key
}

/** The envelope of a salt and a payload: version byte, nonce, ciphertext, tag. `nonce` is 12 random bytes. */
export function sealPayload(
  dataKey: SealingKey,
  place: PayloadPlace,
  salt: Uint8Array,
  payload: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  if (salt.length !== SALT_BYTES) throw new Failure('internal', 'a commitment salt has 32 bytes')
  return encrypt(dataKey, payloadContext(place), [salt, payload], nonce)
}

/** Opens an envelope. Throws `payload_unreadable` for a wrong key, another place or a changed byte. */
export function openPayload(
  dataKey: SealingKey,
  place: PayloadPlace,
  envelope: Uint8Array,
): { readonly salt: Uint8Array; readonly payload: Uint8Array } {
  const inside = decrypt(dataKey, payloadContext(place), envelope)
  if (inside.length < SALT_BYTES)
    throw new Failure('payload_unreadable', 'the envelope holds no salt')
  return { salt: inside.slice(0, SALT_BYTES), payload: inside.slice(SALT_BYTES) }
}

/** A data key wrapped by the key-encryption key (32 bytes). `nonce` is 12 random bytes. */
export function wrapKey(
  keyEncryptionKey: SealingKey,
  place: KeyPlace,
  dataKey: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  if (dataKey.length !== DATA_KEY_BYTES) throw new Failure('internal', 'a data key has 32 bytes')
  return encrypt(keyEncryptionKey, keyContext(place), [dataKey], nonce)
}

/** Unwraps a data key. Throws `payload_unreadable`. */
export function unwrapKey(
  keyEncryptionKey: SealingKey,
  place: KeyPlace,
  wrapped: Uint8Array,
): Uint8Array {
  const dataKey = decrypt(keyEncryptionKey, keyContext(place), wrapped)
  if (dataKey.length !== DATA_KEY_BYTES)
    throw new Failure('payload_unreadable', 'a wrapped key has another length')
  return dataKey
}

/** Any value under a key of its own, for a place of its own. `nonce` is 12 random bytes. */
export function sealValue(
  key: SealingKey,
  place: KeyPlace,
  value: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  return encrypt(key, keyContext(place, VALUE_CONTEXT), [value], nonce)
}

/** Opens it. Throws `payload_unreadable`. */
export function openValue(key: SealingKey, place: KeyPlace, envelope: Uint8Array): Uint8Array {
  return decrypt(key, keyContext(place, VALUE_CONTEXT), envelope)
}

function payloadContext(place: PayloadPlace): Uint8Array {
  return context('countersign-payload-v1', [
    place.tenant,
    place.caseId ?? '',
    place.entryId,
    place.field,
  ])
}

function keyContext(place: KeyPlace, purpose = 'countersign-key-v1'): Uint8Array {
  return context(purpose, [place.tenant, place.caseId ?? '', place.dataClass, place.keyId])
}

/** Length-prefixed parts, so that no two different places give the same bytes. No id is empty. */
function context(purpose: string, parts: readonly string[]): Uint8Array {
  const texts = [purpose, ...parts]
  const sizes = texts.map((text) => Buffer.byteLength(text))
  const made = Buffer.alloc(sizes.reduce((sum, size) => sum + 4 + size, 0))
  let at = 0
  for (const [index, text] of texts.entries()) {
    at = made.writeUInt32BE(sizes[index] ?? 0, at)
    at += made.write(text, at)
  }
  return made
}

/** The parts of the plaintext are encrypted one after the other, as if they lay together. */
function encrypt(
  key: SealingKey,
  aad: Uint8Array,
  plaintext: readonly Uint8Array[],
  nonce: Uint8Array,
): Uint8Array {
  if (nonce.length !== NONCE_BYTES) throw new Failure('internal', 'an envelope nonce has 12 bytes')
  const keyObject = keyOf(key)
  const cipher = createCipheriv('aes-256-gcm', keyObject, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(aad)
  const body = plaintext.map((part) => cipher.update(part))
  const last = cipher.final()
  return joined([Uint8Array.of(VERSION), nonce, ...body, last, cipher.getAuthTag()])
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function decrypt(key: SealingKey, aad: Uint8Array, envelope: Uint8Array): Uint8Array {
  const body = envelope.subarray(1 + NONCE_BYTES, envelope.length - TAG_BYTES)
  if (envelope[0] !== VERSION || envelope.length < 1 + NONCE_BYTES + TAG_BYTES) {
    throw new Failure('payload_unreadable', 'the envelope is of another version or cut')
  }
  try {
    const nonce = envelope.subarray(1, 1 + NONCE_BYTES)
    const keyObject = keyOf(key)
    const decipher = createDecipheriv('aes-256-gcm', keyObject, nonce, {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(aad)
    decipher.setAuthTag(envelope.subarray(envelope.length - TAG_BYTES))
    return new Uint8Array(Buffer.concat([decipher.update(body), decipher.final()]))
  } catch (cause) {
    throw new Failure(
      'payload_unreadable',
      'the envelope does not open with this key at this place',
      { cause },
    )
  }
}
