import { describe, expect, it } from 'vitest'
import { checkBundle } from '../../src/adapters/cedar-check.ts'
import { readPolicyTestFiles } from '../../src/adapters/policy-files.ts'
import { checkAnswers } from '../../src/policy/check.ts'
import { explainMatrix, subjectsOfBundle, TIERS } from '../../src/policy/matrix.ts'
import { rolesAsked } from '../../src/policy/roles-asked.ts'
import {
  BASE_DIRECTORY,
  bundleWith,
  engine,
  floor,
  policyText,
  shippedBundle,
} from './shipped-bundle.ts'

const cases = readPolicyTestFiles(BASE_DIRECTORY)

/** Codes of what only shows when the bundle is asked. */
function answersOf(change: Parameters<typeof shippedBundle>[0]): readonly string[] {
  const loaded = engine.loadBundle(shippedBundle(change))
  return [...new Set(checkAnswers(loaded).map((one) => one.code))]
}

const { policies } = shippedBundle()
const without = (...ids: readonly string[]) =>
  Object.fromEntries(Object.entries(policies).filter(([id]) => !ids.includes(id)))

describe('checking a candidate in a worker', () => {
  it('finds nothing wrong with the shipped bundle and runs its tests', async () => {
    const report = await checkBundle({ floor, bundle: shippedBundle(), cases })
    expect(report.findings).toEqual([])
    expect(report.tests).toMatchObject({ failed: 0, untested: [] })
    expect(report.roles).toEqual([
      'analyst',
      'identity-owner',
      'incident-commander',
      'service-owner',
      'shift-lead',
    ])
  })

  it('reports every finding of a bundle that does not load', async () => {
    const bundle = bundleWith('extra', 'forbid(principal, action, resource);')
    const report = await checkBundle({ floor, bundle, cases })
    expect(report.findings.filter((one) => one.code === 'annotation_missing')).toHaveLength(4)
    expect(report.tests).toBeUndefined()
  })

  it('says which table test failed, and how', async () => {
    const bundle = shippedBundle({ policies: without('base-close-incident') })
    const report = await checkBundle({ floor, bundle, cases })
    expect(report.tests?.failed).toBe(1)
    const failed = report.tests?.results.find((one) => one.problems.length > 0)
    expect(failed?.name).toBe('closing an incident waits for the incident commander')
    expect(failed?.problems).toContain('not decided by base-close-incident')
  })

  it('answers when the worker dies, because a check that stops is a finding', async () => {
    const bundle = { ...shippedBundle(), actions: undefined as never }
    const report = await checkBundle({ floor, bundle, cases })
    expect(report.findings).toMatchObject([{ severity: 'error', code: 'engine_stopped' }])
  })

  it('says the same of a bundle whatever was checked before it, or is checked beside it', async () => {
    const bundle = shippedBundle({ policies: without('base-close-incident') })
    const reports = []
    for (const each of [bundle, shippedBundle(), bundle])
      reports.push(await checkBundle({ floor, bundle: each, cases }))
    expect(reports[2]).toEqual(reports[0])
    expect(reports[1]).not.toEqual(reports[0])
    const jobs = [bundle, shippedBundle()].map((each) =>
      checkBundle({ floor, bundle: each, cases }),
    )
    expect(await Promise.all(jobs)).toEqual(reports.slice(0, 2))
  })

  it('is not harmed by a bundle before that stopped the worker', async () => {
    const broken = { ...shippedBundle(), actions: undefined as never }
    await checkBundle({ floor, bundle: shippedBundle(), cases: [] })
    expect((await checkBundle({ floor, bundle: broken, cases: [] })).findings).toHaveLength(1)
    expect((await checkBundle({ floor, bundle: shippedBundle(), cases: [] })).findings).toEqual([])
  })

  it('answers in time even when the check does not end', async () => {
    const report = await checkBundle({ floor, bundle: shippedBundle(), cases }, 1)
    expect(report.findings).toMatchObject([{ severity: 'error', code: 'check_timeout' }])
  })
})

describe('what a bundle must answer', () => {
  it('answers every action in every tier by a policy that can be named [R2]', () => {
    const loaded = engine.loadBundle(shippedBundle())
    const subjects = subjectsOfBundle(loaded.bundle)
    const rows = explainMatrix(loaded, subjects)
    expect(rows).toHaveLength(subjects.length * TIERS.length)
    expect(rows.filter((row) => row.decision.policyIds.length === 0)).toEqual([])
    expect(answersOf({ policies: without('base-annotate') })).toContain('unanswered')
  })

  it('gates no effect more weakly than a lesser one [R125]', () => {
    expect(answersOf({})).toEqual([])
    expect(answersOf({ policies: without('base-identity', 'base-credential') })).toContain(
      'not_monotonic',
    )
  })

  it('lets no write run before a person saw it [R49]', () => {
    expect(answersOf({ policies: without('base-write-confirm', 'base-write-approve') })).toContain(
      'effect_before_review',
    )
  })

  it('needs roles that somebody holds: all of them are named [R126]', () => {
    const extra = policyText(
      'extra',
      'forbid(principal, action in Action::"write", resource) unless { context.discharged.contains("extra") }',
      '@requires("dual") @role("service-owner") @cosign("privacy-officer")',
    )
    const loaded = engine.loadBundle(bundleWith('extra', extra))
    expect(rolesAsked(loaded.bundle.owners, loaded.heads)).toEqual(
      expect.arrayContaining(['service-owner', 'privacy-officer', 'shift-lead']),
    )
  })
})
