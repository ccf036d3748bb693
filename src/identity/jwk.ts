/**
 * Public keys of agents as JWK (RFC 7517). Two kinds only: P-256 for ES256 and Ed25519 for EdDSA. A private
 * key offered by mistake is refused, never stored.
 */
import { canonicalBytes } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'
import { sha256 } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'

/** Required members in RFC 7638 order; also exactly what is kept. */
export type PublicJwk =
  | { readonly crv: 'P-256'; readonly kty: 'EC'; readonly x: string; readonly y: string }
  | { readonly crv: 'Ed25519'; readonly kty: 'OKP'; readonly x: string }

/** 32 bytes in base64url without padding; the last character carries four bits, so two of its bits are zero. */
const COORDINATE = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth']

/** The required members of a public key. Throws `request_invalid`; members such as `kid` or `use` are dropped. */
export function readPublicJwk(offered: Readonly<Record<string, unknown>>): PublicJwk {
  if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(offered, member))) {
    throw new Failure('request_invalid', 'the key holds private members; send only the public key')
  }
  const { kty, crv } = offered
  if (kty === 'EC' && crv === 'P-256') {
    return { crv, kty, x: coordinate(offered, 'x'), y: coordinate(offered, 'y') }
  }
  if (kty === 'OKP' && crv === 'Ed25519') return { crv, kty, x: coordinate(offered, 'x') }
  throw new Failure('request_invalid', 'the key is neither EC P-256 nor OKP Ed25519')
}

function coordinate(jwk: Readonly<Record<string, unknown>>, member: string): string {
  const value = jwk[member]
  if (typeof value !== 'string' || !COORDINATE.test(value)) {
    throw new Failure('request_invalid', `the key's ${member} is not 32 bytes in base64url`)
  }
  return value
}

/** RFC 7638 thumbprint: base64url of SHA-256 over the required members in lexicographic order. */
export function thumbprintOf(jwk: PublicJwk): string {
  const digits = String.fromCharCode(...sha256(canonicalBytes(jwk)))
  return btoa(digits).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** The same thumbprint as an entry may hold it. */
export function keyDigestOf(jwk: PublicJwk): Digest {
  const hex = Array.from(sha256(canonicalBytes(jwk)), (byte) => byte.toString(16).padStart(2, '0'))
  return `sha256:${hex.join('')}`
}
