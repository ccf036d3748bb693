/** An agent's side of the token exchange, with nothing of the product: keys, assertions, the form. */
import type { CryptoKey, JWK } from 'jose'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'

export type Workload = {
  readonly subject: string
  readonly algorithm: 'ES256' | 'EdDSA'
  readonly privateKey: CryptoKey
  readonly publicJwk: Readonly<Record<string, string>>
  /** RFC 7638 thumbprint, by jose and not by us. */
  readonly keyId: string
}

export async function makeWorkload(
  subject: string,
  algorithm: Workload['algorithm'] = 'ES256',
): Promise<Workload> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  const publicJwk = (await exportJWK(publicKey)) as Record<string, string>
  const keyId = await calculateJwkThumbprint(publicJwk as JWK)
  return { subject, algorithm, privateKey, publicJwk, keyId }
}

export async function privateTokenJwk(): Promise<Readonly<Record<string, unknown>>> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return exportJWK(privateKey) as Promise<Record<string, unknown>>
}

/** Claims and header members to set or, with undefined, to leave out. */
export type Bending = {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly privateKey?: CryptoKey
}

let serial = 0

/** A good workload JWT for the instant, bent where the test says so. */
export async function signAssertion(
  workload: Workload,
  nowMs: number,
  audience: string,
  bending: Bending = {},
): Promise<string> {
  serial += 1
  const issuedAt = Math.floor(nowMs / 1000)
  const claims = {
    iss: workload.subject,
    sub: workload.subject,
    aud: audience,
    iat: issuedAt,
    exp: issuedAt + 120,
    jti: `assertion-${serial}`,
    ...bending.claims,
  }
  const header = { alg: workload.algorithm, kid: workload.keyId, ...bending.header }
  return new SignJWT(withoutUndefined(claims))
    .setProtectedHeader(withoutUndefined(header) as { alg: string })
    .sign(bending.privateKey ?? workload.privateKey)
}

function withoutUndefined(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))
}

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const JWT = 'urn:ietf:params:oauth:token-type:jwt'

export type Wish = Readonly<Record<string, unknown>>

/** The form of RFC 8693 as text; a member given as undefined is left out. */
export function exchangeForm(
  assertion: string,
  resource: string,
  wish: Wish,
  changed: Readonly<Record<string, string | undefined>> = {},
): string {
  const fields: Record<string, string | undefined> = {
    grant_type: GRANT,
    actor_token: assertion,
    actor_token_type: JWT,
    subject_token: assertion,
    subject_token_type: JWT,
    resource,
    authorization_details: JSON.stringify([{ type: 'countersign_task', ...wish }]),
    ...changed,
  }
  const present = Object.entries(fields).filter(
    (field): field is [string, string] => field[1] !== undefined,
  )
  return new URLSearchParams(present).toString()
}
