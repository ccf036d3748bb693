/**
 * One instance of the Cedar engine and everything that is prepared in it. A wasm trap leaves an instance that
 * throws on every later call, so whatever throws is a deny, the instance is thrown away and a fresh one must
 * first answer its canaries. Prepared policy sets cannot be removed from an instance; they are kept under
 * slot names that are used again, and a slot is filled again whenever it does not hold what is asked for.
 */
import { createRequire } from 'node:module'
import type { AuthorizationAnswer } from '@cedar-policy/cedar-wasm/nodejs'
import type { Verdict } from '../policy/ports.ts'
import { rememberVerdicts, type VerdictMemory } from './cedar-memory.ts'
import type { Slice } from './cedar-slice.ts'
import { sliceProblem } from './cedar-slice.ts'

export type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs')

const loadModule = createRequire(import.meta.url)
const CEDAR = '@cedar-policy/cedar-wasm/nodejs'

/** A new instance of the engine, sharing nothing with earlier ones. About 10 ms. */
export function freshCedar(): Cedar {
  delete loadModule.cache[loadModule.resolve(CEDAR)]
  return loadModule(CEDAR)
}

/** What a slot holds. Compared by identity: another object is other content. */
export type PreparedPolicies = {
  readonly slot: string
  readonly texts: Readonly<Record<string, string>>
}
export type PreparedSchema = { readonly slot: string; readonly text: string }

/** One leaf's policies and schema. `canary` shards are the host's own. */
export type Shard = { readonly policies: PreparedPolicies; readonly schema: PreparedSchema }

/** After so many traps a shard is not called again; reloading on every call would be a way to stall us. */
const TRAPS_PER_SHARD = 2

export type HostCounts = { readonly errors: number; readonly reloads: number }

/** Holds the instance, what its slots contain, and what went wrong so far. */
export class CedarHost {
  private readonly load: () => Cedar
  private cedar: Cedar | undefined
  private filled = new Map<string, object>()
  private readonly traps = new WeakMap<PreparedPolicies, number>()
  private memories = new WeakMap<Shard, VerdictMemory>()
  private errors = 0
  private reloads = 0

  constructor(load: () => Cedar = freshCedar) {
    this.load = load
  }

  /** Never throws; every failure is `error` and counted. */
  authorize(shard: Shard, slice: Slice): Verdict {
    const verdict = this.guarded(shard, (engine): Verdict => {
      const problem = sliceProblem(slice)
      if (problem !== undefined) return { kind: 'error', detail: problem }
      return this.memoryOf(shard).recall(slice, () => {
        const unfilled = this.fill(engine, shard)
        return unfilled === undefined
          ? call(engine, shard, slice)
          : { kind: 'error', detail: unfilled }
      })
    })
    if ('failed' in verdict) return this.refuse(verdict.failed)
    return verdict.kind === 'error' ? this.refuse(verdict.detail) : verdict
  }

  /** An error found before the engine was reached; counted like the others. */
  refuse(detail: string): Verdict {
    this.errors++
    return { kind: 'error', detail }
  }

  /** Fills the slots of a shard ahead of its first call. Returns why it cannot be. */
  prepare(shard: Shard): string | undefined {
    const problem = this.guarded(shard, (engine) => this.fill(engine, shard))
    return typeof problem === 'object' ? problem.failed : problem
  }

  /** Runs something else on the instance, such as the validator. Throws what it throws. */
  use<T>(work: (cedar: Cedar) => T): T {
    try {
      return work(this.instance())
    } catch (cause) {
      // Whether the instance survived is unknown; a fresh one costs little.
      this.cedar = undefined
      throw cause
    }
  }

  counts(): HostCounts {
    return { errors: this.errors, reloads: this.reloads }
  }

  private instance(): Cedar {
    if (this.cedar !== undefined) return this.cedar
    const fresh = this.load()
    this.filled = new Map()
    const problem = canaryProblem(fresh)
    if (problem !== undefined) throw new Error(problem)
    this.cedar = fresh
    return fresh
  }

  private memoryOf(shard: Shard): VerdictMemory {
    let memory = this.memories.get(shard)
    if (memory === undefined) {
      memory = rememberVerdicts(shard.policies.texts)
      this.memories.set(shard, memory)
    }
    return memory
  }

  private fill(engine: Cedar, { policies, schema }: Shard): string | undefined {
    if (this.filled.get(schema.slot) !== schema) {
      const answer = engine.preparseSchema(schema.slot, schema.text)
      if (answer.type === 'failure') return answer.errors[0]?.message ?? 'the schema does not parse'
      this.filled.set(schema.slot, schema)
    }
    if (this.filled.get(policies.slot) !== policies) {
      const answer = engine.preparsePolicySet(policies.slot, { staticPolicies: policies.texts })
      if (answer.type === 'failure') return answer.errors[0]?.message ?? 'a policy does not parse'
      this.filled.set(policies.slot, policies)
    }
    return undefined
  }

  private guarded<T>(shard: Shard, work: (engine: Cedar) => T): T | { readonly failed: string } {
    const before = this.traps.get(shard.policies) ?? 0
    if (before >= TRAPS_PER_SHARD) {
      return { failed: 'the policies of this action stopped the engine before' }
    }
    try {
      return work(this.instance())
    } catch (cause) {
      this.cedar = undefined
      // What an instance said that went wrong is not relied on either.
      this.memories = new WeakMap()
      this.reloads++
      this.traps.set(shard.policies, before + 1)
      return { failed: `the engine stopped: ${cause instanceof Error ? cause.name : 'unknown'}` }
    }
  }
}

function call(engine: Cedar, shard: Shard, slice: Slice): Verdict {
  const answer = engine.statefulIsAuthorized({
    principal: slice.principal,
    action: slice.action,
    resource: slice.resource,
    // `sliceProblem` has shown that only booleans, safe integers, texts and lists of texts are in it.
    context: slice.context as Parameters<Cedar['statefulIsAuthorized']>[0]['context'],
    entities: [...slice.entities],
    preparsedSchemaName: shard.schema.slot,
    preparsedPolicySetId: shard.policies.slot,
    validateRequest: true,
  })
  return verdictOf(answer)
}

/** Anything but a clean answer is an error: a failure, and any policy that could not be evaluated. */
function verdictOf(answer: AuthorizationAnswer): Verdict {
  if (answer.type !== 'success') {
    return { kind: 'error', detail: 'the request does not fit the schema' }
  }
  const { decision, diagnostics } = answer.response
  const first = diagnostics.errors[0]
  if (first !== undefined) {
    return { kind: 'error', detail: `policy ${first.policyId} could not be evaluated` }
  }
  if (decision !== 'allow' && decision !== 'deny') return { kind: 'error', detail: 'no decision' }
  return { kind: decision, policyIds: [...diagnostics.reason].sort() }
}

const CANARY: Shard = {
  schema: {
    slot: 'canary',
    text: 'entity Bird = { alive: Bool }; action "sing" appliesTo { principal: [Bird], resource: [Bird], context: {} };',
  },
  policies: {
    slot: 'canary',
    texts: {
      'canary-permit': 'permit(principal, action, resource);',
      'canary-forbid': 'forbid(principal, action, resource) unless { principal.alive };',
    },
  },
}

/** One question that must be allowed and one that must be denied; why the instance is not to be trusted. */
function canaryProblem(engine: Cedar): string | undefined {
  const schema = engine.preparseSchema(CANARY.schema.slot, CANARY.schema.text)
  const policies = engine.preparsePolicySet(CANARY.policies.slot, {
    staticPolicies: { ...CANARY.policies.texts },
  })
  if (schema.type === 'failure' || policies.type === 'failure') return 'the canaries do not load'
  const bird = { type: 'Bird', id: 'one' }
  const ask = (alive: boolean): string => {
    const entities = [{ uid: bird, attrs: { alive }, parents: [] }]
    const action = { type: 'Action', id: 'sing' }
    const slice: Slice = { principal: bird, action, resource: bird, context: {}, entities }
    return JSON.stringify(call(engine, CANARY, slice))
  }
  const isSound =
    ask(true) === '{"kind":"allow","policyIds":["canary-permit"]}' &&
    ask(false) === '{"kind":"deny","policyIds":["canary-forbid"]}'
  return isSound ? undefined : 'the canaries answer wrong'
}
