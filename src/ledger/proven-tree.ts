/**
 * Inclusion of many leaves in one tree. Neighbours share the upper part of their paths: what has led to the root once
 * is compared from then on and not hashed again. Gives the same answers as `verifyInclusion`, short of a collision of
 * SHA-256: other siblings above a proved node cannot lead to the same root.
 */
import { equalBytes, HASH_BYTES, nodeHash } from './merkle.ts'

/** A node that leads to the root, and the siblings by which it does: those of `path` from `from` on. */
type Proven = {
  readonly hash: Uint8Array
  readonly path: readonly Uint8Array[]
  readonly from: number
}

export class ProvenTree {
  private readonly size: number
  private readonly root: Uint8Array
  /** By height and index. */
  private readonly proven = new Map<string, Proven>()

  constructor({ size, root }: { readonly size: number; readonly root: Uint8Array }) {
    this.size = size
    this.root = root
  }

  /** Whether the leaf is at `index`; `path` holds the sibling hashes from the leaf upwards. */
  includes(index: number, leafHash: Uint8Array, path: readonly Uint8Array[]): boolean {
    if (!Number.isSafeInteger(index) || index < 0 || index >= this.size) return false
    if (![leafHash, this.root, ...path].every((hash) => hash.length === HASH_BYTES)) return false
    const climbed: [place: string, node: Proven][] = []
    let [height, at, last] = [0, index, this.size - 1]
    let hash = leafHash
    const up = () => {
      ;[height, at, last] = [height + 1, half(at), half(last)]
    }
    for (const [from, sibling] of path.entries()) {
      // At the right edge a node without a sibling stands for its parents as well.
      while (at === last && at % 2 === 0 && at !== 0) up()
      const place = `${height}/${at}`
      const known = this.proven.get(place)
      if (known !== undefined) return this.keepIf(isSame(known, { hash, path, from }), climbed)
      if (last === 0) return false
      climbed.push([place, { hash, path, from }])
      hash = at % 2 === 1 ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
      up()
    }
    return this.keepIf(last === 0 && equalBytes(hash, this.root), climbed)
  }

  private keepIf(isProven: boolean, climbed: readonly (readonly [string, Proven])[]): boolean {
    if (isProven) for (const [place, node] of climbed) this.proven.set(place, node)
    return isProven
  }
}

function isSame(known: Proven, claimed: Proven): boolean {
  const { path } = claimed
  return (
    equalBytes(known.hash, claimed.hash) &&
    known.path.length - known.from === path.length - claimed.from &&
    path.slice(claimed.from).every((sibling, above) => {
      const other = known.path[known.from + above]
      return other !== undefined && (other === sibling || equalBytes(other, sibling))
    })
  )
}

function half(n: number): number {
  return Math.floor(n / 2)
}
