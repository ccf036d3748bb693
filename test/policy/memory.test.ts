/** The engine is asked the same question once; what no policy can see makes no other question, and nothing else does. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { LoadedBundle } from '../../src/adapters/cedar-engine.ts'
import { rememberVerdicts } from '../../src/adapters/cedar-memory.ts'
import { EFFECTS } from '../../src/catalogue/tool.ts'
import { AGENT_MODES } from '../../src/identity/agent.ts'
import type { PolicyRequest } from '../../src/policy/request.ts'
import {
  bundleWith,
  engine,
  policyText,
  READ,
  requestWith,
  shippedBundle,
} from './shipped-bundle.ts'

const loaded = engine.loadBundle(shippedBundle())
const FRIDAY_MS = Date.parse('2026-06-05T12:00:00Z')

/** How often the engine is asked when these policies are put these questions. */
function asked(texts: readonly string[], requests: readonly PolicyRequest[]): number {
  const memory = rememberVerdicts(Object.fromEntries(texts.map((text, at) => [`p${at}`, text])))
  let count = 0
  for (const request of requests) {
    memory.recall(loaded.sliceOf(request, []), () => {
      count++
      return { kind: 'allow', policyIds: [] }
    })
  }
  return count
}

const ruleOf = (rule: string) => `forbid (principal, action, resource) when { ${rule} };`
const on = (host: string, nowMs: number) =>
  requestWith({ call: READ, target: { id: host }, incident: { ageMs: nowMs - FRIDAY_MS }, nowMs })
const TWICE = [on('web-1', FRIDAY_MS), on('web-2', FRIDAY_MS + 1_000)]

describe('what makes another question', () => {
  it('is not the time or the name of a host, where no policy can see them', () => {
    const named = 'forbid (principal, action in [Action::"read", Action::"write"], resource);'
    expect(asked([ruleOf('context.targetCount > 5'), named], TWICE)).toBe(1)
  })

  it.each([
    ['the time', 'context.now < datetime("2027-01-01")'],
    ['the age of the case', 'context.caseAgeMs > 5'],
    ['whether there is a time', 'context has now'],
    ['the context by a name in quotes', 'context["now"] < datetime("2027-01-01")'],
    ['the context as a whole', 'context == context'],
    ['a host by its name', 'resource == Target::"device/web-1"'],
    ['a host by a name with a comment inside', 'resource == Target // the shop!\n::"device/web-1"'],
    ['an action of another namespace', 'resource == Other::Action::"device/web-1"'],
  ])('is everything that may differ, where a policy reads %s', (_, rule) => {
    expect(asked([ruleOf('context.targetCount > 5'), ruleOf(rule)], TWICE)).toBe(2)
  })

  it('is any other fact', () => {
    const one = on('web-1', FRIDAY_MS)
    const others = [
      requestWith({ ...one, target: { ...one.target, criticality: 1 } }),
      requestWith({ ...one, agent: { ...one.agent, mode: 'shadow' } }),
      requestWith({ ...one, exposure: { labels: ['secret'], untrustedSources: [] } }),
      requestWith({ ...one, stale: ['case'] }),
    ]
    expect(asked(['permit (principal, action, resource);'], [one, ...others])).toBe(5)
  })
})

describe('what is remembered', () => {
  it('is never an error', () => {
    const memory = rememberVerdicts({})
    const slice = loaded.sliceOf(on('web-1', FRIDAY_MS), [])
    memory.recall(slice, () => ({ kind: 'error', detail: 'the engine stopped' }))
    const again = memory.recall(slice, () => ({ kind: 'deny', policyIds: ['floor'] }))
    expect(again.kind).toBe('deny')
  })

  it('is bounded', () => {
    const hosts = Array.from({ length: 600 }, (_, at) => on(`web-${at}`, FRIDAY_MS))
    const rule = ruleOf('resource == Target::"device/web-1"')
    // The first 88 have made room when they are asked about again, and each of those displaces the next.
    expect(asked([rule], [...hosts, ...hosts.slice(100, 200)])).toBe(600)
    expect(asked([rule], [...hosts, ...hosts.slice(0, 88)])).toBe(688)
  })

  it('changes no decision over a deadline that a policy reads', () => {
    const rule =
      'forbid (principal, action, resource) when { context.now > datetime("2026-06-06") }'
    const timed = engine.loadBundle(bundleWith('until-june', policyText('until-june', rule)))
    const kindAt = (nowMs: number) => timed.engine.evaluate(on('web-1', nowMs), []).kind
    expect([FRIDAY_MS, FRIDAY_MS + 86_400_000, FRIDAY_MS].map(kindAt)).toEqual([
      'allow',
      'deny',
      'allow',
    ])
  })

  it('changes no decision over any questions in any order', () => {
    // A policy that may read anything takes all memory away, as every question here has its own time.
    const rule = 'forbid (principal, action, resource) when { context != context }'
    const forgetful = engine.loadBundle(bundleWith('any', policyText('any', rule)))
    let nowMs = FRIDAY_MS
    const ask = (bundle: LoadedBundle, request: PolicyRequest) =>
      bundle.engine.evaluate({ ...request, nowMs: ++nowMs }, [])
    fc.assert(
      fc.property(fc.array(anyRequest, { minLength: 2, maxLength: 8 }), (requests) => {
        for (const request of [...requests, ...requests]) {
          expect(ask(loaded, request)).toEqual(ask(forgetful, request))
        }
      }),
      { numRuns: 60 },
    )
  })
})

const anyRequest: fc.Arbitrary<PolicyRequest> = fc
  .record({
    effect: fc.constantFrom(...EFFECTS),
    mode: fc.constantFrom(...AGENT_MODES),
    host: fc.constantFrom('web-1', 'web-2'),
    criticality: fc.integer({ min: 0, max: 5 }),
    isNeverTouch: fc.boolean(),
    severity: fc.integer({ min: 1, max: 5 }),
    labels: fc.subarray(['secret', 'personal']),
    isOpen: fc.boolean(),
  })
  .map(({ effect, mode, host, criticality, isNeverTouch, severity, labels, isOpen }) =>
    requestWith({
      agent: { mode },
      call: { action: 'set:device', effect },
      target: { id: host, criticality, isNeverTouch },
      incident: { severity, isOpen },
      exposure: { labels },
    }),
  )
