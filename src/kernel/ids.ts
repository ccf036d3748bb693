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
  const time = Math.floor(nowMs).toString(16).padStart(12, '0')
  const hex = (at: number) => HEX[random[at] ?? 0]
  const version = `${HEX[((random[0] ?? 0) & 0x0f) | 0x70]}${hex(1)}`
  const variant = `${HEX[((random[2] ?? 0) & 0x3f) | 0x80]}${hex(3)}`
  const node = `${hex(4)}${hex(5)}${hex(6)}${hex(7)}${hex(8)}${hex(9)}`
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${node}`
}
