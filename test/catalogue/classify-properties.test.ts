import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateExpression } from '../../src/catalogue/cel.ts'
import { classify, isRefused } from '../../src/catalogue/classify.ts'
import type { Effect } from '../../src/catalogue/tool.ts'
import { atLeast, EFFECTS } from '../../src/catalogue/tool.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { approvedTool, classification, classified } from './tools.ts'

const effects = fc.constantFrom(...EFFECTS)
const hints = fc.record(
  {
    readOnlyHint: fc.boolean(),
    destructiveHint: fc.boolean(),
    idempotentHint: fc.boolean(),
    openWorldHint: fc.boolean(),
  },
  { requiredKeys: [] },
)
/** Arguments around the ones the entries below speak of: absent, of other types, nested, with strange names. */
const modes = fc.oneof(fc.constantFrom('detect', 'Detect', 'prevent', ''), fc.jsonValue())
const argsOf = fc
  .tuple(
    fc.record(
      { mode: modes, force: fc.jsonValue(), host: fc.oneof(fc.string(), fc.jsonValue()) },
      { requiredKeys: [] },
    ),
    fc.oneof(
      { weight: 4, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.dictionary(fc.string(), fc.jsonValue()) },
    ),
  )
  .map(([known, extra]) => ({ ...extra, ...known }) as JsonObject)

const WHEN = 'args.mode == "detect" && args.force == false'

describe('for any arguments', () => {
  it('a call is never classed below the worst case unless a discriminator matched them', () => {
    fc.assert(
      fc.property(effects, effects, argsOf, hints, (one, other, args, annotations) => {
        const [lowered, worst] = atLeast(one, other) ? [other, one] : [one, other]
        const is = { effect: lowered }
        const tool = approvedTool({
          entry: { worst: classification({ effect: worst }), discriminators: [{ when: WHEN, is }] },
          definition: { annotations },
        })
        const answer = classify(tool, args, () => undefined)
        if (isRefused(answer)) return
        const matched = evaluateExpression(WHEN, { args })
        const isMatched = matched.ok && matched.value === true
        expect(atLeast(answer.effect, isMatched ? lowered : worst)).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  it('classifying never throws: it gives a call or a refusal with a reason', () => {
    fc.assert(
      fc.property(effects, fc.jsonValue(), (effect, args) => {
        const tool = approvedTool({ entry: { worst: classification({ effect }) } })
        const answer = classify(tool, args as JsonObject, () => undefined)
        if (isRefused(answer)) expect(answer.detail.length).toBeGreaterThan(10)
        else expect(answer.arguments).toEqual(args)
      }),
    )
  })

  it('a call from write up always names a target', () => {
    fc.assert(
      fc.property(effects, argsOf, (effect, args) => {
        const tool = approvedTool({ entry: { worst: classification({ effect }) } })
        const answer = classify(tool, args, () => undefined)
        if (isRefused(answer) || !atLeast(answer.effect, 'write')) return
        expect(answer.targets.length).toBeGreaterThan(0)
        for (const { id } of answer.targets) expect(id.trim()).not.toBe('')
      }),
    )
  })
})

describe('for any hints', () => {
  it('the class only ever rises, and never above write on their account', () => {
    fc.assert(
      fc.property(effects, hints, (effect, annotations) => {
        const made = (given: JsonObject) =>
          classified(
            approvedTool({
              entry: { worst: classification({ effect }) },
              definition: { annotations: given },
            }),
            { host: 'a' },
          )
        const [plain, hinted]: Effect[] = [made({}).effect, made(annotations).effect]
        expect(atLeast(hinted ?? 'read', plain ?? 'destructive')).toBe(true)
        if (hinted !== plain) expect(['annotate', 'write']).toContain(hinted)
      }),
    )
  })

  it('saying read-only never changes a decision', () => {
    fc.assert(
      fc.property(effects, hints, (effect, annotations) => {
        const { readOnlyHint: _readOnly, destructiveHint: _destructive, ...silent } = annotations
        const made = (given: JsonObject) =>
          classified(
            approvedTool({
              entry: { worst: classification({ effect }) },
              definition: { annotations: given },
            }),
            { host: 'a' },
          )
        expect(made({ ...silent, readOnlyHint: true }).effect).toBe(made(silent).effect)
      }),
    )
  })
})
