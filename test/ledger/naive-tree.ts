/** RFC 6962 section 2.1 word for word: recursive, slow, and independent of the code under test. */
import { createHash } from 'node:crypto'

function sha(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return new Uint8Array(hash.digest())
}

/** The largest power of two smaller than n. */
function k(n: number): number {
  return 2 ** Math.floor(Math.log2(n - 1))
}

/** MTH(D[n]). */
export function naiveRoot(entries: readonly Uint8Array[]): Uint8Array {
  const [only] = entries
  if (only === undefined) return sha()
  if (entries.length === 1) return sha(Uint8Array.of(0), only)
  const split = k(entries.length)
  return sha(Uint8Array.of(1), naiveRoot(entries.slice(0, split)), naiveRoot(entries.slice(split)))
}

/** PATH(m, D[n]). */
export function naivePath(m: number, entries: readonly Uint8Array[]): Uint8Array[] {
  if (entries.length <= 1) return []
  const split = k(entries.length)
  const [left, right] = [entries.slice(0, split), entries.slice(split)]
  return m < split
    ? [...naivePath(m, left), naiveRoot(right)]
    : [...naivePath(m - split, right), naiveRoot(left)]
}

/** PROOF(m, D[n]). */
export function naiveConsistency(m: number, entries: readonly Uint8Array[]): Uint8Array[] {
  return subproof(m, entries, true)
}

function subproof(m: number, entries: readonly Uint8Array[], isWhole: boolean): Uint8Array[] {
  if (m === entries.length) return isWhole ? [] : [naiveRoot(entries)]
  const split = k(entries.length)
  const [left, right] = [entries.slice(0, split), entries.slice(split)]
  return m <= split
    ? [...subproof(m, left, isWhole), naiveRoot(right)]
    : [...subproof(m - split, right, false), naiveRoot(left)]
}
