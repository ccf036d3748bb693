/**
 * Keys of signed notes: `vkey` and `skey` texts, key ids, and the two signature types we use (C2SP
 * signed-note and tlog-cosignature): 0x01 Ed25519 over the text, and 0x04, an Ed25519 cosignature with a
 * time. Other types parse as unsupported and never verify anything.
 */
import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { sha256 } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'

const TYPE_BYTE = { ed25519: 0x01, cosignature: 0x04 } as const
export type SignatureType = keyof typeof TYPE_BYTE

const SEED_BYTES = 32
const PUBLIC_KEY_BYTES = 32
const SIGNATURE_BYTES = 64
const TIME_BYTES = 8
/** A cosignature time must not exceed 2^63-1 (C2SP tlog-cosignature, Format). */
const MAX_TIME = 2n ** 63n - 1n

/** DER in front of a raw Ed25519 key (RFC 8410): SubjectPublicKeyInfo and PrivateKeyInfo. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

export type NoteKey = {
  readonly name: string
  readonly type: SignatureType
  /** SHA-256(name || 0x0a || type || public key), first four bytes, big-endian. */
  readonly keyId: number
  readonly publicKey: Uint8Array
}

/** A key that can sign. Keep it out of everything that is logged or serialised. */
export type NoteSigner = { readonly key: NoteKey; readonly privateKey: KeyObject }

/** Whether a key name is allowed: not empty, no Unicode space, no plus, no control character. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\s\u0085+\p{Cc}]/u.test(name)
}

/** The key of a name, type and raw 32-byte Ed25519 public key. Throws `note_malformed`. */
export function noteKey(name: string, type: SignatureType, publicKey: Uint8Array): NoteKey {
  if (!isKeyName(name))
    throw new Failure('note_malformed', 'a key name is empty or holds a space or plus')
  if (publicKey.length !== PUBLIC_KEY_BYTES)
    throw new Failure('note_malformed', 'an Ed25519 key has 32 bytes')
  const head = new TextEncoder().encode(`${name}\n`)
  const digest = sha256(Buffer.concat([head, Uint8Array.of(TYPE_BYTE[type]), publicKey]))
  const keyId = new DataView(digest.buffer, digest.byteOffset).getUint32(0)
  return { name, type, keyId, publicKey }
}

/** `<name>+<key id, 8 hex>+<base64 of type byte and key>`. */
export function encodeVkey(key: NoteKey): string {
  return `${key.name}+${hexId(key.keyId)}+${typedBase64(key.type, key.publicKey)}`
}

/**
 * The key of a vkey text. `unsupported` when it is well formed but of a type we cannot verify; undefined
 * when it is malformed or its key id is not the one of its key.
 */
export function parseVkey(vkey: string): NoteKey | 'unsupported' | undefined {
  const match = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(vkey)
  const [, name = '', id = '', encoded = ''] = match ?? []
  const bytes = decodeBase64(encoded)
  if (match === null || !isKeyName(name) || bytes === undefined || bytes.length < 2)
    return undefined
  const type = typeOf(bytes[0])
  if (type === undefined) return 'unsupported'
  if (bytes.length !== 1 + PUBLIC_KEY_BYTES) return undefined
  const key = noteKey(name, type, bytes.slice(1))
  return hexId(key.keyId) === id ? key : undefined
}

/** A signer from a 32-byte seed (RFC 8032 private key). The seed must be random and kept secret. */
export function signerFromSeed(name: string, type: SignatureType, seed: Uint8Array): NoteSigner {
  if (seed.length !== SEED_BYTES)
    throw new Failure('note_malformed', 'an Ed25519 seed has 32 bytes')
  const der = Buffer.concat([PKCS8_PREFIX, seed])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return { key: noteKey(name, type, new Uint8Array(spki.subarray(SPKI_PREFIX.length))), privateKey }
}

/** `PRIVATE+KEY+<name>+<key id>+<base64 of type byte and seed>`: the text of Go's note package. Secret. */
export function encodeSkey(key: NoteKey, seed: Uint8Array): string {
  return `PRIVATE+KEY+${key.name}+${hexId(key.keyId)}+${typedBase64(key.type, seed)}`
}

/** The signer of an skey text. Throws `note_malformed`, never naming the secret. */
export function parseSkey(skey: string): NoteSigner {
  const match = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(skey)
  const [, name = '', id = '', encoded = ''] = match ?? []
  const bytes = decodeBase64(encoded)
  const type = typeOf(bytes?.[0])
  if (bytes === undefined || type === undefined)
    throw new Failure('note_malformed', 'the signing key text is malformed')
  const signer = signerFromSeed(name, type, bytes.slice(1))
  if (hexId(signer.key.keyId) !== id)
    throw new Failure('note_malformed', 'the signing key does not fit its key id')
  return signer
}

/** The signature bytes behind the key id. For cosignatures: eight bytes of time, then the signature. */
export function signWith(signer: NoteSigner, text: string, timeSeconds: number): Uint8Array {
  if (signer.key.type === 'ed25519') return sign(null, Buffer.from(text), signer.privateKey)
  const time = BigInt(timeSeconds)
  const bytes = new Uint8Array(TIME_BYTES + SIGNATURE_BYTES)
  new DataView(bytes.buffer).setBigUint64(0, time)
  bytes.set(sign(null, cosignedMessage(text, time), signer.privateKey), TIME_BYTES)
  return bytes
}

/** What a good signature says beyond the text (a cosigner's time), or undefined for a wrong one. */
export function verifyWith(
  key: NoteKey,
  text: string,
  signature: Uint8Array,
): { readonly timeSeconds?: number } | undefined {
  const spki = Buffer.concat([SPKI_PREFIX, key.publicKey])
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' })
  if (key.type === 'ed25519') {
    const isGood =
      signature.length === SIGNATURE_BYTES && verify(null, Buffer.from(text), publicKey, signature)
    return isGood ? {} : undefined
  }
  if (signature.length !== TIME_BYTES + SIGNATURE_BYTES) return undefined
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0)
  const isGood = verify(
    null,
    cosignedMessage(text, time),
    publicKey,
    signature.subarray(TIME_BYTES),
  )
  return isGood && time <= MAX_TIME ? { timeSeconds: Number(time) } : undefined
}

function cosignedMessage(text: string, time: bigint): Uint8Array {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`)
}

function typeOf(byte: number | undefined): SignatureType | undefined {
  if (byte === TYPE_BYTE.ed25519) return 'ed25519'
  return byte === TYPE_BYTE.cosignature ? 'cosignature' : undefined
}

function typedBase64(type: SignatureType, key: Uint8Array): string {
  return encodeBase64(Buffer.concat([Uint8Array.of(TYPE_BYTE[type]), key]))
}

function hexId(keyId: number): string {
  return keyId.toString(16).padStart(8, '0')
}
