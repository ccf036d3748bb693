/**
 * Salted commitments: how an entry binds a payload it may not contain. The commitment is
 * SHA-256("countersign-commit-v1\n" || salt || payload) with a random 32-byte salt per payload, so that
 * nobody can guess a user name from it, and once the salt is destroyed it says nothing about the payload.
 * Checkable by hand: `(printf 'countersign-commit-v1\n'; cat salt payload) | sha256sum`.
 */
import { sha256 } from '../kernel/digest.ts'
import type { DataClass } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { encodeHex } from './base64.ts'

export const SALT_BYTES = 32

const PREFIX = new TextEncoder().encode('countersign-commit-v1\n')
/** Below this every payload looks the same length. */
const MIN_LENGTH = 256

/** What stands in an entry for a payload. */
export type Commitment = {
  /** The commitment, 64 hex digits. */
  readonly c: string
  /** Payload length rounded up to a power of two, at least 256: the exact length would leak. */
  readonly len: number
  readonly cls: DataClass
  /** Media type, from the closed list in entry-rules.ts. */
  readonly mt: string
}

/** The commitment digest as 64 hex digits. The salt is 32 random bytes, never used twice. */
export function commitmentDigest(salt: Uint8Array, payload: Uint8Array): string {
  if (salt.length !== SALT_BYTES) throw new Failure('internal', 'a commitment salt has 32 bytes')
  const input = new Uint8Array(PREFIX.length + SALT_BYTES + payload.length)
  input.set(PREFIX)
  input.set(salt, PREFIX.length)
  input.set(payload, PREFIX.length + SALT_BYTES)
  return encodeHex(sha256(input))
}

/** Commits to exactly these payload bytes. */
export function commitTo(
  salt: Uint8Array,
  payload: {
    readonly bytes: Uint8Array
    readonly mediaType: string
    readonly dataClass: DataClass
  },
): Commitment {
  return {
    c: commitmentDigest(salt, payload.bytes),
    len: roundedLength(payload.bytes.length),
    cls: payload.dataClass,
    mt: payload.mediaType,
  }
}

/** Whether a disclosed salt and payload are what the entry committed to. */
export function opensCommitment(
  commitment: Commitment,
  salt: Uint8Array,
  payload: Uint8Array,
): boolean {
  return (
    salt.length === SALT_BYTES &&
    commitmentDigest(salt, payload) === commitment.c &&
    roundedLength(payload.length) === commitment.len
  )
}

/** The next power of two, at least 256 bytes. */
export function roundedLength(bytes: number): number {
  let rounded = MIN_LENGTH
  while (rounded < bytes) rounded *= 2
  return rounded
}
