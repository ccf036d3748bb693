import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalBytes, canonicalText, digestOfJson } from '../../src/kernel/canonical-json.ts'
import { plainText } from '../../src/kernel/canonical-plain.ts'
import { parseStrict } from '../../src/kernel/strict-json.ts'

const VECTORS = '../shared/data/vectors/jcs'
const NOT_CANONICAL = expect.objectContaining({ code: 'json_not_canonical' })

describe('canonical JSON', () => {
  it.skipIf(!existsSync(VECTORS))('writes the published RFC 8785 outputs byte for byte', () => {
    const names = readdirSync(`${VECTORS}/input`)
    expect(names.length).toBeGreaterThanOrEqual(5)
    for (const name of names) {
      const input = JSON.parse(readFileSync(`${VECTORS}/input/${name}`, 'utf8'))
      // One of the published files ends in a newline, which is no part of its value.
      const output = readFileSync(`${VECTORS}/output/${name}`, 'utf8').replace(/\n$/, '')
      expect(canonicalText(input), name).toBe(output)
    }
  })

  it('sorts keys by UTF-16 units and writes numbers as ECMAScript does', () => {
    expect(canonicalText({ '\u{1f600}': 1, '\ufb33': 2, é: 3, b: 4, B: 5, '1': 6, '': 7 })).toBe(
      '{"":7,"1":6,"B":5,"b":4,"é":3,"\u{1f600}":1,"\ufb33":2}',
    )
    expect(canonicalText([1e30, 4.5, 0.002, 1e-27, -0, 333333333.3333333, 1e21])).toBe(
      '[1e+30,4.5,0.002,1e-27,0,333333333.3333333,1e+21]',
    )
    expect(canonicalText('\u20ac$\u000f\nA\'B"\\\\"/')).toBe(
      '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"',
    )
  })

  it('refuses what has no canonical form instead of smoothing it over', () => {
    for (const bad of [
      undefined,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '\ud800',
      { a: '\udc00' },
      1n,
      [Number.NEGATIVE_INFINITY],
    ]) {
      expect(() => canonicalText(bad)).toThrow(NOT_CANONICAL)
    }
  })

  it('gives one digest for one value, whatever the order and spacing it came in', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false })),
        (object) => {
          fc.pre(JSON.stringify(object).isWellFormed())
          const shuffled = Object.fromEntries(Object.entries(object).reverse())
          expect(digestOfJson('countersign-facts-v1', shuffled)).toBe(
            digestOfJson('countersign-facts-v1', object),
          )
          expect(JSON.parse(canonicalText(object))).toEqual(JSON.parse(JSON.stringify(object)))
        },
      ),
    )
  })

  it('is written the short way exactly as the published library writes it', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\u2028', '"', '\\', '\u007f', '\\ud800', '\ud83d\ude00'),
    )
    const scalar = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null))
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, scalar, tie('list'), tie('object')),
      list: fc.array(tie('value')),
      object: fc.dictionary(fc.oneof(text, fc.nat().map(String)), tie('value')),
    }))
    fc.assert(
      fc.property(value, (each) => {
        const short = plainText(each)
        if (short !== undefined) expect(short).toBe(canonicalize(each))
        expect(plainText(inOrder(each))).toBe(short)
      }),
      { numRuns: 2_000 },
    )
  })

  it('leaves to the library whatever is not plain', () => {
    const dated = { at: new Date(0) }
    for (const odd of [
      { a: 1, b: '\ud800' },
      { '\udc00': 1 },
      { a: { b: [Number.NaN] } },
      { a: 1, toJSON: () => 2 },
      [1n],
      dated,
      [undefined],
      { a: undefined },
      new Map(),
      '\ud800',
      1n,
      { a: () => 1 },
    ]) {
      expect(plainText(odd)).toBeUndefined()
    }
    expect(canonicalText(dated)).toBe('{"at":"1970-01-01T00:00:00.000Z"}')
  })

  it('starts every digest from its purpose, so that one never stands for another', () => {
    const byHand = createHash('sha256').update('countersign-call-v1\n{"a":1}').digest('hex')
    expect(digestOfJson('countersign-call-v1', { a: 1 })).toBe(`sha256:${byHand}`)
    expect(digestOfJson('countersign-action-v1', { a: 1 })).not.toBe(`sha256:${byHand}`)
  })

  it('is what the strict reader reads back', () => {
    const value = { a: [1, 'é', { b: false }], c: null, d: 1.5 }
    expect(parseStrict(canonicalBytes(value))).toEqual(value)
  })
})

/** The same value with the names of each object in their canonical order, as far as the language keeps an order. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, inOrder(member)] as const)
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
}
