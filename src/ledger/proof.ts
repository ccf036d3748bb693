/**
 * Verification of Merkle proofs (RFC 9162 sections 2.1.3.2 and 2.1.4.2; the same proofs as RFC 6962).
 * All functions answer true only for a proof that leads exactly to the given root: too short, too long and
 * malformed hashes are false, never an exception. Building proofs is in tree-reader.ts.
 */
import { EMPTY_ROOT, equalBytes, HASH_BYTES, nodeHash } from './merkle.ts'

export type InclusionClaim = {
  readonly index: number
  readonly size: number
  readonly leafHash: Uint8Array
  /** Sibling hashes from the leaf upwards. */
  readonly path: readonly Uint8Array[]
  readonly root: Uint8Array
}

/** Whether the leaf is at `index` of the tree with `size` leaves and this root. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, size, path } = claim
  if (!isCount(index) || !isCount(size) || index >= size) return false
  if (![claim.leafHash, claim.root, ...path].every(isHash)) return false
  let at = index
  let last = size - 1
  let hash = claim.leafHash
  for (const sibling of path) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    at = half(at)
    last = half(last)
  }
  return last === 0 && equalBytes(hash, claim.root)
}

export type ConsistencyClaim = {
  readonly first: number
  readonly second: number
  readonly firstRoot: Uint8Array
  readonly secondRoot: Uint8Array
  readonly path: readonly Uint8Array[]
}

/**
 * Whether the first tree is a prefix of the second. Every tree extends the empty tree, and equal sizes need
 * equal roots; both take an empty path.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { first, second, firstRoot, secondRoot, path } = claim
  if (!isCount(first) || !isCount(second) || first > second) return false
  if (![firstRoot, secondRoot, ...path].every(isHash)) return false
  if (first === 0) return path.length === 0 && equalBytes(firstRoot, EMPTY_ROOT)
  if (first === second) return path.length === 0 && equalBytes(firstRoot, secondRoot)
  if (path.length === 0) return false

  let at = first - 1
  let last = second - 1
  while (at % 2 === 1) [at, last] = [half(at), half(last)]
  // A first tree of 2^k leaves is itself the first node; the proof leaves it out.
  const [start, ...rest] = at === 0 ? [firstRoot, ...path] : path
  if (start === undefined) return false
  let older = start
  let newer = start
  for (const node of rest) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      older = nodeHash(node, older)
      newer = nodeHash(node, newer)
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)]
    } else {
      newer = nodeHash(newer, node)
    }
    at = half(at)
    last = half(last)
  }
  return last === 0 && equalBytes(older, firstRoot) && equalBytes(newer, secondRoot)
}

function half(n: number): number {
  return Math.floor(n / 2)
}

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES
}
