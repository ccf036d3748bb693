import { describe, expect, it } from 'vitest'
import type { BundleDraft } from '../../src/policy/bundle.ts'
import { readMonitored, readOwners, readThresholds } from '../../src/policy/documents.ts'
import { bundleWith, engine, policyText, shippedBundle } from './shipped-bundle.ts'

const PERMIT = 'permit(principal, action in Action::"read", resource)'
const FORBID = 'forbid(principal, action in Action::"write", resource)'
const ASKS = '@requires("approve") @role("shift-lead")'
const discharged = (id: string) => `unless { context.discharged.contains("${id}") }`

/** Codes of the findings about one more policy named `extra`. */
function codesOf(text: string): readonly string[] {
  return engine.inspect(bundleWith('extra', text)).findings.map((one) => one.code)
}
const codesOfRule = (rule: string, annotations = '') =>
  codesOf(policyText('extra', rule, annotations))
const codesOfBundle = (change: Partial<BundleDraft>) =>
  engine.inspect(shippedBundle(change)).findings.map((one) => one.code)

describe('the shipped bundle', () => {
  it('has no finding at all, not even a warning', () => {
    expect(engine.inspect(shippedBundle()).findings).toEqual([])
  })

  it('is the control: one more harmless permit has no finding either', () => {
    expect(codesOfRule(PERMIT)).toEqual(['layers_same_owner'])
    const text = policyText('extra', PERMIT).replace('incident-response', 'soc-operations')
    expect(codesOf(text)).toEqual([])
    expect(codesOfRule(`${FORBID} when { context.severity == 1 }`)).toEqual([])
    expect(codesOfRule(`${FORBID} ${discharged('extra')}`, ASKS)).toEqual([])
  })
})

describe('annotations', () => {
  it('must be there: id, owner, reason, control [R47]', () => {
    expect(codesOf(`${FORBID};`)).toEqual(Array(4).fill('annotation_missing'))
  })

  it('must be ours, so that a misspelt one does not pass for another', () => {
    expect(codesOfRule(FORBID, '@require("approve")')).toEqual(['annotation_unknown'])
    expect(codesOfRule(FORBID, '@quorum("1")')).toEqual(['annotation_unknown'])
  })

  it('must carry the id the policy is stored under', () => {
    expect(codesOf(policyText('other', FORBID))).toEqual(['id_mismatch'])
  })

  it('must make sense as an obligation', () => {
    const rule = `${FORBID} ${discharged('extra')}`
    expect(codesOfRule(rule, '@requires("aprove") @role("shift-lead")')).toContain(
      'requires_unknown',
    )
    expect(codesOfRule(rule, '@requires("approve") @role("boss")')).toContain('role_unknown')
    expect(codesOfRule(rule, '@requires("approve")')).toContain('role_unknown')
    expect(codesOfRule(rule, '@requires("dual") @role("shift-lead")')).toContain('cosign_missing')
    expect(
      codesOfRule(rule, '@requires("dual") @role("shift-lead") @cosign("shift-lead")'),
    ).toContain('cosign_same_role')
    expect(codesOfRule(rule, `${ASKS} @code("forbidden")`)).toContain('code_on_obligation')
    expect(codesOfRule(FORBID, '@role("shift-lead")')).toContain('requires_missing')
  })

  it('may name a refusal only from the closed list', () => {
    expect(codesOfRule(FORBID, '@code("purpose_forbids")')).toEqual([])
    expect(codesOfRule(FORBID, '@code("policy_missing")')).toEqual(['code_unknown'])
  })

  it('name framework references in a form a machine reads', () => {
    const text = policyText('extra', FORBID).replace('owasp-asi:ASI02', 'see the wiki')
    expect(codesOf(text)).toEqual(['control_malformed'])
  })
})

describe('discharge', () => {
  it('stands in every obligation, canonical and once', () => {
    expect(codesOfRule(FORBID, ASKS)).toContain('discharge_missing')
    expect(codesOfRule(`${FORBID} ${discharged('base-contain')}`, ASKS)).toEqual(
      expect.arrayContaining(['discharge_missing', 'discharged_elsewhere']),
    )
    expect(codesOfRule(`${FORBID} when { !context.discharged.contains("extra") }`, ASKS)).toContain(
      'discharge_missing',
    )
  })

  it('is read by nobody else', () => {
    expect(codesOfRule(`${FORBID} ${discharged('extra')}`)).toContain('discharged_elsewhere')
    const permit = policyText('extra', `${PERMIT} when { context.discharged.isEmpty() }`)
    expect(codesOf(permit)).toContain('discharged_elsewhere')
  })
})

describe('conditions', () => {
  it('are total: nothing that can fail on some input', () => {
    for (const condition of [
      'context.severity + 1 > 2',
      'context.severity - 1 > 2',
      'context.severity * 2 > 2',
      '-context.severity > 2',
      'context.now.offset(duration("1d")) > context.now',
      'context has severity',
    ]) {
      expect(codesOfRule(`${FORBID} when { ${condition} }`)).toContain('operator_refused')
    }
  })

  it('stay flat and know no groups, whose missing members would silently not match', () => {
    expect(codesOfRule(`${FORBID} when { context.tool.name == "x" }`)).toContain(
      'attribute_too_deep',
    )
    expect(codesOfRule(`${FORBID} when { principal in Agent::"team" }`)).toContain('no_hierarchy')
    expect(
      codesOfRule('forbid(principal in Agent::"team", action in Action::"write", resource)'),
    ).toContain('no_hierarchy')
  })

  it('spell closed values right, on whichever side they stand', () => {
    for (const condition of [
      'principal.mode == "advisry"',
      '"advisry" == principal.mode',
      'principal.state != "activ"',
      'context.flags.contains("reducesVisibility")',
      'context.flags.containsAny(["external", "extrenal"])',
      '["respond", "responds"].contains(context.purpose)',
      'resource.environment == "prod"',
    ]) {
      expect(codesOfRule(`${FORBID} when { ${condition} }`)).toContain('value_unknown')
    }
  })

  it('spell actions right, which the validator checks against the catalogue', () => {
    expect(
      codesOfRule('forbid(principal, action in Action::"contian:device", resource)'),
    ).toContain('not_valid')
  })

  it('can apply: a rule that never could is an error, as are look-alike letters', () => {
    expect(codesOfRule(`${FORBID} when { false }`)).toContain('suspicious')
    expect(codesOfRule(`${FORBID} when { context.tool == "аdmin" }`)).toContain('suspicious')
  })
})

describe('permits', () => {
  it('name what they open and never open a hard floor [R33] [R78]', () => {
    expect(codesOfRule('permit(principal, action, resource)')).toContain('permit_too_wide')
    expect(codesOfRule('permit(principal, action in Action::"unclassified", resource)')).toContain(
      'permit_lowers_floor',
    )
    for (const condition of [
      'context.reversibility == "irreversible"',
      'context.flags.contains("reduces-visibility")',
      'resource.labels.containsAny(["privileged"])',
      '!(context.reversibility != "irreversible")',
    ]) {
      const rule = `permit(principal, action in Action::"write", resource) when { ${condition} }`
      expect(codesOfRule(rule)).toContain('permit_lowers_floor')
    }
  })

  it('may exclude what is on a hard floor', () => {
    for (const tail of [
      'when { context.reversibility != "irreversible" }',
      'unless { context.flags.contains("reduces-visibility") }',
      'when { !resource.labels.contains("privileged") }',
    ]) {
      expect(codesOfRule(`permit(principal, action in Action::"write", resource) ${tail}`)).toEqual(
        [],
      )
    }
  })

  it('open assisting or executing actions, under different owners [R64]', () => {
    expect(
      codesOfRule('permit(principal, action in [Action::"read", Action::"contain"], resource)'),
    ).toContain('layers_mixed')
    expect(codesOfRule(PERMIT)).toContain('layers_same_owner')
  })

  it('carry no obligation, because only a forbid can ask', () => {
    expect(codesOfRule(PERMIT, ASKS)).toContain('permit_annotation')
  })
})

describe('a rule for all tiers at once', () => {
  it('is named in a warning, and loads [R66]', () => {
    const text = policyText(
      'extra',
      'forbid(principal, action, resource) when { context.severity == 9 }',
    )
    const { findings } = engine.inspect(bundleWith('extra', text))
    expect(findings).toMatchObject([
      { severity: 'warning', code: 'covers_all_tiers', policy: 'extra' },
    ])
    expect(engine.loadBundle(bundleWith('extra', text)).warnings).toHaveLength(1)
  })
})

describe('the documents beside the policies', () => {
  const { thresholds, owners } = shippedBundle()

  it('name exactly one owner per class and environment, always a role [R133] [R153]', () => {
    expect(codesOfBundle({ owners: [...owners, { class: 'contain', role: 'analyst' }] })).toEqual([
      'owner_conflict',
    ])
    const lab = { class: 'contain', environment: 'lab', role: 'analyst' } as const
    expect(codesOfBundle({ owners: [...owners, lab] })).toEqual([])
    expect(() => readOwners('owners.json', [{ class: 'default', role: 'soc-queue' }])).toThrow(
      'is no role',
    )
  })

  it('own containment, access changes and eradication by name [R138]', () => {
    const without = owners.filter((rule) => rule.class !== 'contain')
    expect(codesOfBundle({ owners: without })).toEqual(['owner_missing'])
  })

  it('give thresholds a version, an owner, a reason and dates [R35]', () => {
    for (const change of [
      { version: '' },
      { owner: '' },
      { rationale: '' },
      { effectiveFrom: 'soon' },
      { reviewBy: '2025-01-01' },
      { criticalFrom: 0 },
      { severeUpTo: 1.5 },
      { severeUpTo: 5 },
      { targetLimit: { default: 0 } },
    ]) {
      expect(codesOfBundle({ thresholds: { ...thresholds, ...change } })).toContain(
        'thresholds_invalid',
      )
    }
  })

  it('are refused with a member that is missing, unknown or of another type', () => {
    const json = JSON.parse(JSON.stringify(thresholds))
    expect(readThresholds('t', json)).toEqual(thresholds)
    expect(() => readThresholds('t', { ...json, confidence: 1 })).toThrow('"confidence" is unknown')
    expect(() => readThresholds('t', { ...json, owner: undefined })).toThrow('"owner" is missing')
    expect(() => readThresholds('t', { ...json, criticalFrom: '4' })).toThrow('must be a number')
    expect(() => readMonitored('m', [{ action: 'x' }])).toThrow('is missing')
    expect(() => readMonitored('m', {})).toThrow('a list is expected')
  })

  it('monitor only known actions, with an end, an owner and a reason', () => {
    const rule = { action: 'contain:device', expiresAtMs: 5, owner: 'soc', reason: 'trial' }
    expect(codesOfBundle({ monitored: [rule] })).toEqual([])
    expect(codesOfBundle({ monitored: [{ ...rule, action: 'nothing:here' }] })).toEqual([
      'monitor_unknown_action',
    ])
    expect(codesOfBundle({ monitored: [{ ...rule, expiresAtMs: 0 }] })).toEqual([
      'monitor_without_end',
    ])
    expect(codesOfBundle({ monitored: [{ ...rule, owner: '' }] })).toEqual(['monitor_unowned'])
  })
})
