/**
 * Loads policy bundles into the Cedar engine and gives the pure `decide` what it needs. Every bundle carries
 * the product's floor policies; one that lacks any of them, or has another text for one, is refused.
 */
import type { Effect } from '../catalogue/tool.ts'
import { Failure } from '../kernel/failure.ts'
import type { Bundle, EngineVersions, PolicyTexts } from '../policy/bundle.ts'
import { allPolicies, bundleDigestOf, ownerRoleOf } from '../policy/bundle.ts'
import type { Finding } from '../policy/finding.ts'
import type { Annotations } from '../policy/obligations.ts'
import type { PolicyHead } from '../policy/policy-head.ts'
import type { ActiveBundle, Verdict } from '../policy/ports.ts'
import type { PolicyRequest } from '../policy/request.ts'
import { ruleDigestOf } from '../policy/shard.ts'
import { bundleCanaryProblem } from './cedar-canary.ts'
import type { Cedar, HostCounts } from './cedar-host.ts'
import { CedarHost, freshCedar } from './cedar-host.ts'
import type { Inspection } from './cedar-inspect.ts'
import { inspectBundle } from './cedar-inspect.ts'
import { createShards } from './cedar-shards.ts'
import type { Slice } from './cedar-slice.ts'
import { decidedLeaf, sliceOf } from './cedar-slice.ts'

export type LoadedBundle = ActiveBundle & {
  readonly bundle: Bundle
  readonly heads: readonly PolicyHead[]
  readonly warnings: readonly Finding[]
  /** What a request becomes for Cedar, and the evaluation of exactly that; tests of the traps bend it. */
  readonly sliceOf: (request: PolicyRequest, discharged: readonly string[]) => Slice
  readonly evaluateSlice: (request: PolicyRequest, slice: Slice) => Verdict
}

export type CedarEngine = {
  readonly versions: () => EngineVersions
  /**
   * Makes a bundle ready to decide. `name` keeps bundles apart that are loaded at the same time (a tenant, or
   * a candidate under test). Throws `policy_invalid` when the bundle has any finding of severity error; what
   * was loaded under the name before goes on deciding.
   */
  readonly loadBundle: (name: string, bundle: Bundle) => LoadedBundle
  /** All findings about a bundle, without loading it. */
  readonly inspect: (bundle: Bundle) => Inspection
  /** Evaluations that ended in an error, and instances thrown away after a trap, since the start. */
  readonly counts: () => HostCounts
}

/** `floor` is the product's own; `load` gives a fresh engine instance. */
export function createCedarEngine(floor: PolicyTexts, load: () => Cedar = freshCedar): CedarEngine {
  const host = new CedarHost(load)
  const letters = new Map<string, 'A' | 'B'>()
  const inspect = (bundle: Bundle): Inspection =>
    host.use((cedar) => inspectBundle(cedar, floor, bundle))
  return {
    inspect,
    versions: () =>
      host.use((cedar) => ({
        sdk: cedar.getCedarSDKVersion(),
        language: cedar.getCedarLangVersion(),
      })),
    loadBundle: (name, bundle) => {
      const { heads, findings } = inspect(bundle)
      const errors = findings.filter((one) => one.severity === 'error')
      const first = errors[0]
      if (first !== undefined) {
        const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
        throw new Failure(
          'policy_invalid',
          `${first.policy}: ${first.code}: ${first.detail}${more}`,
        )
      }
      const letter = letters.get(name) === 'A' ? 'B' : 'A'
      const loaded = activate(host, `${name}/${letter}`, bundle, heads, findings)
      letters.set(name, letter)
      return loaded
    },
    counts: () => host.counts(),
  }
}

function activate(
  host: CedarHost,
  prefix: string,
  bundle: Bundle,
  heads: readonly PolicyHead[],
  warnings: readonly Finding[],
): LoadedBundle {
  const annotations = new Map<string, Annotations>(heads.map((head) => [head.id, head.annotations]))
  const shards = createShards(prefix, allPolicies(bundle), heads, bundle.thresholds)
  for (const { action, effect } of bundle.actions) {
    const problem = host.prepare(shards(action, effect).shard)
    if (problem !== undefined) throw new Failure('policy_invalid', `${action}: ${problem}`)
  }
  const shardFor = (action: string, effect: Effect) => {
    const leaf = decidedLeaf(action, effect)
    return shards(leaf.action, leaf.effect)
  }
  const slice: LoadedBundle['sliceOf'] = (request, discharged) => {
    const leaf = decidedLeaf(request.call.action, request.call.effect)
    return sliceOf(request, leaf, bundle.thresholds, discharged)
  }
  const evaluateSlice: LoadedBundle['evaluateSlice'] = (request, built) =>
    host.authorize(shardFor(request.call.action, request.call.effect).shard, built)
  const evaluate = (request: PolicyRequest, discharged: readonly string[]): Verdict => {
    try {
      return evaluateSlice(request, slice(request, discharged))
    } catch {
      return host.refuse('the request has no policy form')
    }
  }
  const loaded: LoadedBundle = {
    bundle,
    heads,
    warnings,
    bundleDigest: bundleDigestOf(bundle),
    thresholdsVersion: bundle.thresholds.version,
    thresholds: bundle.thresholds,
    engine: { evaluate },
    sliceOf: slice,
    evaluateSlice,
    annotations: (id) => annotations.get(id),
    ownerRole: (action, effect, environment, flags) =>
      ownerRoleOf(bundle.owners, action, effect, environment, flags),
    ruleDigest: (action, effect, entryDigest) =>
      ruleDigestOf(shardFor(action, effect).digest, entryDigest),
    isMonitored: (action, nowMs) =>
      bundle.monitored.some((rule) => rule.action === action && nowMs < rule.expiresAtMs),
  }
  const problem = bundleCanaryProblem(loaded.engine)
  if (problem !== undefined) throw new Failure('policy_invalid', problem)
  return loaded
}
