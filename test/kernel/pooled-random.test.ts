import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pooledRandom } from '../../src/adapters/pooled-random.ts'

it('hands out every byte of its source once, in any portions, and keeps none', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 40 }), (sizes) => {
      const filled: Uint8Array[] = []
      let next = 0
      const random = pooledRandom((into) => {
        const words = new Uint32Array(into.buffer, 0, Math.floor(into.length / 4))
        for (let at = 0; at < words.length; at++) words[at] = ++next
        filled.push(into)
      })
      const words = sizes.flatMap((size) => {
        const bytes = random(size * 4)
        expect(bytes.length).toBe(size * 4)
        const copy = bytes.slice()
        return [...new Uint32Array(copy.buffer)]
      })
      expect(words.includes(0)).toBe(false)
      expect(new Set(words).size).toBe(words.length)
    }),
  )
})

it('is not the same from one run to the next', () => {
  const [one, two] = [pooledRandom(), pooledRandom()]
  expect(Buffer.from(one(32)).equals(Buffer.from(two(32)))).toBe(false)
})
