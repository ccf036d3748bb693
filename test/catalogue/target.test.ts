import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findTargets, MAX_TARGETS, normaliseTarget } from '../../src/catalogue/target.ts'
import type { Effect } from '../../src/catalogue/tool.ts'
import { EFFECTS } from '../../src/catalogue/tool.ts'
import type { JsonValue } from '../../src/kernel/strict-json.ts'

const from = (kind: string, effect: Effect, value: JsonValue) =>
  findTargets({ kind, from: 'args.t' }, effect, { t: value })
const ids = (kind: string, effect: Effect, value: JsonValue) => {
  const found = from(kind, effect, value)
  return found.ok ? found.targets.map(({ id }) => id) : found.code
}
const STRICT = EFFECTS.filter((effect) => EFFECTS.indexOf(effect) >= EFFECTS.indexOf('write'))
const CONTAINING = STRICT.filter((effect) => effect !== 'write')

describe('reading the target of a call', () => {
  it('never takes a missing target for all: from write up the call is refused', () => {
    for (const effect of STRICT) {
      expect(findTargets({ kind: 'device', from: 'args.host' }, effect, {})).toMatchObject({
        ok: false,
        code: 'target_missing',
        detail: expect.stringContaining('device'),
      })
      expect(findTargets({ kind: 'device' }, effect, { host: 'a' })).toMatchObject({
        code: 'target_missing',
      })
      for (const nothing of ['', '   ', null, [], [''], {}, true]) {
        expect(ids('device', effect, nothing)).toBe('target_missing')
      }
    }
  })

  it('lets a read go on without a target', () => {
    for (const effect of ['read', 'annotate', 'influence'] as const) {
      expect(findTargets({ kind: 'device', from: 'args.host' }, effect, {})).toEqual({
        ok: true,
        targets: [],
      })
    }
  })

  it('refuses patterns and words for everything from contain up, and says so', () => {
    const everything = [
      '*',
      'all',
      'ALL',
      ' Any ',
      'everyone',
      '%',
      'web-*',
      '**',
      'fleet',
      'null',
      '/',
      '.',
    ]
    for (const effect of CONTAINING) {
      for (const word of everything) {
        expect(from('device', effect, word)).toMatchObject({
          code: 'target_missing',
          detail: 'a pattern or a word for everything names no device',
        })
      }
      expect(ids('ipv4_net', effect, '0.0.0.0/0')).toBe('target_missing')
      expect(ids('ipv4_net', effect, '::/0')).toBe('target_missing')
      expect(ids('device', effect, ['web-1', '*'])).toBe('target_missing')
    }
  })

  it('refuses one text that names several things', () => {
    for (const list of ['web-1,web-2', 'web-1;web-2', 'web-1 web-2', 'web-1|web-2']) {
      expect(ids('device', 'contain', list)).toBe('arguments_invalid')
    }
    expect(ids('account', 'identity', 'alice\nbob')).toBe('arguments_invalid')
    expect(ids('account', 'identity', 'CN=Smith, Jo')).toEqual(['cn=smith, jo'])
  })

  it('refuses invisible characters that would make another target look like this one', () => {
    expect(ids('account', 'identity', 'ad\u200bmin')).toBe('arguments_invalid')
    expect(ids('account', 'identity', 'admin\u202e')).toBe('arguments_invalid')
  })

  it('refuses a name that is longer than any, counted in the bytes it is looked up by', () => {
    expect(ids('file', 'contain', 'a'.repeat(2000))).toEqual(['a'.repeat(2000)])
    for (const name of ['a'.repeat(2001), '\u4e2d'.repeat(667), '\ufdfa'.repeat(100)]) {
      expect(ids('file', 'contain', name)).toBe('arguments_invalid')
    }
  })

  it('gives each target once, in order, and at most 500', () => {
    expect(ids('device', 'contain', ['Web-1', 'web-2', 'WEB-1 '])).toEqual(['web-1', 'web-2'])
    const many = Array.from({ length: MAX_TARGETS }, (_, at) => `h-${at}`)
    expect(ids('device', 'contain', many)).toHaveLength(MAX_TARGETS)
    expect(from('device', 'contain', [...many, 'one-more'])).toMatchObject({
      code: 'arguments_invalid',
      detail: 'more than 500 targets in one call',
    })
  })
})

describe('the comparison form of a target', () => {
  const cases: readonly (readonly [kind: string, literal: string, form: string | undefined])[] = [
    ['ipv4_net', ' 203.0.113.7 ', '203.0.113.7'],
    ['ipv4_net', '203.0.113.7/32', '203.0.113.7'],
    ['ipv4_net', '10.0.0.0/8', '10.0.0.0/8'],
    ['ipv4_net', '１０.0.0.5', '10.0.0.5'],
    ['ipv4_net', '::ffff:10.0.0.5', '10.0.0.5'],
    ['ipv4_net', '::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['ipv6_net', '2001:DB8:0:0:0::1', '2001:db8::1'],
    ['ipv6_net', '2001:db8::/32', '2001:db8::/32'],
    ['ipv4_net', '010.0.0.1', undefined],
    ['ipv4_net', '127.1', undefined],
    ['ipv4_net', '0x7f.0.0.1', undefined],
    ['ipv4_net', '2130706433', undefined],
    ['ipv4_net', '10.0.0.5/8', undefined],
    ['ipv4_net', '10.0.0.0/08', undefined],
    ['ipv4_net', '10.0.0.0/33', undefined],
    ['ipv6_net', '2001:db8::1/32', undefined],
    ['ipv6_net', 'fe80::1%eth0', undefined],
    ['ipv4_net', '10.0.0.1-10.0.0.9', undefined],
    ['domain_name', 'Evil.Example.', 'evil.example'],
    ['domain_name', 'bücher.example', 'xn--bcher-kva.example'],
    ['account', 'Alice', 'alice'],
    ['device', 'WEB-14', 'web-14'],
    ['file', '/Var/Log', '/Var/Log'],
  ]
  it.each(cases)('of %s %j is %j', (kind, literal, form) => {
    expect(normaliseTarget(kind, literal)).toBe(form)
  })

  it('is its own comparison form, for any text', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('ipv4_net', 'domain_name', 'account', 'file'),
        fc.string(),
        (kind, text) => {
          const once = normaliseTarget(kind, text)
          if (once !== undefined) expect(normaliseTarget(kind, once)).toBe(once)
        },
      ),
    )
  })

  it('is the same for every spelling of an IPv6 address', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const form = normaliseTarget('ipv6_net', address)
        expect(form).toBeDefined()
        expect(normaliseTarget('ipv6_net', address.toUpperCase())).toBe(form)
        expect(normaliseTarget('ipv6_net', `${address}/128`)).toBe(form)
      }),
    )
  })

  it('looks an address up under the family it has', () => {
    const found = from('ipv4_net', 'contain', ['203.0.113.7', '2001:db8::1'])
    expect(found).toMatchObject({ targets: [{ kind: 'ipv4_net' }, { kind: 'ipv6_net' }] })
  })
})
