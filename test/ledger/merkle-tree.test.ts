import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeHex, encodeHex } from '../../src/ledger/base64.ts'
import type { Frontier } from '../../src/ledger/merkle.ts'
import {
  appendLeaf,
  EMPTY_FRONTIER,
  EMPTY_ROOT,
  frontierBytes,
  leafHash,
  parseFrontier,
  rootOf,
} from '../../src/ledger/merkle.ts'
import { verifyConsistency, verifyInclusion } from '../../src/ledger/proof.ts'
import { joinHashTile } from '../../src/ledger/tile.ts'
import type { Tree } from '../../src/ledger/tree-reader.ts'
import {
  consistencyProof,
  inclusionProof,
  openTree,
  treeRoot,
} from '../../src/ledger/tree-reader.ts'
import { naiveConsistency, naivePath, naiveRoot } from './naive-tree.ts'

/** The reference tree of the Certificate Transparency project: leaves, and roots by size 0 to 8. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]

const REFERENCE = '../shared/data/vectors/rfc6962/ct-reference-tree.json'

function bytesOf(hex: string): Uint8Array {
  const bytes = decodeHex(hex)
  if (bytes === undefined) throw new Error('not hex')
  return bytes
}

function numbered(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(`entry ${i}`))
}

/** A log of these entries with its hashes by tile level, and a count of tile reads. */
function build(entries: readonly Uint8Array[]): {
  frontier: Frontier
  tree: Tree
  reads: () => number
} {
  const rows = new Map<number, Uint8Array[]>()
  let frontier = EMPTY_FRONTIER
  for (const entry of entries) {
    frontier = appendLeaf(frontier, leafHash(entry), (level, index, hash) => {
      if (level % 8 !== 0) return
      const row = rows.get(level / 8) ?? []
      expect(index).toBe(row.length)
      row.push(hash)
      rows.set(level / 8, row)
    })
  }
  let reads = 0
  const tree = openTree(entries.length, async (level, index, width) => {
    reads++
    return joinHashTile((rows.get(level) ?? []).slice(index * 256, index * 256 + width))
  })
  return { frontier, tree, reads: () => reads }
}

describe('the tree of RFC 6962', () => {
  it('has the published roots for the published leaves', () => {
    let frontier = EMPTY_FRONTIER
    for (const [size, root] of ROOTS.entries()) {
      expect(encodeHex(rootOf(frontier))).toBe(root)
      frontier = appendLeaf(frontier, leafHash(bytesOf(LEAVES[size] ?? '')))
    }
  })

  it.skipIf(!existsSync(REFERENCE))('agrees with the reference file beside the repository', () => {
    const reference: { leaf_inputs_hex: string[]; roots_hex_by_size: string[] } = JSON.parse(
      readFileSync(REFERENCE, 'utf8'),
    )
    expect(reference.leaf_inputs_hex).toEqual(LEAVES)
    expect(reference.roots_hex_by_size).toEqual(ROOTS)
  })

  it('is the naive recursive tree at every size to 600, over two levels of tiles', async () => {
    const entries = numbered(600)
    const { frontier } = build(entries)
    expect(rootOf(frontier)).toEqual(naiveRoot(entries))
    for (const size of [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 600]) {
      const part = build(entries.slice(0, size))
      expect(rootOf(part.frontier)).toEqual(naiveRoot(entries.slice(0, size)))
      expect(await treeRoot(part.tree)).toEqual(rootOf(part.frontier))
    }
  })

  it('continues from a stored frontier as if it had never stopped', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 40 }),
        (first, more) => {
          const entries = numbered(first + more)
          const stopped = build(entries.slice(0, first)).frontier
          let frontier = parseFrontier(frontierBytes(stopped))
          for (const entry of entries.slice(first)) frontier = appendLeaf(frontier, leafHash(entry))
          expect(rootOf(frontier)).toEqual(naiveRoot(entries))
        },
      ),
      { numRuns: 30 },
    )
  })

  it('refuses a stored frontier that is cut, padded or does not fit its size', () => {
    const bytes = frontierBytes(build(numbered(7)).frontier)
    expect(bytes.length).toBe(8 + 3 * 32)
    for (const broken of [bytes.slice(0, -1), bytes.slice(0, 7), new Uint8Array([...bytes, 0])]) {
      expect(() => parseFrontier(broken)).toThrow(
        expect.objectContaining({ code: 'ledger_head_wrong' }),
      )
    }
    const otherSize = bytes.slice()
    otherSize[7] = 8
    expect(() => parseFrontier(otherSize)).toThrow(
      expect.objectContaining({ code: 'ledger_head_wrong' }),
    )
    const hugeSize = bytes.slice()
    hugeSize[0] = 0xff
    expect(() => parseFrontier(hugeSize)).toThrow(
      expect.objectContaining({ code: 'ledger_head_wrong' }),
    )
  })

  it('refuses sizes beyond 2^53-1, which numbers cannot count exactly', () => {
    const beyond = frontierBytes({ size: 2 ** 53, nodes: [leafHash(new Uint8Array())] })
    expect(() => parseFrontier(beyond)).toThrow(
      expect.objectContaining({ code: 'ledger_head_wrong' }),
    )
  })

  it('counts set bits beyond 32, so that large logs keep their frontier', () => {
    const node = leafHash(Buffer.from('node'))
    const large = { size: 2 ** 40 + 2 ** 33 + 1, nodes: [node, node, node] }
    expect(parseFrontier(frontierBytes(large))).toEqual(large)
  })
})

describe('inclusion proofs', () => {
  it('are those of the naive model and verify, for every leaf of every size to 70', async () => {
    const all = numbered(70)
    for (let size = 1; size <= all.length; size++) {
      const entries = all.slice(0, size)
      const { tree, frontier } = build(entries)
      for (const [index, entry] of entries.entries()) {
        const path = await inclusionProof(tree, index)
        expect(path).toEqual(naivePath(index, entries))
        const claim = { index, size, leafHash: leafHash(entry), path, root: rootOf(frontier) }
        expect(verifyInclusion(claim)).toBe(true)
      }
    }
  })

  it('fail for another leaf, index, size, root, and for a path changed in any way', async () => {
    const entries = numbered(300)
    const { tree, frontier } = build(entries)
    const root = rootOf(frontier)
    await fc.assert(
      fc.asyncProperty(fc.nat(299), fc.nat(), fc.nat(255), async (index, at, bit) => {
        const path = await inclusionProof(tree, index)
        const leaf = leafHash(entries[index] ?? new Uint8Array())
        const claim = { index, size: 300, leafHash: leaf, path, root }
        expect(verifyInclusion(claim)).toBe(true)
        const broken = path.map((hash, i) => (i === at % path.length ? flip(hash, bit) : hash))
        expect(verifyInclusion({ ...claim, path: broken })).toBe(false)
        expect(verifyInclusion({ ...claim, path: path.slice(1) })).toBe(false)
        expect(verifyInclusion({ ...claim, path: path.slice(0, -1) })).toBe(false)
        expect(verifyInclusion({ ...claim, path: [...path, root] })).toBe(false)
        expect(verifyInclusion({ ...claim, index: (index + 1) % 300 })).toBe(false)
        expect(verifyInclusion({ ...claim, leafHash: flip(leaf, bit) })).toBe(false)
        expect(verifyInclusion({ ...claim, root: flip(root, bit) })).toBe(false)
        expect(verifyInclusion({ ...claim, path: path.map((hash) => hash.slice(1)) })).toBe(false)
      }),
      { numRuns: 60 },
    )
  })

  it('refuse an index outside the tree and sizes that are no counts', () => {
    const leaf = leafHash(new Uint8Array())
    const claim = { index: 0, size: 1, leafHash: leaf, path: [], root: leaf }
    expect(verifyInclusion(claim)).toBe(true)
    for (const index of [-1, 1, 0.5, Number.NaN, 2 ** 53]) {
      expect(verifyInclusion({ ...claim, index })).toBe(false)
    }
    expect(verifyInclusion({ ...claim, size: 0 })).toBe(false)
  })
})

describe('consistency proofs', () => {
  it('are those of the naive model and verify, for every pair of sizes to 40', async () => {
    const all = numbered(40)
    for (let second = 1; second <= all.length; second++) {
      const { tree, frontier } = build(all.slice(0, second))
      for (let first = 1; first <= second; first++) {
        const path = await consistencyProof(tree, first)
        expect(path).toEqual(naiveConsistency(first, all.slice(0, second)))
        const firstRoot = naiveRoot(all.slice(0, first))
        const claim = { first, second, firstRoot, secondRoot: rootOf(frontier), path }
        expect(verifyConsistency(claim)).toBe(true)
      }
    }
  })

  it('fail when either tree is another one or the path is changed', async () => {
    const entries = numbered(300)
    const { tree, frontier } = build(entries)
    const secondRoot = rootOf(frontier)
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 299 }),
        fc.nat(),
        fc.nat(255),
        async (first, at, bit) => {
          const path = await consistencyProof(tree, first)
          const firstRoot = naiveRoot(entries.slice(0, first))
          const claim = { first, second: 300, firstRoot, secondRoot, path }
          expect(verifyConsistency(claim)).toBe(true)
          const broken = path.map((hash, i) => (i === at % path.length ? flip(hash, bit) : hash))
          expect(verifyConsistency({ ...claim, path: broken })).toBe(false)
          expect(verifyConsistency({ ...claim, path: path.slice(1) })).toBe(false)
          expect(verifyConsistency({ ...claim, path: [...path, secondRoot] })).toBe(false)
          expect(verifyConsistency({ ...claim, firstRoot: flip(firstRoot, bit) })).toBe(false)
          expect(verifyConsistency({ ...claim, secondRoot: flip(secondRoot, bit) })).toBe(false)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('take an empty path for equal sizes and from the empty tree, and nothing else', () => {
    const root = leafHash(new Uint8Array())
    const same = { first: 1, second: 1, firstRoot: root, secondRoot: root, path: [] }
    expect(verifyConsistency(same)).toBe(true)
    expect(verifyConsistency({ ...same, path: [root] })).toBe(false)
    expect(verifyConsistency({ ...same, firstRoot: EMPTY_ROOT })).toBe(false)
    expect(verifyConsistency({ ...same, first: 0, firstRoot: EMPTY_ROOT })).toBe(true)
    expect(verifyConsistency({ ...same, first: 0 })).toBe(false)
    expect(verifyConsistency({ ...same, second: 2 })).toBe(false)
    expect(verifyConsistency({ ...same, first: 2 })).toBe(false)
  })
})

describe('proofs from tiles', () => {
  it('read at most six tiles in a tree of 70,000, and none again for a neighbour', async () => {
    const entries = numbered(70_000)
    const { tree, frontier, reads } = build(entries)
    const path = await inclusionProof(tree, 12_345)
    const leaf = leafHash(Buffer.from('entry 12345'))
    const claim = { index: 12_345, size: 70_000, leafHash: leaf, path, root: rootOf(frontier) }
    expect(verifyInclusion(claim)).toBe(true)
    expect(reads()).toBeLessThanOrEqual(6)
    const before = reads()
    await inclusionProof(tree, 12_346)
    expect(reads()).toBe(before)
  })

  it('say which tile is torn instead of giving a wrong proof', async () => {
    const tree = openTree(300, async () => new Uint8Array(31))
    await expect(inclusionProof(tree, 3)).rejects.toMatchObject({ code: 'ledger_tile_torn' })
    const short = openTree(300, async () => new Uint8Array(32))
    await expect(consistencyProof(short, 7)).rejects.toMatchObject({ code: 'ledger_tile_torn' })
  })

  it('ask again for a tile whose read failed', async () => {
    const { tree } = build(numbered(5))
    let isDown = true
    const flaky = openTree(5, async () => {
      if (isDown) throw new Error('disk')
      return joinHashTile(await Promise.all([0, 1, 2, 3, 4].map((i) => tree.node(0, i))))
    })
    await expect(inclusionProof(flaky, 3)).rejects.toThrow('disk')
    isDown = false
    expect(await inclusionProof(flaky, 3)).toEqual(naivePath(3, numbered(5)))
  })

  it('refuse an index or size outside the tree', async () => {
    const { tree } = build(numbered(5))
    await expect(inclusionProof(tree, 5)).rejects.toMatchObject({ code: 'not_found' })
    await expect(consistencyProof(tree, 6)).rejects.toMatchObject({ code: 'not_found' })
  })
})

function flip(hash: Uint8Array, bit: number): Uint8Array {
  const changed = hash.slice()
  const at = Math.floor(bit / 8) % changed.length
  changed[at] = (changed[at] ?? 0) ^ (1 << (bit % 8))
  return changed
}
