import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { argumentSources, textIn } from '../../src/evidence/argument-sources.ts'
import type { JsonObject, JsonValue } from '../../src/kernel/strict-json.ts'

const NOTHING = { evidence: [], caseText: '', inventory: [] }

describe('the source of an argument', () => {
  it('is found only where the whole value stands by itself', () => {
    const word = fc.stringMatching(/^[a-z0-9]{4,12}$/)
    fc.assert(
      fc.property(word, word, fc.boolean(), (value, other, isWhole) => {
        const text = isWhole ? `x, ${value}; y` : `x, ${value}${other} y`
        const known = { ...NOTHING, evidence: [{ id: 'e1', text }] }
        const [found] = argumentSources({ value }, known)
        const isThere = isWhole || `${value}${other}` === value
        expect(found?.source).toBe(isThere ? 'evidence' : 'unsupported')
      }),
    )
  })

  it('names every value of the arguments exactly once, whatever they are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (args) => {
        const found = argumentSources(args as JsonObject, NOTHING)
        expect(new Set(found.map(({ path }) => path)).size).toBe(found.length)
        const isEmpty = Object.keys(args).length === 0
        expect(found.length).toBe(isEmpty ? 0 : leaves(args as JsonValue))
      }),
    )
  })

  it('is never a value too short to say anything, nor true, false or null', () => {
    const known = { ...NOTHING, evidence: [{ id: 'e1', text: 'on 7 true null' }] }
    const found = argumentSources({ a: 'on', b: 7, c: true, d: null }, known)
    expect(found.map(({ source }) => source)).toEqual(Array(4).fill('unsupported'))
  })

  it('takes values of a result, never names of its members', () => {
    expect(textIn({ secret_name: ['web-14', 15, true, { inner: 'x' }] })).toBe('web-14\n15\n\nx')
  })

  it('stops looking after two hundred values and says so', () => {
    const many = Array.from({ length: 201 }, (_, at) => `value-${at}`)
    const found = argumentSources({ many }, NOTHING)
    expect(found.at(-1)?.source).toBe('unexamined')
    expect(found.at(-2)?.source).toBe('unsupported')
  })
})

function leaves(value: JsonValue): number {
  if (value === null || typeof value !== 'object') return 1
  const inner = Object.values(value)
  return inner.length === 0 ? 1 : inner.reduce<number>((sum, each) => sum + leaves(each), 0)
}
