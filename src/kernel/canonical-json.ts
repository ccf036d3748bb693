/**
 * Canonical JSON (RFC 8785). The one file of the kernel with an npm dependency: `canonicalize` writes the
 * bytes, our strict reader (strict-json.ts) guards what may be read. Values that have no canonical form
 * (NaN, Infinity, lone surrogates, undefined) throw instead of being smoothed over.
 */
import canonicalize from 'canonicalize'
import { plainText } from './canonical-plain.ts'
import type { Digest, DigestPurpose } from './digest.ts'
import { digestOfText } from './digest.ts'
import { Failure } from './failure.ts'

const ENCODER = new TextEncoder()

/** The canonical text of a JSON value. Throws `json_not_canonical`. */
export function canonicalText(value: unknown): string {
  let text: string | undefined
  try {
    text = plainText(value) ?? canonicalize(value)
  } catch (cause) {
    throw new Failure('json_not_canonical', 'the value has no canonical JSON form', { cause })
  }
  if (text === undefined) throw new Failure('json_not_canonical', 'undefined is not JSON')
  return text
}

/** The canonical UTF-8 bytes of a JSON value. Throws `json_not_canonical`. */
export function canonicalBytes(value: unknown): Uint8Array {
  return ENCODER.encode(canonicalText(value))
}

/** The digest of a JSON value for one purpose. Key order and white space do not matter; everything else does. */
export function digestOfJson(purpose: DigestPurpose, value: unknown): Digest {
  return digestOfText(purpose, canonicalText(value))
}
