/**
 * Randomness in advance: each call has a dozen ids, salts and nonces, and asking the system for each costs more than
 * what it is for. Bytes are handed out once and are gone from the pool then.
 */
import { randomFillSync } from 'node:crypto'
import type { Randomness } from '../kernel/ids.ts'

/** Some calls' worth; whoever can read this process's memory can read its keys as well. */
const POOL_BYTES = 4_096

export function pooledRandom(fill: (pool: Uint8Array) => unknown = randomFillSync): Randomness {
  const pool = new Uint8Array(POOL_BYTES)
  let at = POOL_BYTES
  return (byteCount) => {
    if (byteCount > POOL_BYTES) {
      const bytes = new Uint8Array(byteCount)
      fill(bytes)
      return bytes
    }
    if (at + byteCount > POOL_BYTES) {
      fill(pool)
      at = 0
    }
    const bytes = pool.slice(at, at + byteCount)
    pool.fill(0, at, at + byteCount)
    at += byteCount
    return bytes
  }
}
