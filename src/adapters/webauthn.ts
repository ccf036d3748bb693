/**
 * Passkeys as browsers speak of them, read with `@simplewebauthn/server`. No attestation is asked for: who stands
 * behind a key is what a second person vouches for, not what a vendor certifies.
 */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import {
  cose,
  decodeClientDataJSON,
  decodeCredentialPublicKey,
} from '@simplewebauthn/server/helpers'
import type {
  NewKey,
  Passkey,
  PasskeyAlgorithm,
  PasskeyJwk,
  WebAuthn,
} from '../identity/passkey.ts'
import { PASSKEY_ALGORITHMS } from '../identity/passkey.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { FailureCode } from '../kernel/failure.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'

/** Time to find the device and touch it. */
const TIMEOUT_MS = 120_000
const P256 = 1

type Bytes = Uint8Array<ArrayBuffer>
type Registration = Parameters<typeof verifyRegistrationResponse>[0]['response']

/** `baseUrl` gives origin and rp id: a key made here works at this address and at no other. */
export function createWebAuthn(baseUrl: string): WebAuthn {
  const { origin, hostname: rpID } = new URL(baseUrl)
  const expected = { expectedOrigin: origin, expectedRPID: rpID, requireUserVerification: true }
  return {
    creationOptions: async (person, challenge, known) => {
      const options = await generateRegistrationOptions({
        rpName: 'Countersign',
        rpID,
        userName: person.email,
        userDisplayName: person.name,
        userID: utf8(person.id),
        challenge: fromBase64url(challenge),
        timeout: TIMEOUT_MS,
        attestationType: 'none',
        excludeCredentials: known.map(({ credential }) => ({ id: credential })),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
      })
      return asJson(options)
    },
    requestOptions: async (challenge, known) => {
      const options = await generateAuthenticationOptions({
        rpID,
        challenge: fromBase64url(challenge),
        timeout: TIMEOUT_MS,
        userVerification: 'required',
        allowCredentials: known.map(({ credential }) => ({ id: credential })),
      })
      return asJson(options)
    },
    readNewKey: async (registration, isOurs) => {
      const response = registration as unknown as Registration
      const { verified, registrationInfo } = await orRefuse('passkey_refused', () =>
        verifyRegistrationResponse({
          ...expected,
          response,
          expectedChallenge: isOurs,
          supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
        }),
      )
      if (!verified) throw new Failure('passkey_refused', 'the attestation is not valid')
      const { credential, aaguid, credentialDeviceType } = registrationInfo
      const { challenge } = decodeClientDataJSON(response.response.clientDataJSON)
      return {
        ...keyOf(credential.publicKey),
        credential: credential.id,
        publicKey: credential.publicKey,
        aaguid,
        isDeviceBound: credentialDeviceType === 'singleDevice',
        signCount: credential.counter,
        challenge,
      }
    },
    check: async (assertion, passkey, isOurs) => {
      const { id, ...response } = assertion
      const { credential, publicKey, signCount: counter } = passkey
      const { verified, authenticationInfo } = await orRefuse('signature_invalid', () => {
        const { crossOrigin } = decodeClientDataJSON(assertion.clientDataJSON)
        if (crossOrigin === true) throw new Error('signed inside a frame of another site')
        return verifyAuthenticationResponse({
          ...expected,
          response: { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response },
          expectedChallenge: isOurs,
          credential: { id: credential, publicKey: Uint8Array.from(publicKey), counter },
        })
      })
      if (!verified) throw new Failure('signature_invalid', 'the signature is not of this key')
      const { challenge } = decodeClientDataJSON(assertion.clientDataJSON)
      return { signCount: authenticationInfo.newCounter, challenge, jwk: jwkOf(publicKey) }
    },
  }
}

/** What the library throws is about what somebody sent; its words name the rule and hold no secret. */
async function orRefuse<T>(code: FailureCode, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be read'
    throw new Failure(code, why, { cause })
  }
}

function keyOf(publicKey: Uint8Array): Pick<NewKey, 'keyDigest' | 'algorithm'> {
  const algorithm = decodeCredentialPublicKey(Uint8Array.from(publicKey)).get(cose.COSEKEYS.alg)
  const keyDigest = digestOfJson('countersign-passkey-v1', jwkOf(publicKey))
  return { keyDigest, algorithm: algorithm as PasskeyAlgorithm }
}

/** Throws `passkey_refused` for a key that is neither P-256 nor RSA, whatever its algorithm says. */
function jwkOf(publicKey: Passkey['publicKey']): PasskeyJwk {
  const key = decodeCredentialPublicKey(Uint8Array.from(publicKey))
  if (cose.isCOSEPublicKeyEC2(key)) {
    const [crv, x, y] = [cose.COSEKEYS.crv, cose.COSEKEYS.x, cose.COSEKEYS.y] as const
    const [curve, atX, atY] = [key.get(crv), key.get(x), key.get(y)]
    if (curve === P256 && atX !== undefined && atY !== undefined)
      return { kty: 'EC', crv: 'P-256', x: base64url(atX), y: base64url(atY) }
  }
  if (cose.isCOSEPublicKeyRSA(key)) {
    const [n, e] = [key.get(cose.COSEKEYS.n), key.get(cose.COSEKEYS.e)]
    if (n !== undefined && e !== undefined) return { kty: 'RSA', n: base64url(n), e: base64url(e) }
  }
  throw new Failure('passkey_refused', 'the key is neither P-256 nor RSA')
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

function fromBase64url(text: string): Bytes {
  return Uint8Array.from(Buffer.from(text, 'base64url'))
}

function utf8(text: string): Bytes {
  return Uint8Array.from(Buffer.from(text, 'utf8'))
}

/** Through JSON, because that is what the browser gets: absent members are absent. */
function asJson(options: unknown): JsonObject {
  return JSON.parse(JSON.stringify(options)) as JsonObject
}
