import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { POINTS, planKills, seeded } from './kill-plan.ts'
import { TARGET_NAMES } from './targets/real-target.ts'
import { planOf } from './targets/target-plan.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const CI = readFileSync(join(ROOT, '.ci/run'), 'utf8')
const killsOf = (command: RegExp) => Number(command.exec(CI)?.[1])

/** Points at which a crash means something else, as the code names them. */
const LABELS = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) => {
    const text = readFileSync(join(ROOT, 'src', path), 'utf8')
    const named = [...text.matchAll(/\bat(?:\?\.)?\(([^()]*)\)/g)].map(([, given = '']) => given)
    return named.flatMap((given) => [...given.matchAll(/'([a-z]+:[a-z-]+)'/g)])
  })
  .map(([, label = '']) => label)

/** A tool that reaches further than it was allowed to is stopped at in test/effects/observed.test.ts; none here does. */
const ELSEWHERE = ['excess:after']
const onceEach = (labels: readonly string[]) =>
  Object.fromEntries(labels.map((label) => [label, 1]))

it('finds the points in the code', () => {
  const known = ['commit:begin', 'checkpoint:signed', 'outcome:after', 'lease:issued', 'undo:acted']
  expect(LABELS).toEqual(expect.arrayContaining([...known, ...ELSEWHERE]))
})

describe('in every run of all checks', () => {
  it('a gateway is killed at each of its points on both engines, and at those of lending and undoing before real targets', () => {
    const perEngine = killsOf(/npm run crash -- --kills (\d+)/) / 2
    const { chunks } = planKills(perEngine, 16, onceEach(LABELS), seeded(1))
    const kills = chunks.flat()
    const names = kills.map(({ name }) => name)
    expect(POINTS.filter((point) => !names.includes(point))).toEqual([])
    // On a fresh installation a start finds nothing in flight.
    expect(chunks.map(([first]) => first?.strike?.phase)).not.toContain('start')

    const perTarget = killsOf(/npm run crash -- --target all --kills (\d+)/) / TARGET_NAMES.length
    const lending = LABELS.filter((label) => !label.startsWith('undo:'))
    const doing = lending.filter((label) => !label.startsWith('lease:'))
    const before = [
      planOf({ do: onceEach(lending), undo: onceEach(LABELS) }, perTarget, 1),
      planOf(
        { do: onceEach(doing), undo: onceEach(LABELS.filter((each) => !/^lease:/.test(each))) },
        perTarget,
        1,
      ),
    ].flatMap((plan) => plan.map(({ label }) => label))
    const met = [...ELSEWHERE, ...kills.map(({ strike }) => strike?.label), ...before]
    expect(LABELS.filter((label) => !met.includes(label))).toEqual([])
  })
})
