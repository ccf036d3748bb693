/** Each way in which Cedar alone was seen to fail open or stop, and that it ends in a counted deny here. */
import type { EntityJson } from '@cedar-policy/cedar-wasm/nodejs'
import { describe, expect, it } from 'vitest'
import type { Shard } from '../../src/adapters/cedar-host.ts'
import { CedarHost, freshCedar } from '../../src/adapters/cedar-host.ts'
import type { Slice } from '../../src/adapters/cedar-slice.ts'
import { sliceProblem } from '../../src/adapters/cedar-slice.ts'
import { decide } from '../../src/policy/decide.ts'
import type { PolicyRequest } from '../../src/policy/request.ts'
import { SAMPLE_REQUEST } from '../../src/policy/sample-request.ts'
import { splitPolicies } from '../../src/policy/split-text.ts'
import {
  bundleWith,
  CONTAIN,
  ENTRY,
  engine,
  policyText,
  READ,
  requestWith,
  shippedBundle,
} from './shipped-bundle.ts'

const loaded = engine.loadBundle(shippedBundle())
const readCall = requestWith({ call: READ })

/** Decides with a slice bent on its way to the engine; the read would be allowed otherwise. */
function decideBent(bend: (slice: Slice) => Slice) {
  const evaluate = (request: PolicyRequest, discharged: readonly string[]) =>
    loaded.evaluateSlice(request, bend(loaded.sliceOf(request, discharged)))
  return decide({ ...loaded, engine: { evaluate } }, readCall, ENTRY, [])
}

/** Decides on a shard that never went through a load, as if a lint had missed it. */
function decideOn(
  shard: Shard,
  context: Readonly<Record<string, unknown>>,
  host = new CedarHost(),
) {
  const bird = { type: 'Bird', id: 'one' }
  const entities = [{ uid: bird, attrs: { age: 1 }, parents: [] }]
  const action = { type: 'Action', id: 'sing' }
  const slice: Slice = { principal: bird, action, resource: bird, context, entities }
  const evaluate = () => host.authorize(shard, slice)
  const decision = decide({ ...loaded, engine: { evaluate } }, readCall, ENTRY, [])
  return { decision, host }
}

function shardOf(forbid: string, context: string): Shard {
  const schema = `entity Bird = { age: Long }; action "sing" appliesTo { principal: [Bird], resource: [Bird], context: ${context} };`
  const texts = { permit: 'permit(principal, action, resource);', forbid }
  return { schema: { slot: 's', text: schema }, policies: { slot: 'p', texts } }
}

const ERROR = { kind: 'deny', reason: 'policy_error', isEnforced: true }

function withEntity(slice: Slice, at: number, change: Partial<EntityJson>): Slice {
  const entities = slice.entities.map((one, index) => (index === at ? { ...one, ...change } : one))
  return { ...slice, entities }
}

describe('a slice that Cedar would smooth over', () => {
  it('is the control: unbent, the read is allowed and nothing is counted', () => {
    const before = engine.counts().errors
    expect(decideBent((slice) => slice).kind).toBe('allow')
    expect(engine.counts().errors).toBe(before)
  })

  const bends: Readonly<Record<string, (slice: Slice) => Slice>> = {
    'an attribute a forbid reads is missing (T1)': (slice) => {
      const { criticality: _, ...attrs } = slice.entities[1]?.attrs ?? {}
      return withEntity(slice, 1, { attrs })
    },
    'the resource is missing (T2)': (slice) => ({ ...slice, entities: slice.entities.slice(0, 1) }),
    'the principal is missing (T2)': (slice) => ({ ...slice, entities: slice.entities.slice(1) }),
    'a parent is missing (T3)': (slice) =>
      withEntity(slice, 0, { parents: [{ type: 'Agent', id: 'the-team' }] }),
    'the action is unknown (T6)': (slice) => ({
      ...slice,
      action: { type: 'Action', id: 'query:device/never' },
    }),
    'a context key is unknown (T7)': (slice) => ({
      ...slice,
      context: { ...slice.context, confidence: 99 },
    }),
    'a context key is missing (T7)': (slice) => {
      const { severity: _, ...context } = slice.context
      return { ...slice, context }
    },
    'a context value has another type (T7)': (slice) => ({
      ...slice,
      context: { ...slice.context, severity: '1' },
    }),
    'an entity has an extra attribute (T7)': (slice) =>
      withEntity(slice, 1, { attrs: { ...slice.entities[1]?.attrs, sneaky: true } }),
    'a context value is undefined (T8)': (slice) => ({
      ...slice,
      context: { ...slice.context, severity: undefined },
    }),
    'an integer is not exact (T8b)': (slice) => ({
      ...slice,
      context: { ...slice.context, severity: 2 ** 53 + 2 },
    }),
    'an integer is a BigInt (T8c)': (slice) => ({
      ...slice,
      context: { ...slice.context, severity: 1n },
    }),
    'a number is a fraction (T8d)': (slice) => ({
      ...slice,
      context: { ...slice.context, severity: 1.5 },
    }),
    'a value poses as an entity (T8h)': (slice) => ({
      ...slice,
      context: { ...slice.context, onBehalfOf: { __entity: { type: 'Agent', id: 'root' } } },
    }),
    'a value poses as an extension (T8h)': (slice) => ({
      ...slice,
      context: { ...slice.context, now: { __extn: { fn: 'unknown', arg: 'x' } } },
    }),
    'a context key is reserved (T8h)': (slice) => ({
      ...slice,
      context: { ...slice.context, __entity: 'root' },
    }),
    'an entity stands twice (T10)': (slice) => ({
      ...slice,
      entities: [
        ...slice.entities,
        ...withEntity(slice, 0, {
          attrs: { ...slice.entities[0]?.attrs, mode: 'delegated' },
        }).entities.slice(0, 1),
      ],
    }),
  }
  for (const [what, bend] of Object.entries(bends)) {
    it(`denies and counts when ${what}`, () => {
      const before = engine.counts().errors
      expect(decideBent(bend)).toMatchObject(ERROR)
      expect(engine.counts().errors).toBe(before + 1)
    })
  }
})

describe('the slice check', () => {
  it('names what is wrong before the engine is asked, and says nothing of a sound slice', () => {
    const slice = loaded.sliceOf(readCall, [])
    expect(sliceProblem(slice)).toBeUndefined()
    const context = { ...slice.context, __extn: 'x' }
    expect(sliceProblem({ ...slice, context })).toBe('context has a reserved key')
    const labels = ['fine', 1]
    const bent = withEntity(slice, 1, { attrs: { ...slice.entities[1]?.attrs, labels } })
    expect(sliceProblem(bent)).toBe('Target.labels holds something that is not a plain text')
    const orphan = withEntity(slice, 0, { parents: [{ type: 'Agent', id: 'team' }] })
    expect(sliceProblem(orphan)).toBe('a parent of Agent is not in the slice')
  })
})

describe('a request that is not what its type says', () => {
  const broken: Readonly<Record<string, Record<string, unknown>>> = {
    'a part is missing': { target: undefined },
    'a text is missing': { task: { ...readCall.task, purpose: undefined } },
    'a count is not exact': { call: { ...readCall.call, targetCount: 2 ** 53 + 2 } },
    'a count is a fraction': { call: { ...readCall.call, targetCount: 0.5 } },
    'an instant is a BigInt': { nowMs: 1n },
    'an instant is out of range': { nowMs: 9e15 },
    'a label is an object': {
      target: { ...readCall.target, labels: [{ __entity: { type: 'Agent', id: 'root' } }] },
    },
    'a list has a hole': { stale: new Array(1) },
    'a list is endless': { stale: new Array(100_000).fill('x') },
    'a text is endless': { target: { ...readCall.target, id: 'x'.repeat(100_000) } },
    'a text has half a character': { target: { ...readCall.target, id: '\ud800' } },
  }
  for (const [what, change] of Object.entries(broken)) {
    it(`is denied and counted when ${what}`, () => {
      const before = engine.counts().errors
      const request = { ...readCall, ...change } as PolicyRequest
      expect(decide(loaded, request, ENTRY, [])).toMatchObject(ERROR)
      expect(engine.counts().errors).toBe(before + 1)
    })
  }

  it('is blocked as unclassified when its action or effect is none of ours', () => {
    for (const call of [
      { action: 'no-verb', effect: 'read' },
      { action: 'obliterate:device', effect: 'read' },
      { action: 'query:"; permit(principal, action, resource);', effect: 'read' },
      { action: 'query:device', effect: 'harmless' },
    ]) {
      const request = { ...readCall, call: { ...readCall.call, ...call } } as PolicyRequest
      expect(decide(loaded, request, ENTRY, [])).toMatchObject({
        kind: 'deny',
        reason: 'classification_failed',
      })
    }
  })
})

describe('a policy that cannot be evaluated', () => {
  it('denies when a forbid overflows (T4), which no bundle can bring in', () => {
    const rule = 'forbid(principal, action, resource) when { context.n * context.n > 1 }'
    const shard = shardOf(`${rule};`, '{ n: Long }')
    expect(decideOn(shard, { n: Number.MAX_SAFE_INTEGER }).decision).toMatchObject(ERROR)
    const ours = policyText(
      'overflow',
      'forbid(principal, action in Action::"write", resource) when { context.targetCount * 2 > 1 }',
    )
    expect(() => engine.loadBundle(bundleWith('overflow', ours))).toThrow('operator_refused')
  })

  it('denies when a forbid cannot read a number (T5), which no bundle can bring in', () => {
    const rule = 'forbid(principal, action, resource) when { decimal(context.n) > decimal("1.0") }'
    const shard = shardOf(`${rule};`, '{ n: String }')
    expect(decideOn(shard, { n: 'no number' }).decision).toMatchObject(ERROR)
    const ours = policyText(
      'number',
      'forbid(principal, action in Action::"write", resource) when { datetime(context.tool) > context.now }',
    )
    expect(() => engine.loadBundle(bundleWith('number', ours))).toThrow('not_valid')
  })

  it('denies when the schema does not load, because no call is made without one (T9)', () => {
    const shard = shardOf(
      'forbid(principal, action, resource) when { context.n > 1 };',
      '{ n: Nope }',
    )
    expect(decideOn(shard, { n: 0 }).decision).toMatchObject(ERROR)
  })

  it('refuses two policies with one id (T11)', () => {
    const one = policyText('same', 'permit(principal, action in Action::"read", resource)')
    expect(() => splitPolicies('file.cedar', `${one}\n${one}`)).toThrow(
      'two policies have the id same',
    )
    expect(() => engine.loadBundle(bundleWith('other', one))).toThrow('id_mismatch')
  })
})

describe('an engine that was stopped (T12)', () => {
  const deep = `forbid(principal, action, resource) when { ${'('.repeat(1_000)}true${')'.repeat(1_000)} };`

  it('denies that call, answers the next one from a fresh instance, and counts the reload', () => {
    const fine = shardOf(
      'forbid(principal, action, resource) when { context.n > 1 };',
      '{ n: Long }',
    )
    const { decision, host } = decideOn({ ...shardOf(deep, '{ n: Long }') }, { n: 0 })
    expect(decision).toMatchObject(ERROR)
    expect(host.counts()).toEqual({ errors: 1, reloads: 1 })
    expect(decideOn(fine, { n: 0 }, host).decision.kind).toBe('allow')
    expect(decideOn(fine, { n: 2 }, host).decision.kind).toBe('deny')
    expect(host.counts()).toEqual({ errors: 1, reloads: 1 })
  })

  it('stops asking a shard that stopped it twice', () => {
    const shard = shardOf(deep, '{ n: Long }')
    const { host } = decideOn(shard, { n: 0 })
    decideOn(shard, { n: 0 }, host)
    decideOn(shard, { n: 0 }, host)
    expect(host.counts()).toEqual({ errors: 3, reloads: 2 })
  })

  it('loads the bundle again by itself and decides as before', () => {
    let isBroken = false
    const host = new CedarHost(() => {
      const cedar = freshCedar()
      return {
        ...cedar,
        statefulIsAuthorized: (call) => {
          if (isBroken) throw new RangeError('memory access out of bounds')
          return cedar.statefulIsAuthorized(call)
        },
      }
    })
    const shard = shardOf(
      'forbid(principal, action, resource) when { context.n > 1 };',
      '{ n: Long }',
    )
    expect(decideOn(shard, { n: 0 }, host).decision.kind).toBe('allow')
    isBroken = true
    // Another question: what was asked before is remembered and needs no engine.
    expect(decideOn(shard, { n: 1 }, host).decision).toMatchObject(ERROR)
    isBroken = false
    expect(decideOn(shard, { n: 1 }, host).decision.kind).toBe('allow')
    expect(decideOn(shard, { n: 0 }, host).decision.kind).toBe('allow')
  })

  it('decides nothing with an instance whose canaries sing wrong', () => {
    const host = new CedarHost(() => ({
      ...freshCedar(),
      statefulIsAuthorized: () => ({
        type: 'success',
        response: { decision: 'allow', diagnostics: { reason: [], errors: [] } },
        warnings: [],
      }),
    }))
    const shard = shardOf(
      'forbid(principal, action, resource) when { context.n > 1 };',
      '{ n: Long }',
    )
    expect(decideOn(shard, { n: 0 }, host).decision).toMatchObject(ERROR)
  })
})

describe('the sample request', () => {
  it('is allowed to read and held for containment, so the denials above mean something', () => {
    expect(decide(loaded, SAMPLE_REQUEST, ENTRY, []).kind).toBe('allow')
    expect(decide(loaded, requestWith({ call: CONTAIN }), ENTRY, []).kind).toBe('hold')
  })
})
