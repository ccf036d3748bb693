import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/policy/decide.ts'
import type { ActiveBundle, Verdict } from '../../src/policy/ports.ts'
import { SAMPLE_REQUEST } from '../../src/policy/sample-request.ts'

const DIGEST = `sha256:${'0'.repeat(64)}`

/** A policy of the reference model: whether its condition holds, and what it is. */
type Rule = {
  readonly id: string
  readonly kind: 'permit' | 'hard' | 'asks'
  readonly holds: boolean
}

/** A bundle over rules that evaluates as Cedar does: a forbid that matches hides every permit. */
function bundleOf(rules: readonly Rule[], failsAt = 0): ActiveBundle {
  let evaluations = 0
  const evaluate = (_request: unknown, discharged: readonly string[]): Verdict => {
    evaluations++
    if (evaluations === failsAt) return { kind: 'error', detail: 'broken' }
    const forbids = rules.filter(
      (rule) =>
        rule.holds &&
        (rule.kind === 'hard' || (rule.kind === 'asks' && !discharged.includes(rule.id))),
    )
    const permits = rules.filter((rule) => rule.holds && rule.kind === 'permit')
    const ids = (list: readonly Rule[]) => list.map((rule) => rule.id).sort()
    if (forbids.length > 0) return { kind: 'deny', policyIds: ids(forbids) }
    return { kind: permits.length > 0 ? 'allow' : 'deny', policyIds: ids(permits) }
  }
  const annotations = new Map(
    rules.map((rule) => [
      rule.id,
      rule.kind === 'asks' ? { requires: 'approve', role: 'shift-lead', reason: rule.id } : {},
    ]),
  )
  return {
    engine: { evaluate },
    bundleDigest: DIGEST,
    thresholdsVersion: 'test',
    thresholds: THRESHOLDS,
    ruleDigest: () => DIGEST,
    annotations: (id) => annotations.get(id),
    ownerRole: () => 'shift-lead',
    isMonitored: () => false,
  }
}

const THRESHOLDS = {
  version: 'test',
  owner: 'test',
  rationale: 'none',
  effectiveFrom: '2026-01-01',
  reviewBy: '2027-01-01',
  targetLimit: { default: 5 },
  criticalFrom: 4,
  severeUpTo: 2,
}

const rules = fc
  .array(
    fc.record({
      kind: fc.constantFrom('permit' as const, 'hard' as const, 'asks' as const),
      holds: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((list) => list.map((rule, at) => ({ ...rule, id: `rule-${at}` })))
/** Which rules are claimed to be discharged, right or wrong. */
const claims = fc.array(
  fc.nat(9).map((at) => `rule-${at}`),
  { maxLength: 6 },
)

const ask = (bundle: ActiveBundle | undefined, discharged: readonly string[] = []) =>
  decide(bundle, SAMPLE_REQUEST, DIGEST, discharged)

describe('decide', () => {
  it('allows, holds and denies exactly as the reference model says', () => {
    fc.assert(
      fc.property(rules, claims, (list, discharged) => {
        const matching = list.filter((rule) => rule.holds)
        const hard = matching.some((rule) => rule.kind === 'hard')
        const permitted = matching.some((rule) => rule.kind === 'permit')
        const open = matching.filter((r) => r.kind === 'asks' && !discharged.includes(r.id))
        const expected = hard || !permitted ? 'deny' : open.length > 0 ? 'hold' : 'allow'
        const decision = ask(bundleOf(list), discharged)
        expect(decision.kind).toBe(expected)
        expect(decision.obligations.map((one) => one.policyId)).toEqual(
          expected === 'hold' ? open.map((rule) => rule.id).sort() : [],
        )
      }),
      { numRuns: 2_000 },
    )
  })

  it('never turns an allow into anything else by discharging more', () => {
    fc.assert(
      fc.property(rules, claims, claims, (list, some, more) => {
        if (ask(bundleOf(list), some).kind !== 'allow') return
        expect(ask(bundleOf(list), [...some, ...more]).kind).toBe('allow')
      }),
      { numRuns: 1_000 },
    )
  })

  it('asks nobody when a yes would not help, and says so', () => {
    const decision = ask(bundleOf([{ id: 'ask', kind: 'asks', holds: true }]))
    expect(decision).toMatchObject({ kind: 'deny', reason: 'no_permit_even_if_approved' })
    expect(decision.obligations).toEqual([])
  })

  it('denies when nothing permits and when there is no bundle at all [R57]', () => {
    expect(ask(bundleOf([]))).toMatchObject({ kind: 'deny', reason: 'no_permit' })
    expect(ask(undefined)).toMatchObject({
      kind: 'deny',
      reason: 'policy_missing',
      isEnforced: true,
    })
  })

  it('denies with a countable reason when the first or the second evaluation fails', () => {
    const held: readonly Rule[] = [
      { id: 'ask', kind: 'asks', holds: true },
      { id: 'permit', kind: 'permit', holds: true },
    ]
    expect(ask(bundleOf(held)).kind).toBe('hold')
    expect(ask(bundleOf(held, 1))).toMatchObject({ kind: 'deny', reason: 'policy_error' })
    expect(ask(bundleOf(held, 2))).toMatchObject({ kind: 'deny', reason: 'policy_error' })
  })

  it('treats an obligation it cannot read as a plain no', () => {
    const bundle = bundleOf([
      { id: 'ask', kind: 'asks', holds: true },
      { id: 'permit', kind: 'permit', holds: true },
    ])
    const misread = (annotations: Record<string, string>) =>
      ask({ ...bundle, annotations: (id) => (id === 'ask' ? annotations : {}) })
    for (const annotations of [
      { requires: 'aprove', role: 'shift-lead' },
      { requires: 'approve', role: 'shift-leed' },
      { requires: 'approve' },
      { requires: 'dual', role: 'shift-lead' },
      { requires: 'approve', role: 'shift-lead', cosign: 'nobody' },
    ]) {
      expect(misread(annotations)).toMatchObject({ kind: 'deny', reason: 'forbidden' })
    }
  })

  it('tells the most telling of several refusals, and a shadow only when nothing else forbids', () => {
    const bundle = bundleOf([
      { id: 'a-shadow', kind: 'hard', holds: true },
      { id: 'b-closed', kind: 'hard', holds: true },
      { id: 'c-mode', kind: 'hard', holds: true },
    ])
    const codes: Record<string, string> = {
      'a-shadow': 'shadow_recorded',
      'b-closed': 'task_closed',
      'c-mode': 'mode_forbids',
    }
    const annotations = (id: string) => ({ code: codes[id] ?? '', reason: `because of ${id}` })
    expect(ask({ ...bundle, annotations })).toMatchObject({
      reason: 'task_closed',
      detail: 'because of b-closed',
      policyIds: ['a-shadow', 'b-closed', 'c-mode'],
    })
  })

  it('gives a code only from the closed list, so that a policy cannot pose as something else', () => {
    const bundle = bundleOf([{ id: 'a', kind: 'hard', holds: true }])
    const decision = ask({ ...bundle, annotations: () => ({ code: 'ledger_unwritable' }) })
    expect(decision.reason).toBe('forbidden')
  })

  it('lets a monitored class pass, but never past the floor or an error', () => {
    const monitored = (list: readonly Rule[], failsAt = 0): boolean =>
      ask({ ...bundleOf(list, failsAt), isMonitored: () => true }).isEnforced
    expect(monitored([{ id: 'pack-rule', kind: 'hard', holds: true }])).toBe(false)
    expect(monitored([{ id: 'floor-rule', kind: 'hard', holds: true }])).toBe(true)
    expect(monitored([{ id: 'pack-rule', kind: 'hard', holds: true }], 1)).toBe(true)
  })
})

describe('the roles of one question', () => {
  const held = (asks: readonly Record<string, string>[]) => {
    const list: Rule[] = asks.map((_, at) => ({ id: `ask-${at}`, kind: 'asks', holds: true }))
    const bundle = bundleOf([...list, { id: 'permit', kind: 'permit', holds: true }])
    const annotations = (id: string) => asks[Number(id.slice(4))] ?? {}
    return ask({ ...bundle, annotations }).obligations.map((one) => `${one.requires} ${one.role}`)
  }

  it('puts the role that owns the class in the place of "owner"', () => {
    expect(held([{ requires: 'approve', role: 'owner' }])).toEqual(['approve shift-lead'])
  })

  it('has a confirmation given by whoever gives the stronger signature', () => {
    expect(
      held([
        { requires: 'confirm', role: 'analyst' },
        { requires: 'approve', role: 'identity-owner' },
        { requires: 'dual', role: 'incident-commander', cosign: 'shift-lead' },
      ]),
    ).toEqual(['confirm incident-commander', 'approve identity-owner', 'dual incident-commander'])
  })
})
