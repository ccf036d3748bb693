/**
 * Checking a person's signature without npm and without us (WebAuthn level 3 section 7.2, what of it holds without
 * the server's memory): the device signed `authenticatorData || SHA-256(clientDataJSON)`, and the client data name
 * the digest that was shown. ES256 and RS256 only, so that this file stays one page.
 */
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto'
import type { Digest } from '../kernel/digest.ts'
import { digestOf, sha256 } from '../kernel/digest.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { isObject, parseStrict } from '../kernel/strict-json.ts'
import { equalBytes } from './merkle.ts'
import { plainText } from './plain-json.ts'

/** What the payload `signature` of an entry holds; binary parts in base64url. */
export type SignedYes = {
  /** The digest that was signed: of the action itself (`sign-again.ts`), or of a group it belongs to. */
  readonly signed: Digest
  /** How often the person had signed the action before, by their own count; 0 for the first time. */
  readonly again: number
  readonly passkey: string
  readonly key: JsonObject
  readonly clientData: Uint8Array
  readonly authenticatorData: Uint8Array
  readonly signature: Uint8Array
}

const USER_PRESENT = 0x01
const USER_VERIFIED = 0x04
/** RFC 8017: smaller moduli are no signature any more. */
const MIN_RSA_BITS = 2048

/** The payload read, or undefined when it is not of version 1. */
export function readSignedYes(payload: Uint8Array): SignedYes | undefined {
  const value = objectIn(payload)
  if (value === undefined || value.v !== 1 || !isObject(value.key)) return undefined
  const { signed, again = 0, passkey, key } = value
  if (typeof signed !== 'string' || typeof passkey !== 'string') return undefined
  if (typeof again !== 'number' || !Number.isSafeInteger(again) || again < 0) return undefined
  const clientData = base64url(value.clientDataJSON)
  const authenticatorData = base64url(value.authenticatorData)
  const signature = base64url(value.signature)
  if (clientData === undefined || authenticatorData === undefined || signature === undefined)
    return undefined
  return { signed, again, passkey, key, clientData, authenticatorData, signature }
}

/** Digest of the public key, as `passkey.enrolled` names it; undefined for a key with no plain spelling. */
export function keyDigestOf(key: JsonObject): Digest | undefined {
  try {
    return digestOf('countersign-passkey-v1', new TextEncoder().encode(plainText(key)))
  } catch {
    return undefined
  }
}

/** Why it is not a signature over `signed` at `rpId`, in one sentence; undefined when it is. */
export function faultInSignature(yes: SignedYes, rpId: string): string | undefined {
  const client = objectIn(yes.clientData)
  if (client === undefined) return 'the client data are not JSON'
  if (client.type !== 'webauthn.get') return 'the device was not asked to sign'
  if (client.crossOrigin === true) return 'it was made inside a frame of another site'
  if (hostOf(client.origin) !== rpId) return 'it was made at another address'
  const challenge = base64url(client.challenge)
  const wanted = Buffer.from(yes.signed.replace(/^sha256:/, ''), 'hex')
  if (challenge === undefined || !equalBytes(challenge, wanted)) return 'it is over another digest'
  return faultInAuthenticatorData(yes.authenticatorData, rpId) ?? faultInBytes(yes)
}

function faultInAuthenticatorData(bytes: Uint8Array, rpId: string): string | undefined {
  const [flags = 0] = bytes.subarray(32, 33)
  if (bytes.length < 37) return 'the authenticator data are cut'
  if (!equalBytes(bytes.subarray(0, 32), sha256(new TextEncoder().encode(rpId))))
    return 'the key was asked by another address'
  if ((flags & USER_PRESENT) === 0) return 'nobody touched the device'
  return (flags & USER_VERIFIED) === 0 ? 'the device did not verify its user' : undefined
}

function faultInBytes({ key, clientData, authenticatorData, signature }: SignedYes) {
  const isKnown = (key.kty === 'EC' && key.crv === 'P-256') || key.kty === 'RSA'
  if (!isKnown) return 'the key is neither P-256 nor RSA'
  const signed = Buffer.concat([authenticatorData, sha256(clientData)])
  try {
    const publicKey = createPublicKey({ key: key as JsonWebKey, format: 'jwk' })
    const { modulusLength = MIN_RSA_BITS } = publicKey.asymmetricKeyDetails ?? {}
    if (modulusLength < MIN_RSA_BITS) return 'the key is too short'
    return verify('sha256', signed, publicKey, signature) ? undefined : 'the signature is wrong'
  } catch {
    return 'the key cannot be read'
  }
}

function objectIn(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value = parseStrict(bytes)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function hostOf(origin: unknown): string | undefined {
  return typeof origin === 'string' && URL.canParse(origin) ? new URL(origin).hostname : undefined
}

function base64url(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string') return undefined
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? new Uint8Array(bytes) : undefined
}
