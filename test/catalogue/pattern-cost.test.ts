import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { costlyPattern } from '../../src/catalogue/pattern-cost.ts'

describe('a pattern that can stall', () => {
  const stalling = [
    '^(a+)+$',
    '(a*)*',
    '(a|a)*b',
    '(a|aa)+$',
    '^(\\w+\\s?)*$',
    '(x+x+)+y',
    '([a-zA-Z]+)*$',
    '(.*)*',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(a|a?)+',
    '(\\d+\\d+)+x',
    '(?:a{1,30})+$',
    '^(?=(a+)+b)c',
    '(?:[a-z]+)+?x',
    '(\\w|_)*x',
    '([^/]|\\S)*z',
    '(?<n>a+)+',
  ]
  it.each(stalling)('%s is refused', (pattern) => {
    expect(costlyPattern(pattern)).toBe('can read one text in two ways around a loop')
  })

  it('is refused for many loops over one text, for many optional copies, and for what cannot be read', () => {
    expect(costlyPattern('(.*a){12}')).toContain('loops that can share one text')
    expect(costlyPattern('^.*.*.*.*.*$')).toBe('has 5 loops that can share one text')
    expect(costlyPattern('(a?){40}a{40}')).toContain('too complex')
    expect(costlyPattern('(a)\\1+')).toContain('refers back')
    expect(costlyPattern('(')).toBe('is not a regular expression')
    expect(costlyPattern('a'.repeat(501))).toBe('is longer than 500 characters')
  })
})

describe('a pattern of ordinary schemas', () => {
  const ordinary = [
    '^\\d{1,3}(\\.\\d{1,3}){3}$',
    '^[a-z]+$',
    '^[\\w.-]+@[\\w-]+\\.\\w+$',
    '^sha256:[0-9a-f]{64}$',
    '^(?:GET|POST)$',
    '^([a-z]+-)*[a-z]+$',
    '.*',
    '^\\s*x\\s*$',
    '^[A-Z]{2,10}-\\d{1,6}$',
    '^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$',
    '^(\\d+,)*\\d+$',
    '^(?!-)[a-z0-9-]{1,63}$',
    '[^"]*',
    '^(?:[a-z]|[0-9])*$',
    '\\bfoo\\b',
    '^\\p{L}+$',
    '^[\\]a-c\\-]+$',
  ]
  it.each(ordinary)('%s passes', (pattern) => {
    expect(costlyPattern(pattern)).toBeUndefined()
  })

  it('passes when it is one that zod writes', () => {
    const schema = z.object({
      email: z.email(),
      at: z.iso.datetime(),
      uuid: z.uuid(),
      v4: z.ipv4(),
      v6: z.ipv6(),
      net4: z.cidrv4(),
      net6: z.cidrv6(),
      day: z.iso.date(),
      span: z.iso.duration(),
      base64: z.base64(),
      phone: z.e164(),
      host: z.hostname(),
      time: z.iso.time(),
      nano: z.nanoid(),
    })
    const properties = z.toJSONSchema(schema).properties ?? {}
    const patterns = Object.entries(properties).flatMap(([name, property]) =>
      typeof property === 'object' && property.pattern !== undefined
        ? [[name, property.pattern] as const]
        : [],
    )
    expect(patterns.length).toBeGreaterThan(10)
    for (const [name, pattern] of patterns)
      expect([name, costlyPattern(pattern)]).toEqual([name, undefined])
  })
})
