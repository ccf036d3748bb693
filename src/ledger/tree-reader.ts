/**
 * Building Merkle proofs from hash tiles. A proof needs O(log n) nodes; each lies in one tile of 256 hashes
 * or is one of that tile's inner nodes, which are hashed once per tile and kept for the life of the tree
 * object. So a proof in a tree of a million leaves reads at most six tiles, and a further one near it none.
 */
import { Failure } from '../kernel/failure.ts'
import { EMPTY_ROOT, HASH_BYTES, nodeHash } from './merkle.ts'
import { splitHashTile, TILE_HEIGHT, TILE_WIDTH } from './tile.ts'

/**
 * Reads a hash tile: at least its first `width` hashes, 32 bytes each, of tile `index` at tile level
 * `level` (C2SP tlog-tiles). Throws when the tile is not stored.
 */
export type ReadTile = (level: number, index: number, width: number) => Promise<Uint8Array>

/** A tree of a fixed size whose perfect subtrees can be looked up. */
export type Tree = {
  readonly size: number
  /** Root of the perfect subtree `index` of height `level`. */
  readonly node: (level: number, index: number) => Promise<Uint8Array>
}

/** A tree of `size` leaves over stored tiles. Tiles are read at most once per object. */
export function openTree(size: number, readTile: ReadTile): Tree {
  const cache = new Map<string, Promise<readonly (readonly Uint8Array[])[]>>()
  const rows = (level: number, index: number) => {
    const key = `${level}/${index}`
    const known = cache.get(key)
    if (known !== undefined) return known
    const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH)
    const read = readTile(level, index, width).then((bytes) => innerRows(bytes, width))
    cache.set(key, read)
    // A failed read is not remembered: the tile may be there at the next try.
    read.catch(() => cache.delete(key))
    return read
  }
  const node = async (level: number, index: number): Promise<Uint8Array> => {
    const tileLevel = Math.floor(level / TILE_HEIGHT)
    const height = level % TILE_HEIGHT
    const perTile = 2 ** (TILE_HEIGHT - height)
    const tile = await rows(tileLevel, Math.floor(index / perTile))
    const hash = tile[height]?.[index % perTile]
    if (hash === undefined) throw new Failure('ledger_tile_torn', 'a tile lacks a node of the tree')
    return hash
  }
  return { size, node }
}

/** The sibling hashes from leaf `index` up to the root (RFC 6962 section 2.1.1). */
export async function inclusionProof(tree: Tree, index: number): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(index) || index < 0 || index >= tree.size) {
    throw new Failure('not_found', `the tree of ${tree.size} entries has no entry ${index}`)
  }
  const path: Promise<Uint8Array>[] = []
  let [start, end] = [0, tree.size]
  while (end - start > 1) {
    const middle = start + splitPoint(end - start)
    if (index < middle) {
      path.push(rangeHash(tree, middle, end))
      end = middle
    } else {
      path.push(rangeHash(tree, start, middle))
      start = middle
    }
  }
  return (await Promise.all(path)).reverse()
}

/** Proof that the tree of `first` leaves is a prefix of this one (RFC 6962 section 2.1.2). */
export async function consistencyProof(tree: Tree, first: number): Promise<Uint8Array[]> {
  if (!Number.isSafeInteger(first) || first < 0 || first > tree.size) {
    throw new Failure('not_found', `the tree of ${tree.size} entries has no earlier size ${first}`)
  }
  if (first === 0 || first === tree.size) return []
  const path: Promise<Uint8Array>[] = []
  let [start, end] = [0, tree.size]
  while (first !== end) {
    const middle = start + splitPoint(end - start)
    if (first <= middle) {
      path.push(rangeHash(tree, middle, end))
      end = middle
    } else {
      path.push(rangeHash(tree, start, middle))
      start = middle
    }
  }
  // The verifier already holds the old root when the old tree is one perfect subtree from the left edge.
  if (start !== 0) path.push(rangeHash(tree, start, end))
  return (await Promise.all(path)).reverse()
}

/** The root hash, computed from the tiles. */
export async function treeRoot(tree: Tree): Promise<Uint8Array> {
  return tree.size === 0 ? EMPTY_ROOT : rangeHash(tree, 0, tree.size)
}

/** MTH of leaves `start` to `end`; `start` is always a multiple of the largest power of two that fits. */
async function rangeHash(tree: Tree, start: number, end: number): Promise<Uint8Array> {
  const width = end - start
  if (width === 1) return tree.node(0, start)
  const split = splitPoint(width)
  if (split * 2 === width) return tree.node(Math.log2(width), start / width)
  const [left, right] = await Promise.all([
    rangeHash(tree, start, start + split),
    rangeHash(tree, start + split, end),
  ])
  return nodeHash(left, right)
}

/** The largest power of two smaller than `width` (RFC 6962 section 2.1); `width` is at least 2. */
function splitPoint(width: number): number {
  let power = 1
  while (power * 2 < width) power *= 2
  return power
}

/** All complete rows of a tile: its hashes, then their parents, up to one node for a full tile. */
function innerRows(bytes: Uint8Array, width: number): readonly (readonly Uint8Array[])[] {
  const hashes = splitHashTile(bytes)
  if (hashes.length < width) {
    throw new Failure(
      'ledger_tile_torn',
      `a tile has ${hashes.length} of ${width} hashes of ${HASH_BYTES} bytes`,
    )
  }
  const rows: Uint8Array[][] = [hashes.slice(0, width)]
  for (let row = rows[0]; row !== undefined && row.length > 1; ) {
    const parents: Uint8Array[] = []
    for (let i = 0; i + 1 < row.length; i += 2) {
      const [left, right] = row.slice(i, i + 2)
      if (left !== undefined && right !== undefined) parents.push(nodeHash(left, right))
    }
    rows.push(parents)
    row = parents
  }
  return rows
}
