import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createCedarEngine } from '../../src/adapters/cedar-engine.ts'
import { readBundleDirectory } from '../../src/adapters/policy-files.ts'
import { completeActions } from '../../src/policy/actions.ts'
import type { Bundle } from '../../src/policy/bundle.ts'
import { bundleDigestOf } from '../../src/policy/bundle.ts'
import { decide } from '../../src/policy/decide.ts'
import { bundleText, readBundle } from '../../src/policy/read-bundle.ts'
import { schemaText } from '../../src/policy/schema.ts'
import {
  BASE_DIRECTORY,
  bundleWith,
  CONTAIN,
  ENTRY,
  engine,
  floor,
  policyText,
  requestWith,
  shippedBundle,
  WRITE,
} from './shipped-bundle.ts'

const FORBID_WRITE = policyText('extra', 'forbid(principal, action in Action::"write", resource)')

describe('a bundle', () => {
  it('has the same digest for the same content, and another for any other', () => {
    const digest = bundleDigestOf(shippedBundle())
    expect(bundleDigestOf(shippedBundle())).toBe(digest)
    expect(bundleDigestOf({ ...shippedBundle(), sequence: 2 })).not.toBe(digest)
    expect(bundleDigestOf(bundleWith('extra', FORBID_WRITE))).not.toBe(digest)
    const reordered = Object.fromEntries(Object.entries(shippedBundle().policies).toReversed())
    expect(bundleDigestOf(shippedBundle({ policies: reordered }))).toBe(digest)
  })

  it('comes back from its stored text as it was', () => {
    const bundle = shippedBundle()
    expect(readBundle(bundleText(bundle))).toEqual(bundle)
    expect(bundleDigestOf(readBundle(bundleText(bundle)))).toBe(bundleDigestOf(bundle))
  })

  it('is not read from a text that is not its canonical one', () => {
    const text = bundleText(shippedBundle())
    expect(() => readBundle(` ${text}`)).toThrow('not canonical')
    expect(() => readBundle(text.replace('{', '{"zz":1,'))).toThrow()
    expect(() => readBundle('{}')).toThrow('another format')
    expect(() => readBundle('no json')).toThrow('not JSON')
  })

  it('carries the schema that the editor file documents', () => {
    const file = readFileSync(`${BASE_DIRECTORY}/../schema.cedarschema`, 'utf8')
    expect(schemaText(completeActions([]))).toBe(file)
  })
})

describe('the floor', () => {
  const refuses = (change: Partial<Bundle>, code: string) => {
    expect(() => engine.loadBundle({ ...shippedBundle(), ...change })).toThrow(code)
  }

  it('cannot be left out, weakened, shadowed or extended by a bundle', () => {
    const { floor, policies } = shippedBundle()
    const { 'floor-never-touch': dropped, ...rest } = floor
    refuses({ floor: rest }, 'floor_changed')
    refuses({ floor: {} }, 'floor_changed')
    const weaker = floor['floor-irreversible']?.replace('"irreversible"', '"time-limited"') ?? ''
    refuses({ floor: { ...floor, 'floor-irreversible': weaker } }, 'floor_changed')
    refuses({ policies: { ...policies, 'floor-never-touch': dropped ?? '' } }, 'floor_shadowed')
    const own = policyText('floor-extra', 'forbid(principal, action in Action::"write", resource)')
    refuses({ policies: { ...policies, 'floor-extra': own } }, 'floor_reserved')
  })

  it('comes with its own schema and actions, not with ones a bundle brings', () => {
    refuses({ schema: `${shippedBundle().schema}\n` }, 'schema_changed')
    refuses({ actions: shippedBundle().actions.slice(1) }, 'actions_incomplete')
  })
})

describe('rule digests', () => {
  const base = engine.loadBundle(shippedBundle())
  const digestOf = (loaded: typeof base, call: typeof CONTAIN | typeof WRITE) =>
    loaded.ruleDigest(call.action, call.effect, ENTRY)

  it('change for the actions a new rule can decide, and for no others [R22]', () => {
    const changed = engine.loadBundle(bundleWith('extra', FORBID_WRITE))
    expect(digestOf(changed, WRITE)).not.toBe(digestOf(base, WRITE))
    expect(digestOf(changed, CONTAIN)).toBe(digestOf(base, CONTAIN))
    expect(changed.bundleDigest).not.toBe(base.bundleDigest)
  })

  it('stay when the catalogue learns another action', () => {
    const actions = [{ action: 'restart:service', effect: 'write' }] as const
    const more = engine.loadBundle(shippedBundle({ actions }))
    expect(digestOf(more, WRITE)).toBe(digestOf(base, WRITE))
  })

  it('change with the thresholds and with the catalogue entry [R35]', () => {
    const { thresholds } = shippedBundle()
    const next = { ...thresholds, version: 'next', criticalFrom: 3 }
    const moved = engine.loadBundle(shippedBundle({ thresholds: next }))
    expect(digestOf(moved, CONTAIN)).not.toBe(digestOf(base, CONTAIN))
    expect(moved.thresholdsVersion).toBe('next')
    const other = base.bundleDigest
    expect(base.ruleDigest(CONTAIN.action, CONTAIN.effect, other)).not.toBe(digestOf(base, CONTAIN))
  })

  it('are stamped on the decision beside the bundle digest', () => {
    const decision = decide(base, requestWith({ call: CONTAIN }), ENTRY, [])
    expect(decision.ruleDigest).toBe(digestOf(base, CONTAIN))
    expect(decision.bundleDigest).toBe(bundleDigestOf(shippedBundle()))
  })
})

describe('loading', () => {
  it('takes effect at once, and leaves the bundle before it deciding until it is dropped', () => {
    const request = requestWith({ call: { ...WRITE } })
    const first = engine.loadBundle(shippedBundle())
    const second = engine.loadBundle(bundleWith('extra', FORBID_WRITE))
    expect(decide(second, request, ENTRY, []).reason).toBe('forbidden')
    expect(decide(first, request, ENTRY, []).kind).toBe('hold')
    // The third takes the slots of the first.
    const never = FORBID_WRITE.replace('@id', '@code("purpose_forbids") @id')
    const third = engine.loadBundle(bundleWith('extra', never))
    expect(decide(third, request, ENTRY, []).reason).toBe('purpose_forbids')
    expect(decide(second, request, ENTRY, []).reason).toBe('forbidden')
    expect(decide(first, request, ENTRY, []).kind).toBe('hold')
    expect(decide(third, request, ENTRY, []).reason).toBe('purpose_forbids')
  })

  it('refuses a bundle under which a retired agent could act', () => {
    const { 'floor-agent-not-active': _, ...less } = floor
    const lax = createCedarEngine(less)
    expect(() => lax.loadBundle(shippedBundle({ floor: less }))).toThrow(
      'the canary was not denied',
    )
  })

  it('changes nothing when it fails', () => {
    const request = requestWith({ call: { ...WRITE } })
    const active = engine.loadBundle(shippedBundle())
    expect(() => engine.loadBundle(bundleWith('extra', 'forbid('))).toThrow('does_not_parse')
    expect(decide(active, request, ENTRY, []).kind).toBe('hold')
  })

  it('refuses a pack that permits nothing to nobody only when the floor cannot speak', () => {
    const empty = engine.loadBundle(shippedBundle({ policies: {} }))
    expect(decide(empty, requestWith({}), ENTRY, [])).toMatchObject({
      kind: 'deny',
      reason: 'no_permit',
    })
  })

  it('decides an action of a tool reviewed later like every other of its effect', () => {
    const loaded = engine.loadBundle(shippedBundle())
    const call = { action: 'restart:conveyor', effect: 'contain' } as const
    expect(decide(loaded, requestWith({ call }), ENTRY, [])).toMatchObject({
      kind: 'hold',
      policyIds: ['base-contain', 'base-contain-confirm', 'base-execute'],
    })
  })
})

describe('a monitored action', () => {
  const monitored = [
    { action: 'contain:device', expiresAtMs: 2_000_000_000_000, owner: 'soc', reason: 'trial' },
  ]
  const loaded = engine.loadBundle(shippedBundle({ monitored }))
  const contain = (change: Parameters<typeof requestWith>[0] = {}) =>
    decide(loaded, requestWith({ call: CONTAIN, ...change }), ENTRY, [])

  it('is decided as ever but not enforced, until its time is up', () => {
    expect(contain()).toMatchObject({ kind: 'hold', isEnforced: false })
    expect(contain({ nowMs: 2_000_000_000_000 })).toMatchObject({ kind: 'hold', isEnforced: true })
  })

  it('is enforced all the same where the floor decides', () => {
    expect(contain({ target: { isNeverTouch: true } }).isEnforced).toBe(true)
    expect(contain({ task: { purpose: 'hunt' } }).isEnforced).toBe(true)
    expect(contain({ agent: { state: 'suspended' } }).isEnforced).toBe(true)
  })
})

describe('a policy directory', () => {
  it('is read whole and names the file that is missing', () => {
    expect(Object.keys(readBundleDirectory(BASE_DIRECTORY).policies)).toContain('base-contain')
    expect(() => readBundleDirectory(`${BASE_DIRECTORY}/../floor`)).toThrow(
      'thresholds.json is missing',
    )
    expect(() => readBundleDirectory(`${BASE_DIRECTORY}/nowhere`)).toThrow('cannot be read')
  })
})
