import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCedarEngine } from '../../src/adapters/cedar-engine.ts'
import { freshCedar } from '../../src/adapters/cedar-host.ts'
import { createShardPool } from '../../src/adapters/cedar-shard-pool.ts'
import { bundleWith, floor, policyText, shippedBundle } from './shipped-bundle.ts'

describe('shards by content', () => {
  it('are one object for one content, and never two contents in one slot at a time', () => {
    const mostSlots = 3
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5 }), { maxLength: 30 }), (asked) => {
        const pool = createShardPool(mostSlots)
        // The model: contents in the order in which they were last asked for, each with what it got.
        let kept: { readonly content: number; readonly shard: ReturnType<typeof pool> }[] = []
        for (const content of asked) {
          const shard = pool({ only: `policy ${content}` }, `schema ${content}`)
          const known = kept.find((one) => one.content === content)
          if (known !== undefined) expect(shard).toBe(known.shard)
          expect(shard.policies.texts).toEqual({ only: `policy ${content}` })
          expect(shard.schema.text).toBe(`schema ${content}`)
          kept = [...kept.filter((one) => one.content !== content), { content, shard }]
          kept = kept.slice(-mostSlots)
          const slots = kept.map((one) => one.shard.policies.slot)
          expect(new Set(slots).size).toBe(kept.length)
        }
      }),
    )
  })

  it('keep policies apart from schemas: either may change without the other', () => {
    const pool = createShardPool()
    const first = pool({ a: 'one' }, 'schema')
    const second = pool({ a: 'one' }, 'another')
    expect(second.policies).toBe(first.policies)
    expect(second).not.toBe(first)
    expect(pool({ a: 'two' }, 'schema').schema).toBe(first.schema)
  })

  it('let a bundle that adds one action prepare no more than that one needs', () => {
    const prepared: string[] = []
    const engine = createCedarEngine(floor, () => {
      const cedar = freshCedar()
      return {
        ...cedar,
        preparsePolicySet: (slot, set) => {
          prepared.push(slot)
          return cedar.preparsePolicySet(slot, set)
        },
      }
    })
    engine.loadBundle(shippedBundle())
    prepared.length = 0
    const actions = [{ action: 'restart:service', effect: 'write' }] as const
    engine.loadBundle(shippedBundle({ actions }))
    expect(prepared.length).toBeLessThanOrEqual(2)
    engine.loadBundle(
      bundleWith('extra', policyText('extra', 'forbid (principal, action, resource)')),
    )
    expect(prepared.length, 'a policy for everything is in every shard').toBeGreaterThan(10)
  })
})
