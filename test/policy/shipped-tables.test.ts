/** The table tests that are shipped with the base pack: they hold, and they miss no policy. */
import { describe, expect, it } from 'vitest'
import { createCedarEngine } from '../../src/adapters/cedar-engine.ts'
import { freshCedar } from '../../src/adapters/cedar-host.ts'
import { readPolicyTestFiles } from '../../src/adapters/policy-files.ts'
import { makeBundle } from '../../src/policy/bundle.ts'
import { runPolicyTests } from '../../src/policy/table-test.ts'
import { BASE_DIRECTORY, engine, floor, shippedBundle } from './shipped-bundle.ts'

const loaded = engine.loadBundle(shippedBundle())
const cases = readPolicyTestFiles(BASE_DIRECTORY)

describe('the shipped table tests', () => {
  for (const { name, problems } of runPolicyTests(loaded, cases).results) {
    it(name, () => expect(problems).toEqual([]))
  }

  it('touch every shipped policy', () => {
    expect(runPolicyTests(loaded, cases).untested).toEqual([])
  })

  // Every policy costs a load of the bundle.
  it('notice when any one policy is taken away', { timeout: 120_000 }, () => {
    const bundle = shippedBundle()
    const unnoticed: string[] = []
    const cedar = freshCedar()
    for (const id of [...Object.keys(floor), ...Object.keys(bundle.policies)]) {
      // The canary of every load already refuses a bundle without this one.
      if (id === 'floor-agent-not-active') continue
      const without = (texts: Readonly<Record<string, string>>) =>
        Object.fromEntries(Object.entries(texts).filter(([key]) => key !== id))
      // What a bundle has in common with the one before is not asked again by an engine with the same floor.
      const less = id in floor ? createCedarEngine(without(floor), () => cedar) : engine
      const draft = { ...bundle, floor: without(floor), policies: without(bundle.policies) }
      const candidate = makeBundle(draft, { sequence: 1, engine: bundle.engine })
      const loadedLess = less.loadBundle(candidate)
      // The first case that notices is enough.
      if (cases.every((one) => runPolicyTests(loadedLess, [one]).failed === 0)) unnoticed.push(id)
    }
    expect(unnoticed).toEqual([])
  })
})
