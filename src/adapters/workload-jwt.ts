/** Reads workload JWTs with jose. No key is ever taken from the token itself, and no algorithm from its word. */
import type { JWTPayload, JWTVerifyResult } from 'jose'
import { decodeJwt, decodeProtectedHeader, errors, importJWK, jwtVerify } from 'jose'
import type { AgentKey } from '../identity/agent.ts'
import type {
  ClaimedWorkload,
  ExpectedWorkload,
  WorkloadAssertion,
  WorkloadReader,
} from '../identity/workload.ts'
import { Failure } from '../kernel/failure.ts'

/** An ES256 JWT with long URIs stays below 2 KiB; more is not an assertion. */
const MAX_JWT_CHARS = 8 * 1024
/** DESIGN 11: an assertion lives at most as long as the token it buys. */
const MAX_LIFETIME_S = 300
/** What the clocks of two machines under NTP may differ by. */
const LEEWAY_S = 5
/** RFC 7638 thumbprint with SHA-256: 43 characters of base64url. */
const KEY_ID = /^[A-Za-z0-9_-]{43}$/
/** Long enough not to repeat by chance, short enough to store. */
const TOKEN_ID = /^[\x21-\x7e]{8,128}$/

/** The algorithm each kind of registered key signs with; what the header says must be the same. */
const ALGORITHM: Readonly<Record<string, string>> = { EC: 'ES256', OKP: 'EdDSA' }

export const workloadReader: WorkloadReader = { peek, verify }

function peek(jwt: string): ClaimedWorkload {
  if (jwt.length > MAX_JWT_CHARS) throw refused('the JWT is too long')
  const [header, claims] = decode(jwt)
  if (typeof header.kid !== 'string' || !KEY_ID.test(header.kid)) {
    throw refused('kid is not the RFC 7638 thumbprint of a key')
  }
  if (typeof claims.sub !== 'string' || claims.sub === '') throw refused('sub is missing')
  return { subject: claims.sub, keyId: header.kid }
}

function decode(jwt: string) {
  try {
    return [decodeProtectedHeader(jwt), decodeJwt(jwt)] as const
  } catch (cause) {
    throw new Failure('not_authenticated', 'the token is not a JWT', { cause })
  }
}

async function verify(jwt: string, expected: ExpectedWorkload): Promise<WorkloadAssertion> {
  const { keyId } = peek(jwt)
  const key = expected.keys.find((known) => known.thumbprint === keyId)
  if (key === undefined) throw refused('kid names no live key of this agent')
  const { payload, protectedHeader } = await verifySignature(jwt, key, expected)
  // An access token must not pass as an assertion, whoever signed it (RFC 8725 section 3.11).
  if (protectedHeader.typ !== undefined && protectedHeader.typ.toUpperCase() !== 'JWT') {
    throw refused('typ is not JWT')
  }
  return readClaims(payload, expected)
}

async function verifySignature(
  jwt: string,
  key: AgentKey,
  { subject, audience, nowMs }: ExpectedWorkload,
): Promise<JWTVerifyResult> {
  const algorithm = ALGORITHM[key.jwk.kty ?? '']
  if (algorithm === undefined) throw refused('the registered key has no algorithm')
  try {
    return await jwtVerify(jwt, await importJWK({ ...key.jwk }, algorithm), {
      algorithms: [algorithm],
      issuer: subject,
      subject,
      audience,
      currentDate: new Date(nowMs),
      clockTolerance: LEEWAY_S,
      requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat', 'jti'],
    })
  } catch (cause) {
    throw asFailure(cause)
  }
}

function asFailure(cause: unknown): Failure {
  if (cause instanceof errors.JWTExpired) {
    return new Failure('token_expired', 'the workload JWT has expired', { cause })
  }
  if (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'aud') {
    return new Failure('token_wrong_audience', 'aud is not the token endpoint', { cause })
  }
  const why =
    cause instanceof errors.JWTClaimValidationFailed
      ? `${cause.claim} is not acceptable`
      : 'the signature or its header is not acceptable'
  return new Failure('not_authenticated', why, { cause })
}

function readClaims(claims: JWTPayload, { nowMs }: ExpectedWorkload): WorkloadAssertion {
  const { sub, jti, exp, iat } = claims
  const nowS = nowMs / 1000
  if (sub === undefined || exp === undefined || iat === undefined)
    throw refused('a claim is missing')
  if (typeof jti !== 'string' || !TOKEN_ID.test(jti))
    throw refused('jti is not 8 to 128 visible characters')
  if (iat > nowS + LEEWAY_S) throw refused('iat lies in the future')
  if (exp - iat > MAX_LIFETIME_S || exp > nowS + MAX_LIFETIME_S + LEEWAY_S) {
    throw refused(`exp is more than ${MAX_LIFETIME_S} s ahead`)
  }
  // The id is remembered as long as this very check could still accept it.
  return { subject: sub, jti, expiresAtMs: Math.ceil((exp + LEEWAY_S) * 1000) }
}

function refused(why: string): Failure {
  return new Failure('not_authenticated', why)
}
