/**
 * Task tokens as RFC 9068 access tokens (`at+jwt`), ES256 only, for exactly one audience. The private key comes
 * from the composition root; its public half is published as a JWK set (RFC 7517).
 */
import { hash } from 'node:crypto'
import type { CryptoKey, JWTPayload } from 'jose'
import { calculateJwkThumbprint, errors, importJWK, jwtVerify, SignJWT } from 'jose'
import { Failure } from '../kernel/failure.ts'
import type { TaskClaims, TokenContent, TokenSigner } from '../task/ports.ts'

const ALGORITHM = 'ES256'
const TYPE = 'at+jwt'
/** DESIGN 11: five minutes; signing more is a defect of the caller. */
const MAX_LIFETIME_MS = 300_000
/** Issuer and reader share one clock or two under NTP. */
const MAX_LEEWAY_S = 5
/** Our own tokens are near 1 KiB; the scope is bounded by what a person reads. */
const MAX_TOKEN_CHARS = 64 * 1024
/** Tokens whose signature was checked before; as many as agents may hold at once in a large installation. */
const MAX_VERIFIED = 4_096

export type TokenSignerOptions = {
  /** The base URL; `iss`. */
  readonly issuer: string
  /** `<base>/mcp`; `aud`, compared exactly. */
  readonly audience: string
  /** A private P-256 JWK. */
  readonly privateJwk: Readonly<Record<string, unknown>>
  /** Seconds of clock difference forgiven on expiry, 0 to 5; 0 when absent. */
  readonly leewayS?: number
}

/** The public key set as served at /oauth/jwks. */
export type PublicKeySet = { readonly keys: readonly Readonly<Record<string, string>>[] }

export type JwtTokenSigner = TokenSigner & { readonly keySet: PublicKeySet }

/** Throws `config_invalid` when the key is not a private P-256 key or the leeway is out of range. */
export async function openTokenSigner(options: TokenSignerOptions): Promise<JwtTokenSigner> {
  const { crv, kty, x, y, d } = options.privateJwk
  const leewayS = options.leewayS ?? 0
  if (kty !== 'EC' || crv !== 'P-256' || [x, y, d].some((part) => typeof part !== 'string')) {
    throw new Failure('config_invalid', 'the token key is not a private P-256 JWK')
  }
  if (!(leewayS >= 0 && leewayS <= MAX_LEEWAY_S)) {
    throw new Failure('config_invalid', `the leeway is 0 to ${MAX_LEEWAY_S} seconds`)
  }
  const publicPart = { crv, kty, x: String(x), y: String(y) }
  const kid = await calculateJwkThumbprint(publicPart)
  const [privateKey, publicKey] = await Promise.all([
    importKey({ ...publicPart, d: String(d) }),
    importKey(publicPart),
  ])
  return {
    keySet: { keys: [{ ...publicPart, kid, alg: ALGORITHM, use: 'sig' }] },
    sign: (content, issuedAtMs) => sign(options, kid, privateKey, content, issuedAtMs),
    read: remembering(leewayS, (token, nowMs) =>
      read(options, kid, publicKey, leewayS, token, nowMs),
    ),
  }
}

/**
 * Verifies a token once. That a signature is good never changes; that a token is not over is asked each time,
 * and whether its task and agent still stand is nobody's business here. Only digests of tokens are kept.
 */
function remembering(leewayS: number, verify: TokenSigner['read']): TokenSigner['read'] {
  const verified = new Map<string, TaskClaims>()
  return async (token, nowMs) => {
    const key = hash('sha256', token, 'base64')
    const known = verified.get(key)
    if (known === undefined) {
      const claims = await verify(token, nowMs)
      const oldest = verified.size >= MAX_VERIFIED ? verified.keys().next().value : undefined
      if (oldest !== undefined) verified.delete(oldest)
      verified.set(key, claims)
      return claims
    }
    // RFC 7519 section 4.1.4: on or after `exp` the token is not accepted; whole seconds, as at the first time.
    if (known.expiresAtMs > (Math.floor(nowMs / 1000) - leewayS) * 1000) return known
    verified.delete(key)
    throw new Failure('token_expired', 'the task token has expired')
  }
}

async function importKey(jwk: Readonly<Record<string, string>>): Promise<CryptoKey> {
  const key = await importJWK({ ...jwk }, ALGORITHM).catch((cause: unknown) => {
    throw new Failure('config_invalid', 'the token key cannot be read', { cause })
  })
  if (key instanceof Uint8Array) throw new Failure('config_invalid', 'the token key is symmetric')
  return key
}

async function sign(
  options: TokenSignerOptions,
  kid: string,
  key: CryptoKey,
  content: TokenContent,
  issuedAtMs: number,
): Promise<string> {
  if (content.expiresAtMs - issuedAtMs > MAX_LIFETIME_MS) {
    throw new Failure('internal', 'a task token of more than five minutes was asked for')
  }
  const details = {
    type: 'countersign_task',
    case: content.caseId,
    purpose: content.purpose,
    scope: content.scope,
    task: content.task,
  }
  return new SignJWT({
    act: { sub: content.agentSubject },
    client_id: content.agent,
    tenant: content.tenant,
    task: content.task,
    authorization_details: [details],
  })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid })
    .setIssuer(options.issuer)
    .setSubject(content.onBehalfOf)
    .setAudience(options.audience)
    .setJti(content.tokenId)
    .setIssuedAt(Math.floor(issuedAtMs / 1000))
    .setExpirationTime(Math.floor(content.expiresAtMs / 1000))
    .sign(key)
}

async function read(
  options: TokenSignerOptions,
  kid: string,
  key: CryptoKey,
  leewayS: number,
  token: string,
  nowMs: number,
): Promise<TaskClaims> {
  if (token.length > MAX_TOKEN_CHARS)
    throw new Failure('not_authenticated', 'the token is too long')
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: options.issuer,
      audience: options.audience,
      currentDate: new Date(nowMs),
      clockTolerance: leewayS,
      requiredClaims: ['sub', 'exp', 'iat', 'jti', 'client_id', 'tenant', 'task', 'act'],
    })
    if (protectedHeader.kid !== kid) throw new Failure('not_authenticated', 'kid names another key')
    return readClaims(payload, options.audience)
  } catch (cause) {
    throw asFailure(cause)
  }
}

function asFailure(cause: unknown): Failure {
  if (cause instanceof Failure) return cause
  if (cause instanceof errors.JWTExpired) {
    return new Failure('token_expired', 'the task token has expired', { cause })
  }
  if (cause instanceof errors.JWTClaimValidationFailed && cause.claim === 'aud') {
    return new Failure('token_wrong_audience', 'the token is for another audience', { cause })
  }
  return new Failure('not_authenticated', 'the token is not one of our task tokens', { cause })
}

/** Our own signature stands under these, so a wrong shape means another product's token under our key. */
function readClaims(payload: JWTPayload, audience: string): TaskClaims {
  const { sub, jti, exp, client_id: agent, tenant, task } = payload
  // One audience only: a token good for two places could be replayed from one to the other (R11, RFC 8707).
  if (payload.aud !== audience) {
    throw new Failure('token_wrong_audience', 'the token names more than one audience')
  }
  const texts = [sub, jti, agent, tenant, task]
  if (!texts.every((text) => typeof text === 'string' && text !== '') || typeof exp !== 'number') {
    throw new Failure('not_authenticated', 'a claim of the task token is missing')
  }
  return {
    tenant: String(tenant),
    agent: String(agent),
    task: String(task),
    onBehalfOf: String(sub),
    tokenId: String(jti),
    expiresAtMs: exp * 1000,
  }
}
