import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseStrict, parseStrictText } from '../../src/kernel/strict-json.ts'

function codeOf(text: string, limits?: { maxBytes: number; maxDepth: number }): string | undefined {
  try {
    parseStrict(new TextEncoder().encode(text), limits)
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}

const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)

describe('the strict reader', () => {
  const REFUSED: readonly [string, string][] = [
    ['{"a":1,"a":1}', 'json_duplicate_key'],
    ['{"a":1,"\\u0061":2}', 'json_duplicate_key'],
    ['{"x":{"a":1,"b":2,"a":3}}', 'json_duplicate_key'],
    ['[{"":1,"":2}]', 'json_duplicate_key'],
    ['{"__proto__":1,"__proto__":2}', 'json_duplicate_key'],
    ['{"\\ud83d\\ude00":1,"\u{1f600}":2}', 'json_duplicate_key'],
    ['9007199254740992', 'json_unsafe_number'],
    ['9007199254740993', 'json_unsafe_number'],
    ['-9007199254740993', 'json_unsafe_number'],
    ['123456789012345678901234567890', 'json_unsafe_number'],
    ['1e16', 'json_unsafe_number'],
    ['1e400', 'json_unsafe_number'],
    ['-1e400', 'json_unsafe_number'],
    ['NaN', 'json_malformed'],
    ['Infinity', 'json_malformed'],
    ['-Infinity', 'json_malformed'],
    ['undefined', 'json_malformed'],
    ['01', 'json_malformed'],
    ['-01', 'json_malformed'],
    ['+1', 'json_malformed'],
    ['1.', 'json_malformed'],
    ['.5', 'json_malformed'],
    ['1e', 'json_malformed'],
    ['0x10', 'json_malformed'],
    ['1_000', 'json_malformed'],
    ['-', 'json_malformed'],
    ['"\\ud800"', 'json_malformed'],
    ['"\\udc00\\ud800"', 'json_malformed'],
    ['{"\\ud800":1}', 'json_malformed'],
    ['"\u0000"', 'json_malformed'],
    ['"\n"', 'json_malformed'],
    ['"\\x41"', 'json_malformed'],
    ['"\\u12g4"', 'json_malformed'],
    ['"\\u12"', 'json_malformed'],
    ['"open', 'json_malformed'],
    ["'single'", 'json_malformed'],
    ['{a:1}', 'json_malformed'],
    ['{"a" 1}', 'json_malformed'],
    ['{"a":1,}', 'json_malformed'],
    ['[1,]', 'json_malformed'],
    ['[,1]', 'json_malformed'],
    ['[1 2]', 'json_malformed'],
    ['{,}', 'json_malformed'],
    ['[', 'json_malformed'],
    ['{"a":', 'json_malformed'],
    ['1 2', 'json_malformed'],
    ['{}{}', 'json_malformed'],
    ['{} // comment', 'json_malformed'],
    ['/* c */{}', 'json_malformed'],
    ['', 'json_malformed'],
    [' ', 'json_malformed'],
    ['\ufeff{}', 'json_malformed'],
    ['\u00a0{}', 'json_malformed'],
    ['\u000b{}', 'json_malformed'],
    ['truex', 'json_malformed'],
    ['True', 'json_malformed'],
    ['nul', 'json_malformed'],
  ]

  it.each(REFUSED)('refuses %j with %s', (text, code) => {
    expect(codeOf(text)).toBe(code)
  })

  it('reads what JSON.parse reads where there is one reading', () => {
    for (const text of [
      '-0',
      '0',
      '1e2',
      '1E+2',
      '1.5e-3',
      '9007199254740991',
      '-9007199254740991',
      '0.1',
      '5e-324',
      '""',
      '"\\"\\\\\\/\\b\\f\\n\\r\\t"',
      '"\\ud83d\\ude00"',
      '"\\u0000"',
      '"\u2028\u2029"',
      ' \t\r\n[ ]',
      '{ "a" : [ true , false , null ] }',
      '{"":{}}',
      '"\u007f"',
    ]) {
      expect(parseStrictText(text), text).toEqual(JSON.parse(text))
    }
  })

  it('makes no prototypes out of keys', () => {
    const value = parseStrictText('{"__proto__":{"isAdmin":true},"constructor":1,"toString":2}')
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'toString'])
    expect((value as { isAdmin?: boolean }).isAdmin).toBeUndefined()
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })

  it('refuses bytes that are not UTF-8, overlong forms and encoded surrogates included', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0xef, 0xbb, 0xbf, 0x7b, 0x7d],
      [0xfe, 0xff, 0, 0x31],
    ]) {
      expect(() => parseStrict(new Uint8Array(bytes))).toThrow(
        expect.objectContaining({ code: 'json_malformed' }),
      )
    }
  })

  it('stops at the depth and size it was given, long before the stack does', () => {
    expect(codeOf(deep(64))).toBeUndefined()
    expect(codeOf(deep(66))).toBe('json_too_deep')
    expect(codeOf('{"a":'.repeat(200))).toBe('json_too_deep')
    expect(codeOf(deep(1_000_000))).toBe('json_too_deep')
    expect(codeOf('[1]', { maxBytes: 2, maxDepth: 3 })).toBe('json_too_large')
    expect(codeOf('"é"', { maxBytes: 3, maxDepth: 3 })).toBe('json_too_large')
    expect(codeOf(`"${'x'.repeat(4 * 1024 * 1024)}"`)).toBe('json_too_large')
  })

  it('never repeats in a refusal what it refused', () => {
    for (const text of [
      '{"SECRET":1,"SECRET":2}',
      '"SECRET\n"',
      'SECRET',
      '{"SECRET" SECRET}',
      '[1,SECRET]',
    ]) {
      try {
        parseStrictText(text)
        expect.unreachable()
      } catch (error) {
        expect(String(error)).not.toContain('SECRET')
      }
    }
  })

  it('agrees with JSON.parse on every text that JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(3), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent)
        let read: unknown
        try {
          read = parseStrictText(text)
        } catch (error) {
          // The only values it may refuse are those with unsafe integers or lone surrogates.
          expect(
            (error as { code: string }).code === 'json_unsafe_number' || /\\ud[89a-f]/i.test(text),
          ).toBe(true)
          return
        }
        expect(read).toEqual(JSON.parse(text))
      }),
    )
  })

  it('accepts nothing that JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        fc.nat(),
        fc.string({ maxLength: 2 }),
        (value, at, noise) => {
          const text = JSON.stringify(value)
          const cut = at % (text.length + 1)
          const changed = text.slice(0, cut) + noise + text.slice(cut + 1)
          let read: unknown
          try {
            read = parseStrictText(changed)
          } catch {
            return
          }
          expect(read).toEqual(JSON.parse(changed))
        },
      ),
      { numRuns: 500 },
    )
  })
})
