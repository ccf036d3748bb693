import { describe, expect, it } from 'vitest'
import { evaluateExpression, expressionProblem } from '../../src/catalogue/cel.ts'
import { probeArguments, probeHolds } from '../../src/catalogue/probe.ts'
import type { JsonObject, JsonValue } from '../../src/kernel/strict-json.ts'

const value = (text: string, args: JsonObject): JsonValue | 'error' => {
  const answer = evaluateExpression(text, { args })
  return answer.ok ? answer.value : 'error'
}

describe('an expression of an entry', () => {
  it('reads arguments as JSON, whole numbers included', () => {
    const args = {
      n: 5,
      list: [{ name: 'a' }, { name: 'b' }],
      on: true,
      none: null,
      'odd name': 'x',
    }
    expect(value('args.n == 5 && args.n > 4 && args.n in [5, 6]', args)).toBe(true)
    expect(value('args.list.map(each, each.name)', args)).toEqual(['a', 'b'])
    expect(value('args["odd name"]', args)).toBe('x')
    expect(value('args.none == null && args.on', args)).toBe(true)
    expect(value('60', args)).toBe(60)
  })

  it('is an error, never a guess, for what is absent or not data', () => {
    for (const text of [
      'args.nope',
      'args.__proto__',
      'args.constructor',
      'args.n.deeper',
      'nope',
      'process',
      'b"raw"',
      '1 / 0',
    ]) {
      expect(value(text, { n: 1 })).toBe('error')
    }
    const own = JSON.parse('{"constructor": "x", "__proto__": {"admin": true}}') as JsonObject
    expect(value('args.admin', own)).toBe('error')
  })

  it('never throws on hostile arguments', () => {
    const deep = JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`) as JsonValue
    for (const args of [
      { x: deep },
      { x: 'a'.repeat(100_000) },
      { x: Array.from({ length: 5000 }, () => 1) },
    ]) {
      expect(() => evaluateExpression('args.x.exists(e, e == 1)', { args })).not.toThrow()
    }
  })

  it('does not loop over more than 1000 items', () => {
    const args = { x: Array.from({ length: 1001 }, () => 1) }
    expect(evaluateExpression('args.x.all(e, e == 1)', { args })).toEqual({
      ok: false,
      detail: 'an argument holds more than 1000 items',
    })
  })

  it('does not match a pattern on a text long enough to stall', () => {
    const args = { x: 'a'.repeat(2049) }
    expect(evaluateExpression('args.x.matches("^a+$")', { args })).toMatchObject({ ok: false })
    expect(value('args.x.matches("^a+$")', { x: 'aaa' })).toBe(true)
  })

  const problems: readonly (readonly [text: string, wants: 'bool' | 'any', problem: string])[] = [
    ['args.x ==', 'bool', 'EOF'],
    ['user.x == 1', 'bool', 'Unknown variable: user'],
    ['"text"', 'bool', 'gives string, not true or false'],
    ['args.x.matches(args.y)', 'bool', 'matches a pattern that is not written out'],
    ['args.x.matches("(a+)+$")', 'bool', 'has a pattern that can read one text in two ways'],
    ['args.x.all(a, args.x.all(b, args.x.all(c, true)))', 'bool', 'nests more than 2 loops'],
    [`args.x == "${'a'.repeat(1000)}"`, 'bool', 'is longer than 1000 characters'],
  ]
  it.each(problems)('is refused when it is %s', (text, wants, problem) => {
    expect(expressionProblem(text, wants)).toContain(problem)
  })

  it('is accepted when it reads arguments and nothing else', () => {
    expect(expressionProblem('args.mode == "detect"', 'bool')).toBeUndefined()
    expect(expressionProblem('sql_is_read(args.sql)', 'bool')).toBeUndefined()
    expect(expressionProblem('args.a.map(x, x.id)', 'any')).toBeUndefined()
  })
})

describe('a probe', () => {
  it('takes its arguments from the call, or none at all', () => {
    expect(probeArguments({ address: 'args.address' }, { address: '203.0.113.7' })).toEqual({
      address: '203.0.113.7',
    })
    expect(probeArguments({ address: 'args.nope' }, { address: '203.0.113.7' })).toBeUndefined()
  })

  it('says yes only when the result says so; what cannot be told is never a yes', () => {
    const expectation = 'result.structuredContent.blocked == true'
    const args = { address: 'a' }
    expect(probeHolds(expectation, { structuredContent: { blocked: true } }, args)).toBe(true)
    expect(probeHolds(expectation, { structuredContent: { blocked: false } }, args)).toBe(false)
    expect(probeHolds(expectation, { structuredContent: { blocked: 'true' } }, args)).toBe(false)
    expect(probeHolds(expectation, { isError: true }, args)).toBeUndefined()
    expect(probeHolds('result.text', { text: 'true' }, args)).toBeUndefined()
  })
})
