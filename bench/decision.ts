/**
 * What a decision costs beside the engine it stands on: one bare call of Cedar over the whole pack, against
 * `decide` with everything around it (slice, checks, shards, reading of obligations, digests). The two take turns
 * call by call, so that whatever else the machine does falls on both.
 */
import { createRequire } from 'node:module'
import { createCedarEngine, type LoadedBundle } from '../src/adapters/cedar-engine.ts'
import { readBundleDirectory, readPolicyTexts } from '../src/adapters/policy-files.ts'
import { digestOf } from '../src/kernel/digest.ts'
import { allPolicies, makeBundle } from '../src/policy/bundle.ts'
import { decide } from '../src/policy/decide.ts'
import type { PolicyRequest } from '../src/policy/request.ts'
import { SAMPLE_REQUEST } from '../src/policy/sample-request.ts'
import { type Bench, type BenchCase, compared, type Limit } from './report.ts'
import { quantile } from './statistics.ts'

type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs')

const POLICIES = new URL('../policies/', import.meta.url)
const ENTRY = digestOf('countersign-catalogue-v1', new Uint8Array([1]))
const READ = { action: 'query:device', effect: 'read' } as const
const CONTAIN = { action: 'contain:device', effect: 'contain' } as const
const PREPARED = { schema: 'bench-schema', policies: 'bench-policies' } as const

/**
 * How many bare calls a decision may cost. An allow evaluates once, over fewer policies; a hold evaluates a second
 * time, to know whether a yes would help.
 */
const QUESTIONS = [
  { name: 'allow', call: READ, kind: 'allow', atMost: 1.15 },
  { name: 'hold', call: CONTAIN, kind: 'hold', atMost: 2.1 },
] as const

export const benchDecision: Bench = async ({ isShort, progress }) => {
  const plan = isShort ? { warm: 300, calls: 700 } : { warm: 1_000, calls: 5_000 }
  const loaded = loadShipped()
  const bare = bareCedar(loaded)
  const cases: BenchCase[] = []
  const limits: Limit[] = []
  for (const { name, call, kind, atMost } of QUESTIONS) {
    const request = { ...SAMPLE_REQUEST, call: { ...SAMPLE_REQUEST.call, ...call } }
    let asked = 0
    // Somebody else is asked for each time, so that nothing is remembered.
    const decideIt = () => {
      const task = { ...request.task, onBehalfOf: `person-${asked++}` }
      return decide(loaded, { ...request, task }, ENTRY, [])
    }
    const decideAgain = () => decide(loaded, request, ENTRY, [])
    const { kind: decided } = decideIt()
    if (decided !== kind) throw new Error(`the shipped pack says ${decided}, not ${kind}`)
    const times = inTurns(plan, decideIt, () => bare(request))
    for (const q of [0.5, 0.99]) {
      const [subject, floor] = [quantile(times.subject, q), quantile(times.floor, q)]
      cases.push(compared(`${name}: decide / bare Cedar call, p${q * 100}`, subject, floor, 'ms'))
    }
    const ratio = quantile(times.subject, 0.5) / quantile(times.floor, 0.5)
    limits.push({
      text: `${name} at most ${atMost} bare calls at p50: ${ratio.toFixed(2)}`,
      isKept: ratio <= atMost,
    })
    const again = inTurns(plan, decideAgain, () => bare(request))
    const [known, floor] = [quantile(again.subject, 0.5), quantile(again.floor, 0.5)]
    cases.push(compared(`${name} again: decide / bare Cedar call, p50`, known, floor, 'ms'))
    progress(`${name}: ${plan.calls} decisions`)
  }
  return { bench: 'decision', cases, limits }
}

/** The floor and the base pack as published at a first start, with the two actions of the questions. */
function loadShipped(): LoadedBundle {
  const floor = readPolicyTexts(new URL('floor', POLICIES).pathname)
  const engine = createCedarEngine(floor)
  const draft = { ...readBundleDirectory(new URL('base', POLICIES).pathname), floor }
  const bundle = makeBundle(
    { ...draft, actions: [READ, CONTAIN] },
    { sequence: 1, engine: engine.versions() },
  )
  return engine.loadBundle(bundle)
}

/** All policies and the whole schema in one set, asked the same question as prepared by the product. */
function bareCedar({ bundle, sliceOf }: LoadedBundle): (request: PolicyRequest) => unknown {
  const cedar: Cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs')
  const schema = cedar.preparseSchema(PREPARED.schema, bundle.schema)
  const staticPolicies = { ...allPolicies(bundle) }
  const policies = cedar.preparsePolicySet(PREPARED.policies, { staticPolicies })
  if (schema.type === 'failure' || policies.type === 'failure') throw new Error('does not load')
  return (request) => {
    const { principal, action, resource, context, entities } = sliceOf(request, [])
    const answer = cedar.statefulIsAuthorized({
      principal,
      action,
      resource,
      context: context as Parameters<Cedar['statefulIsAuthorized']>[0]['context'],
      entities: [...entities],
      preparsedSchemaName: PREPARED.schema,
      preparsedPolicySetId: PREPARED.policies,
      validateRequest: true,
    })
    if (answer.type !== 'success') throw new Error('the bare call failed')
    return answer
  }
}

/** Milliseconds of each call, the two always one after the other. */
function inTurns(
  plan: { readonly warm: number; readonly calls: number },
  subject: () => unknown,
  floor: () => unknown,
): { readonly subject: readonly number[]; readonly floor: readonly number[] } {
  const times = { subject: [] as number[], floor: [] as number[] }
  for (let call = 0; call < plan.warm + plan.calls; call++) {
    const startMs = performance.now()
    subject()
    const betweenMs = performance.now()
    floor()
    const endMs = performance.now()
    if (call < plan.warm) continue
    times.subject.push(betweenMs - startMs)
    times.floor.push(endMs - betweenMs)
  }
  return times
}
