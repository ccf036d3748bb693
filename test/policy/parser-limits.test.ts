/** Text that stops Cedar's parser never reaches it: the limits are checked before anything is parsed. */
import { describe, expect, it } from 'vitest'
import { freshCedar } from '../../src/adapters/cedar-host.ts'
import { inspectBundle } from '../../src/adapters/cedar-inspect.ts'
import { lintTexts, MAX_DEPTH, MAX_OPERATORS, MAX_POLICIES } from '../../src/policy/lint-text.ts'
import { bundleWith, engine, floor, policyText, shippedBundle } from './shipped-bundle.ts'

const rule = (condition: string) =>
  `forbid(principal, action in Action::"write", resource) when { ${condition} }`

const codesOf = (text: string) => lintTexts({ 'a-policy': text }).map((one) => one.code)

const STOPPERS: Readonly<Record<string, [string, string]>> = {
  '150 nested parentheses': [rule(`${'('.repeat(150)}true${')'.repeat(150)}`), 'text_too_deep'],
  '150 nested sets': [rule(`${'['.repeat(150)}${']'.repeat(150)}.isEmpty()`), 'text_too_deep'],
  '1,000 "and"': [rule(Array(1_001).fill('true').join('&&')), 'text_too_many_operators'],
  '1,000 "or"': [rule(Array(1_001).fill('true').join('||')), 'text_too_many_operators'],
  '2,000 attribute dots': [rule(`context${'.a'.repeat(2_000)}`), 'text_too_many_dots'],
  '1,000 additions': [rule(`${Array(1_001).fill('1').join('+')} > 1`), 'text_too_many_operators'],
  '300 nested conditionals': [
    rule(`${'if true then true else '.repeat(300)} true`),
    'text_too_many_ifs',
  ],
  'more than 8 KiB': [rule(`"${'x'.repeat(9_000)}" == "y"`), 'text_too_long'],
  'a text that is not closed': [rule('"'), 'text_unclosed'],
}

describe('a policy over the limits', () => {
  for (const [what, [text, code]] of Object.entries(STOPPERS)) {
    it(`is refused before it is parsed: ${what}`, () => {
      expect(codesOf(policyText('a-policy', text))).toContain(code)
      let parsed = 0
      const cedar = freshCedar()
      const counting = {
        ...cedar,
        policyToJson: (policy: Parameters<typeof cedar.policyToJson>[0]) => {
          parsed++
          return cedar.policyToJson(policy)
        },
      }
      const bundle = bundleWith('a-policy', policyText('a-policy', text))
      const { findings } = inspectBundle(counting, floor, bundle)
      expect(findings.map((one) => one.code)).toContain(code)
      expect(parsed).toBe(0)
    })
  }

  it('does not hide its depth in comments or texts, nor borrow depth from them', () => {
    const hidden = `// "\n${'('.repeat(60)} // ${')'.repeat(60)}\n${')'.repeat(60)}`
    expect(codesOf(hidden)).toContain('text_too_deep')
    expect(codesOf(`"${'('.repeat(200)}" // ${'['.repeat(200)}`)).toEqual([])
    expect(codesOf(`"\\"${'('.repeat(60)}" ${'('.repeat(60)}`)).toContain('text_too_deep')
  })

  it('leaves real rules alone: exactly at the limit is fine', () => {
    const depth = MAX_DEPTH - 2
    expect(codesOf(rule(`${'('.repeat(depth)}true${')'.repeat(depth)}`))).toEqual([])
    expect(
      codesOf(
        Array(MAX_OPERATORS + 1)
          .fill('true')
          .join('&&'),
      ),
    ).toEqual([])
    expect(lintTexts({ ...shippedBundle().policies, ...floor })).toEqual([])
  })

  it('is refused as one of too many', () => {
    const many = Object.fromEntries(
      Array.from({ length: MAX_POLICIES + 1 }, (_, at) => [`p-${at}`, '']),
    )
    expect(lintTexts(many).map((one) => one.code)).toContain('too_many_policies')
  })

  it('is refused under a name that could be something else', () => {
    for (const id of [
      'UPPER',
      'under_score',
      '-a',
      'a--b',
      'a-',
      '__proto__',
      'a b',
      'ä',
      'x'.repeat(65),
    ]) {
      const texts = Object.fromEntries([[id, '']])
      expect(lintTexts(texts).map((one) => one.code)).toContain('id_malformed')
    }
  })

  it('stops a raw engine, which is why all of this exists', () => {
    const cedar = freshCedar()
    const [text] = STOPPERS['150 nested parentheses'] ?? ['']
    expect(() => cedar.policyToJson(`${text};`)).toThrow()
    expect(() => cedar.policyToJson('permit(principal, action, resource);')).toThrow()
    expect(engine.versions().sdk).toBe('4.13.0')
  })
})
