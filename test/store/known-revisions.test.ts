import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createKnownRevisions } from '../../src/store/known-revisions.ts'
import { entryDraft, forEachEngine } from '../harness/stores.ts'

describe('what a process knows of revisions', () => {
  it('is what was read, of that tenant only', () => {
    const known = createKnownRevisions()
    known.learn(known.generation(), 'main', { stop: 3 })
    expect(known.get('main', 'stop')).toBe(3)
    expect(known.get('main', 'policy')).toBeUndefined()
    expect(known.get('other', 'stop')).toBeUndefined()
  })

  it('is nothing that was read before one of them was raised, even if it comes after', () => {
    const known = createKnownRevisions()
    const before = known.generation()
    known.forget('main', new Set(['stop']))
    known.learn(before, 'main', { stop: 3, policy: 1 })
    expect(known.get('main', 'stop')).toBeUndefined()
    expect(known.get('main', 'policy')).toBeUndefined()
  })

  it('goes with the raise of its key and stays with that of another', () => {
    const known = createKnownRevisions()
    known.learn(known.generation(), 'main', { stop: 3, policy: 1 })
    known.forget('main', new Set(['stop']))
    expect(known.get('main', 'stop')).toBeUndefined()
    expect(known.get('main', 'policy')).toBe(1)
  })

  it('is bounded, whatever agents name', () => {
    const known = createKnownRevisions(2)
    for (const key of ['a', 'b', 'c']) known.learn(known.generation(), 'main', { [key]: 1 })
    const kept = ['a', 'b', 'c'].filter((key) => known.get('main', key) !== undefined)
    expect(kept).toEqual(['c'])
  })
})

const KEYS = ['stop', 'policy', 'task/1'] as const

const step = fc.record({
  /** How the work ends that raises them; `beside` fails in the same batch as one that does not. */
  ends: fc.constantFrom('well', 'badly', 'beside', 'read'),
  keys: fc.subarray([...KEYS], { minLength: 1 }),
  /** Whether somebody reads while it is under way. */
  isWatched: fc.boolean(),
})

forEachEngine((engine) => {
  it('reads every revision as it is after the last commit, whatever was read, raised and undone before', async () => {
    const fresh = await engine.fresh()
    const { revisions } = fresh.store
    const model: Record<string, number> = { stop: 0, policy: 0, 'task/1': 0 }
    const raising = (keys: readonly string[], isGood: boolean) =>
      fresh.store.commit('main', async (tx) => {
        for (const key of keys) await revisions.raise(tx, key)
        if (!isGood) throw new Error('it comes to nothing')
        return { value: undefined, entries: [entryDraft(fresh)] }
      })
    const count = (keys: readonly string[]) => {
      for (const key of keys) model[key] = (model[key] ?? 0) + 1
    }
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        for (const { ends, keys, isWatched } of steps) {
          if (ends === 'read') {
            const wanted = Object.fromEntries(keys.map((key) => [key, model[key]]))
            expect(await revisions.read('main', keys)).toEqual(wanted)
            continue
          }
          const works = [raising(keys, ends !== 'badly')]
          if (ends === 'beside') works.push(raising(['stop'], false))
          const over = Promise.allSettled(works)
          if (isWatched) await revisions.read('main', KEYS)
          await over
          if (ends !== 'badly') count(keys)
          expect(await revisions.read('main', KEYS)).toEqual(model)
        }
      }),
      { numRuns: 25 },
    )
  })
})
