/**
 * Our own identifiers. Every id is a UUIDv7 (RFC 9562 section 5.7) made in the application: it sorts by
 * time, needs no database sequence and says nothing about whom it names.
 */

/** Gives `byteCount` unpredictable bytes. Production passes node:crypto, tests pass a seeded source. */
export type Randomness = (byteCount: number) => Uint8Array

/** Makes the next id. Bound to a clock and a source of randomness at the composition root. */
export type NextId = () => string

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Two hex digits of each byte; an id is made for every entry, and spelling it must cost nothing. */
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Whether `text` is one of our ids, in its only accepted (lower case) spelling. */
export function isId(text: string): boolean {
  return UUID_V7.test(text)
}

/**
 * One UUIDv7 for the instant `nowMs` (milliseconds since 1970, 48 bits).
 * `random` must hold at least 10 bytes; 74 of its bits are used.
 */
export function uuidV7(nowMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16)
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(nowMs / 2 ** (8 * (5 - i))) & 0xff
  bytes.set(random.subarray(0, 10), 6)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  let hex = ''
  for (const byte of bytes) hex += HEX[byte]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
