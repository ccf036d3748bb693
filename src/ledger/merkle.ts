/**
 * The Merkle tree of RFC 6962 section 2.1 (the same in RFC 9162): hashing, and appending with only the
 * right edge in memory. The edge (*frontier*, also called compact range) holds one hash per set bit of the
 * tree size, so a log of any length is continued from at most 53 hashes.
 */
import { sha256 } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'

/** SHA-256 output, bytes. */
export const HASH_BYTES = 32

/** Root of the empty tree: SHA-256 of nothing (RFC 6962 section 2.1). */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0))

const LEAF_PREFIX = 0x00
const NODE_PREFIX = 0x01

/** SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + entry.length)
  input[0] = LEAF_PREFIX
  input.set(entry, 1)
  return sha256(input)
}

/** SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + 2 * HASH_BYTES)
  input[0] = NODE_PREFIX
  input.set(left, 1)
  input.set(right, 1 + HASH_BYTES)
  return sha256(input)
}

/** The right edge of a tree: roots of its perfect subtrees, largest first. Never changed in place. */
export type Frontier = { readonly size: number; readonly nodes: readonly Uint8Array[] }

export const EMPTY_FRONTIER: Frontier = { size: 0, nodes: [] }

/** Told of each perfect subtree that an append completes: height above the leaves, index at that height. */
export type OnNode = (level: number, index: number, hash: Uint8Array) => void

/**
 * The frontier after one more leaf. `onNode` is called for the leaf (level 0) and for every perfect subtree
 * it completes, lowest first; nodes whose level is a multiple of 8 are what hash tiles hold.
 */
export function appendLeaf(before: Frontier, leaf: Uint8Array, onNode?: OnNode): Frontier {
  const nodes = before.nodes.slice()
  let hash = leaf
  let level = 0
  let index = before.size
  onNode?.(level, index, hash)
  while (index % 2 === 1) {
    const left = nodes.pop()
    if (left === undefined)
      throw new Failure('ledger_head_wrong', 'the frontier does not fit its size')
    hash = nodeHash(left, hash)
    level++
    index = Math.floor(index / 2)
    onNode?.(level, index, hash)
  }
  nodes.push(hash)
  return { size: before.size + 1, nodes }
}

/** The root hash of the tree whose right edge this is. */
export function rootOf(frontier: Frontier): Uint8Array {
  let root: Uint8Array | undefined
  for (const node of frontier.nodes.toReversed())
    root = root === undefined ? node : nodeHash(node, root)
  return root ?? EMPTY_ROOT
}

/** Eight bytes of big-endian size, then the node hashes, largest subtree first. */
export function frontierBytes(frontier: Frontier): Uint8Array {
  const bytes = new Uint8Array(8 + frontier.nodes.length * HASH_BYTES)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(frontier.size))
  for (const [i, node] of frontier.nodes.entries()) bytes.set(node, 8 + i * HASH_BYTES)
  return bytes
}

/** Reads what `frontierBytes` wrote. Throws `ledger_head_wrong` on any other length or an unsafe size. */
export function parseFrontier(bytes: Uint8Array): Frontier {
  if (bytes.length < 8) throw new Failure('ledger_head_wrong', 'the stored frontier is too short')
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0))
  if (!Number.isSafeInteger(size) || bytes.length !== 8 + HASH_BYTES * setBits(size)) {
    throw new Failure('ledger_head_wrong', 'the stored frontier does not fit its size')
  }
  const nodes: Uint8Array[] = []
  for (let at = 8; at < bytes.length; at += HASH_BYTES) nodes.push(bytes.slice(at, at + HASH_BYTES))
  return { size, nodes }
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

// Sizes go up to 2^53-1, so bits are counted by division: shift operators stop at 32 bits.
function setBits(size: number): number {
  let bits = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2
  return bits
}
