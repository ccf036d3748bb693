import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlanUse, StepShape } from '../../src/approval/plan.ts'
import {
  isComplete,
  move,
  type PlanCall,
  type PlanShape,
  runAfter,
} from '../../src/approval/plan-run.ts'

/** A small world in which everything can be listed: three tools, three values. */
const TOOLS = ['a', 'b', 'c'] as const
const VALUES = ['x', 'y', 'z'] as const

const step = fc.record({
  name: fc.constantFrom(...TOOLS),
  values: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 3 }),
  times: fc.integer({ min: 1, max: 3 }),
})
type Small = { name: string; values: readonly string[]; times: number }

/** Plans as the reader lets them through: after a step that may repeat comes another tool. */
const plan = fc
  .record({
    steps: fc.array(step, { minLength: 1, maxLength: 4 }),
    calls: fc.integer({ min: 1, max: 6 }),
    targets: fc.integer({ min: 1, max: 3 }),
  })
  .filter(({ steps }) =>
    steps.every((each, at) => each.times === 1 || steps[at + 1]?.name !== each.name),
  )

const call = fc.record({
  name: fc.constantFrom(...TOOLS),
  value: fc.constantFrom(...VALUES),
  isObserving: fc.boolean(),
})
type SmallCall = { name: string; value: string; isObserving: boolean }

function shapeOf({
  steps,
  calls,
  targets,
}: {
  steps: readonly Small[]
  calls: number
  targets: number
}): PlanShape {
  return {
    caps: { calls, targets },
    steps: steps.map(
      ({ name, values, times }): StepShape => ({
        tool: `u__${name}`,
        upstream: 'u',
        kind: 'tool',
        name,
        times,
        ...(values.length === 1
          ? { arguments: { target: values[0] ?? '' }, bounds: {} }
          : { arguments: {}, bounds: { target: { kind: 'one-of', values } } }),
      }),
    ),
  }
}

function callOf({ name, value, isObserving }: SmallCall): PlanCall {
  return {
    agent: 'agent',
    upstream: 'u',
    kind: 'tool',
    name,
    arguments: { target: value },
    targets: [`sha256:${value}`],
    isObserving,
  }
}

/**
 * The model: the language of the plan, listed. A word is each step once or more, in order; a history is good when it
 * is a beginning of a word and stays within the caps.
 */
function isBeginning(steps: readonly Small[], history: readonly SmallCall[]): boolean {
  const from = (at: number, rest: readonly SmallCall[]): boolean => {
    if (rest.length === 0) return true
    const current = steps[at]
    if (current === undefined) return false
    for (let count = 1; count <= Math.min(current.times, rest.length); count++) {
      const taken = rest.slice(0, count)
      if (
        !taken.every(({ name, value }) => name === current.name && current.values.includes(value))
      )
        return false
      if (count === rest.length || from(at + 1, rest.slice(count))) return true
    }
    return false
  }
  return from(0, history)
}

function isWithinCaps(
  plan: { calls: number; targets: number },
  history: readonly SmallCall[],
): boolean {
  return (
    history.length <= plan.calls && new Set(history.map(({ value }) => value)).size <= plan.targets
  )
}

function use(at: number, stepIndex: number, call: PlanCall): PlanUse {
  return {
    tenant: 'main',
    plan: 'p',
    at,
    step: stepIndex,
    call: 'c',
    entry: 'e',
    targets: call.targets,
    atMs: at,
  }
}

describe('the plan automaton', () => {
  it('accepts exactly the calls of the statement, in order and within the caps [R48] [R151]', () => {
    fc.assert(
      fc.property(plan, fc.array(call, { maxLength: 9 }), (small, calls) => {
        const shape = shapeOf(small)
        const uses: PlanUse[] = []
        const history: SmallCall[] = []
        for (const each of calls) {
          const tried = callOf(each)
          const moved = move(shape, runAfter(uses), tried)
          const isGood =
            isBeginning(small.steps, [...history, each]) && isWithinCaps(small, [...history, each])
          expect(moved.kind === 'step').toBe(isGood)
          if (moved.kind === 'beside') expect(each.isObserving).toBe(true)
          if (moved.kind === 'stop') return
          if (moved.kind !== 'step') continue
          history.push(each)
          uses.push(use(uses.length, moved.step, tried))
          expect(runAfter(uses)).toEqual(moved.run)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  it('is complete only when the last step can run no more', () => {
    fc.assert(
      fc.property(plan, (small) => {
        const shape = shapeOf({ ...small, calls: 100, targets: 100 })
        const uses: PlanUse[] = []
        for (const [at, each] of small.steps.entries()) {
          for (let count = 0; count < each.times; count++) {
            expect(isComplete(shape, runAfter(uses))).toBe(false)
            const made = callOf({
              name: each.name,
              value: each.values[0] ?? '',
              isObserving: false,
            })
            uses.push(use(uses.length, at, made))
          }
        }
        expect(isComplete(shape, runAfter(uses))).toBe(true)
      }),
    )
  })

  it('takes an argument more, an argument less or another agent for another call', () => {
    const shape = shapeOf({ steps: [{ name: 'a', values: ['x'], times: 1 }], calls: 9, targets: 9 })
    const good = callOf({ name: 'a', value: 'x', isObserving: false })
    const start = runAfter([])
    expect(move(shape, start, good)).toMatchObject({ kind: 'step' })
    for (const args of [{}, { target: 'x', force: true }, { target: ['x'] }, { Target: 'x' }]) {
      expect(move(shape, start, { ...good, arguments: args })).toEqual({
        kind: 'stop',
        code: 'plan_off',
      })
    }
    const owned = { ...shape, steps: shape.steps.map((each) => ({ ...each, agent: 'other' })) }
    expect(move(owned, start, good)).toEqual({ kind: 'stop', code: 'plan_off' })
  })
})
