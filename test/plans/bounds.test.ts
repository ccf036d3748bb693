import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bound, readBound, within } from '../../src/approval/plan-bound.ts'
import { readProposal } from '../../src/approval/plan-reader.ts'
import type { JsonObject, JsonValue } from '../../src/kernel/strict-json.ts'

describe('a bound lets through what it says and nothing else', () => {
  it.each<[Bound, JsonValue, boolean]>([
    [{ kind: 'one-of', values: ['a', 1, null] }, 1, true],
    [{ kind: 'one-of', values: ['a', 1] }, '1', false],
    [{ kind: 'cidr', net: '203.0.113.0/24' }, '203.0.113.77', true],
    [{ kind: 'cidr', net: '203.0.113.0/24' }, '203.0.113.0/25', true],
    [{ kind: 'cidr', net: '203.0.113.0/24' }, '203.0.0.0/16', false],
    [{ kind: 'cidr', net: '203.0.113.0/24' }, '203.0.114.1', false],
    [{ kind: 'cidr', net: '203.0.113.0/24' }, '::ffff:203.0.113.9', true],
    [{ kind: 'cidr', net: '203.0.113.0/24' }, '203.0.113.07', false],
    [{ kind: 'cidr', net: '203.0.113.0/24' }, '203.0.113.7; drop', false],
    [{ kind: 'cidr', net: '2001:db8::/32' }, '2001:db8:1::5', true],
    [{ kind: 'cidr', net: '2001:db8::/32' }, '2001:db9::5', false],
    [{ kind: 'prefix', prefix: 'web-' }, 'web-14', true],
    [{ kind: 'prefix', prefix: 'web-' }, 'Web-14', false],
    [{ kind: 'prefix', prefix: 'web-' }, 'web-1\u202e4', false],
    [{ kind: 'pattern', pattern: 'web-??.lab*' }, 'web-14.lab.example', true],
    [{ kind: 'pattern', pattern: 'web-??.lab*' }, 'web-1.lab', false],
    [{ kind: 'pattern', pattern: '*.lab' }, 'web.lab.evil', false],
    [{ kind: 'range', min: 1, max: 5 }, 5, true],
    [{ kind: 'range', min: 1, max: 5 }, 5.5, false],
    [{ kind: 'range', min: 1, max: 5 }, '3', false],
  ])('%j and %j: %s', (bound, value, expected) => {
    expect(within(bound, value)).toBe(expected)
  })

  it('matches patterns like the plain regular expression they stand for, at once', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 })
    fc.assert(
      fc.property(pattern, text, (pattern, text) => {
        const model = new RegExp(
          `^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.')}$`,
        )
        expect(within({ kind: 'pattern', pattern }, text)).toBe(model.test(text))
      }),
    )
  })

  it.each<[JsonObject, RegExp]>([
    [{ kind: 'regexp', pattern: '.*' }, /one-of, cidr/],
    [{ kind: 'pattern', pattern: '*' }, /fixes at least 3/],
    [{ kind: 'pattern', pattern: 'abc*****' }, /at most 4 stars/],
    [{ kind: 'prefix', prefix: 'a' }, /at least 3/],
    [{ kind: 'cidr', net: '0.0.0.0/0' }, /not a network/],
    [{ kind: 'cidr', net: '10.0.0.5/8' }, /not a network/],
    [{ kind: 'range', min: 5, max: 1 }, /smaller first/],
    [{ kind: 'one-of', values: [] }, /1 to 50/],
    [{ kind: 'one-of', values: ['x'], also: 1 }, /may only have/],
  ])('refuses %j and says why', (bound, why) => {
    expect(() => readBound('steps[0].bounds[0]', bound)).toThrow(why)
  })
})

describe('a proposal that is not understood is refused with its place', () => {
  const good = { tool: 'u__a', arguments: { target: 'x' } }
  it.each<[string, JsonObject, RegExp]>([
    ['no steps', { steps: [] }, /^steps: /],
    ['an unknown member', { steps: [good], priority: 1 }, /^plan: /],
    ['an unknown member of a step', { steps: [good, { ...good, when: 'x' }] }, /^steps\[1\]: /],
    ['too many runs', { steps: [{ ...good, times: 51 }] }, /^steps\[0\]\.times: /],
    [
      'both exact and bounded',
      { steps: [{ ...good, bounds: { target: { kind: 'prefix', prefix: 'abc' } } }] },
      /not both/,
    ],
    [
      'two readings of one call',
      { steps: [{ ...good, times: 2 }, good] },
      /^steps\[1\]: .*another tool/,
    ],
    [
      'a compensation without a tool',
      { steps: [{ ...good, compensation: {} }] },
      /^steps\[0\]\.compensation: /,
    ],
  ])('%s', (_what, proposal, place) => {
    expect(() => readProposal(proposal)).toThrow(place)
  })
})
