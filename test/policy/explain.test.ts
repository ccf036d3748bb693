import { describe, expect, it } from 'vitest'
import type { Classification, Tool, ToolEntry } from '../../src/catalogue/tool.ts'
import { actionsOfReview } from '../../src/policy/actions.ts'
import { explain } from '../../src/policy/explain.ts'
import { explainMatrix, subjectsOfTool, TIERS } from '../../src/policy/matrix.ts'
import { readPolicyTests } from '../../src/policy/table-test.ts'
import { CONTAIN, ENTRY, engine, READ, requestWith, shippedBundle } from './shipped-bundle.ts'

const loaded = engine.loadBundle(shippedBundle())

describe('explain', () => {
  it('says what happened, why, whose rule it is and where it comes from', () => {
    const explained = explain(loaded, requestWith({ call: CONTAIN }), ENTRY)
    expect(explained.thresholdsVersion).toBe('base-1')
    expect(explained.sentences[0]).toBe(
      'Pending approval, pending_approval: contain:device (contain) on case sample-target by supervised agent sample-agent in a task to respond.',
    )
    expect(explained.policies.map((one) => `${one.id} ${one.does}`)).toEqual([
      'base-contain asks',
      'base-contain-confirm asks',
      'base-execute permits',
    ])
    const [contain] = explained.policies
    expect(contain?.sentence).toContain('base-contain asks (approve by shift-lead): Containment')
    expect(contain?.text).toContain('@id("base-contain")')
    expect(contain?.control).toContain('owasp-asi:')
  })

  it('names the forbid behind a refusal and the permit behind an allow', () => {
    const blocked = explain(
      loaded,
      requestWith({ target: { isNeverTouch: true }, call: CONTAIN }),
      ENTRY,
    )
    expect(blocked.sentences[0]).toContain('Blocked, target_never_touch')
    expect(
      blocked.policies.some((one) => one.id === 'floor-never-touch' && one.does === 'forbids'),
    ).toBe(true)
    expect(explain(loaded, requestWith({ call: READ }), ENTRY).policies).toMatchObject([
      { id: 'base-read', does: 'permits' },
    ])
  })
})

const worst: Classification = {
  effect: 'contain',
  verb: 'contain',
  target: { kind: 'device' },
  reversibility: 'time-limited',
  flags: ['user-impacting'],
  triggers: [],
  resultLabels: [],
}
const entry: ToolEntry = {
  kind: 'tool',
  worst,
  discriminators: [
    { when: 'args.dry', is: { effect: 'read', flags: [] } },
    { when: 'args.lift', is: { verb: 'allow' } },
    { when: 'args.again', is: {} },
  ],
  confirmations: [],
  timeoutMs: 1,
}
const reviewed = {
  entry,
  entryDigest: ENTRY,
  definitionDigest: ENTRY,
  definition: { name: 'isolate' },
  by: 'somebody',
}

describe('what a reviewed tool can be asked about', () => {
  it('is its worst case and each discriminator, once each, with flags and reversibility', () => {
    const tool = { exposedName: 'edr__isolate', reviewed } as unknown as Tool
    const subjects = subjectsOfTool(tool)
    expect(subjects.map((one) => `${one.tool} ${one.action} ${one.effect}`)).toEqual([
      'edr__isolate contain:device contain',
      'edr__isolate contain:device read',
      'edr__isolate allow:device contain',
    ])
    expect(subjects[0]?.properties).toEqual({
      direction: 'none',
      reversibility: 'time-limited',
      hasInverse: false,
      flags: ['user-impacting'],
    })
    expect(actionsOfReview(reviewed)).toContainEqual({ action: 'allow:device', effect: 'contain' })
  })

  it('is answered in every tier by a policy that can be named [R2]', () => {
    const tool = { exposedName: 'edr__isolate', reviewed } as unknown as Tool
    const rows = explainMatrix(loaded, subjectsOfTool(tool))
    expect(rows).toHaveLength(3 * TIERS.length)
    expect(rows.filter((row) => row.decision.policyIds.length === 0)).toEqual([])
    const gateOf = (tier: string) => rows.find((row) => row.tier === tier)?.gate
    expect([gateOf('lab'), gateOf('production'), gateOf('tier-0'), gateOf('stale-facts')]).toEqual([
      2, 2, 3, 4,
    ])
  })

  it('is nothing while nobody has reviewed the tool', () => {
    expect(subjectsOfTool({ exposedName: 'edr__new' } as Tool)).toEqual([])
  })
})

describe('a table test file', () => {
  it('is refused with a member that is unknown or of another type, naming the case', () => {
    const read = (one: unknown) => () => readPolicyTests('f', [one] as never)
    const good = { name: 'n', outcome: 'allow' }
    expect(read(good)()).toHaveLength(1)
    expect(read({ ...good, outcom: 'x' })).toThrow('f: case 1: unknown "outcom"')
    expect(read({ ...good, outcome: 'perhaps' })).toThrow('allow, hold or deny')
    expect(read({ ...good, request: { taget: {} } })).toThrow('unknown "taget"')
    expect(read({ ...good, request: { target: { criticality: '5' } } })).toThrow('must be a number')
    expect(read({ ...good, request: { target: { labels: 'privileged' } } })).toThrow(
      'list of texts',
    )
    expect(read({ ...good, request: { target: { constructor: 'x' } } })).toThrow('unknown')
    expect(read({ ...good, obligations: [{ requires: 'approve' }] })).toThrow('requires and role')
    expect(() => readPolicyTests('f', {})).toThrow('a list of cases')
  })
})
