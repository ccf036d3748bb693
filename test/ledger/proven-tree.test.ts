import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leafHash } from '../../src/ledger/merkle.ts'
import { type InclusionClaim, verifyInclusion } from '../../src/ledger/proof.ts'
import { ProvenTree } from '../../src/ledger/proven-tree.ts'
import { naivePath, naiveRoot } from './naive-tree.ts'

const MAX_SIZE = 40

/** How a claim is bent: a bit of one of its hashes, its index, its length. */
type Bend =
  | { readonly kind: 'none' | 'short' | 'long' | 'doubled' }
  | { readonly kind: 'leaf' | 'path' | 'index'; readonly by: number }

const bends: fc.Arbitrary<Bend> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Bend>({ kind: 'none' }) },
  fc.record({ kind: fc.constantFrom('short', 'long', 'doubled') }),
  fc.record({ kind: fc.constantFrom('leaf', 'path', 'index'), by: fc.nat(1_000) }),
)

type Claim = Pick<InclusionClaim, 'index' | 'leafHash' | 'path'>

function flipped(hash: Uint8Array, bit: number): Uint8Array {
  return hash.map((byte, at) => (at === bit % 32 ? byte ^ (1 << (bit % 8)) : byte))
}

function bent({ index, leafHash: leaf, path }: Claim, bend: Bend): Claim {
  const last = path.at(-1) ?? leaf
  if (bend.kind === 'short') return { index, leafHash: leaf, path: path.slice(0, -1) }
  if (bend.kind === 'long') return { index, leafHash: leaf, path: [...path, last] }
  if (bend.kind === 'doubled') return { index, leafHash: leaf, path: [...path, ...path] }
  if (bend.kind === 'leaf') return { index, leafHash: flipped(leaf, bend.by), path }
  if (bend.kind === 'index') return { index: bend.by % (MAX_SIZE + 1), leafHash: leaf, path }
  if (bend.kind !== 'path' || path.length === 0) return { index, leafHash: leaf, path }
  const at = bend.by % path.length
  const other = path.map((hash, step) => (step === at ? flipped(hash, bend.by) : hash))
  return { index, leafHash: leaf, path: other }
}

describe('many leaves proved against one root', () => {
  it('are told apart as one by one, whatever was proved before and however a claim was bent [R29]', () => {
    const asked = fc.array(fc.tuple(fc.nat(MAX_SIZE - 1), bends), { maxLength: 80 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_SIZE }), asked, (size, claims) => {
        const leaves = Array.from({ length: size }, (_, at) => Buffer.from(`entry ${at}`))
        const root = naiveRoot(leaves)
        const tree = new ProvenTree({ size, root })
        for (const [nth, bend] of claims) {
          const index = nth % size
          const leaf = leafHash(leaves[index] ?? Buffer.of())
          const claim = bent({ index, leafHash: leaf, path: naivePath(index, leaves) }, bend)
          const alone = verifyInclusion({ ...claim, size, root })
          expect(tree.includes(claim.index, claim.leafHash, claim.path)).toBe(alone)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('are not found outside the tree, and neither is a root that is no hash', () => {
    const leaves = [Buffer.from('only')]
    const root = naiveRoot(leaves)
    const leaf = leafHash(Buffer.from('only'))
    expect(new ProvenTree({ size: 1, root }).includes(0, leaf, [])).toBe(true)
    for (const index of [-1, 0.5, 1, Number.NaN]) {
      expect(new ProvenTree({ size: 1, root }).includes(index, leaf, [])).toBe(false)
    }
    expect(new ProvenTree({ size: 1, root: leaf.slice(1) }).includes(0, leaf, [])).toBe(false)
  })
})
