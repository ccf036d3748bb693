import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stepsOf } from '../../console/src/approvals/plan-progress.ts'

const step = (times: number) => ({
  tool: 'soar__block',
  action: 'deny:ipv4_net',
  effect: 'contain',
  reversibility: 'reversible',
  arguments: { minutes: 60 },
  bounds: { target: { kind: 'cidr', net: '203.0.113.0/24' } },
  times,
})
const made = (of: number, outcome?: string) => ({
  step: of,
  call: 'c',
  at_ms: 1,
  ...(outcome === undefined ? {} : { outcome }),
})
const plan = (
  times: readonly number[],
  calls: readonly ReturnType<typeof made>[],
  status: 'running' | 'proposed' | 'stopped' = 'running',
) => ({ statement: { steps: times.map(step) }, made: [...calls], status })
const states = (...given: Parameters<typeof plan>) =>
  stepsOf(plan(...given))?.map(({ state }) => state)

describe('the steps of a plan', () => {
  it('say exactly what each lets through', () => {
    expect(stepsOf(plan([2], []))?.[0]?.lets).toEqual([
      { name: 'minutes', text: '60' },
      { name: 'target', text: 'an address in 203.0.113.0/24' },
    ])
  })

  it('show a bound nobody knows as it is', () => {
    const statement = { steps: [{ ...step(1), bounds: { x: { kind: 'moon', phase: 3 } } }] }
    const [only] = stepsOf({ statement, made: [], status: 'running' }) ?? []
    expect(only?.lets.at(-1)).toEqual({ name: 'x', text: '{"kind":"moon","phase":3}' })
  })

  it('stand at the first before anything was made, and only while the plan runs', () => {
    expect(states([1, 1], [])).toEqual(['now', 'next'])
    expect(states([1, 1], [], 'proposed')).toEqual(['next', 'next'])
    expect(states([1, 1], [made(0)], 'stopped')).toEqual(['done', 'next'])
  })

  it('stay at a step that may run again, and name one that took no effect', () => {
    expect(states([2, 1], [made(0)])).toEqual(['now', 'next'])
    expect(states([2, 1], [made(0), made(0)])).toEqual(['done', 'now'])
    expect(states([1, 1], [made(0, 'no_effect')])).toEqual(['failed', 'now'])
  })

  it('never show two places at once, nor done after to come', () => {
    const times = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(times, fc.nat(12), (each, calls) => {
        const order = each.flatMap((count, at) => Array.from({ length: count }, () => made(at)))
        const found = states(each, order.slice(0, calls)) ?? []
        expect(found.filter((state) => state === 'now').length).toBeLessThanOrEqual(1)
        const ranks = found.map((state) => ['done', 'now', 'next'].indexOf(state))
        expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
      }),
    )
  })

  it('are none where the statement is none', () => {
    expect(stepsOf({ statement: null, made: [], status: 'running' })).toBeUndefined()
  })
})
