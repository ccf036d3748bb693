/**
 * Loads policy bundles into the Cedar engine and gives the pure `decide` what it needs. Every bundle carries
 * the product's floor policies; one that lacks any of them, or has another text for one, is refused.
 */
import type { Effect } from '../catalogue/tool.ts'
import type { Digest } from '../kernel/digest.ts'
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
import { createShardPool, type ShardPool } from './cedar-shard-pool.ts'
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
   * Makes a bundle ready to decide, beside all that are loaded already. Throws `policy_invalid` when the bundle has
   * any finding of severity error.
   */
  readonly loadBundle: (bundle: Bundle) => LoadedBundle
  /** All findings about a bundle, without loading it. */
  readonly inspect: (bundle: Bundle) => Inspection
  /** Evaluations that ended in an error, and instances thrown away after a trap, since the start. */
  readonly counts: () => HostCounts
}

/** `floor` is the product's own; `load` gives a fresh engine instance. */
export function createCedarEngine(floor: PolicyTexts, load: () => Cedar = freshCedar): CedarEngine {
  const host = new CedarHost(load)
  const pool = createShardPool()
  const inspect = onceInARow((bundle: Bundle) =>
    host.use((cedar) => inspectBundle(cedar, floor, bundle)),
  )
  return {
    inspect,
    versions: () =>
      host.use((cedar) => ({
        sdk: cedar.getCedarSDKVersion(),
        language: cedar.getCedarLangVersion(),
      })),
    loadBundle: (bundle) => {
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
      return activate(host, pool, bundle, heads, findings)
    },
    counts: () => host.counts(),
  }
}

/** A bundle is checked, asked what it holds and then loaded: one look at it serves all three. */
function onceInARow(inspect: (bundle: Bundle) => Inspection): (bundle: Bundle) => Inspection {
  let last: { readonly digest: Digest; readonly inspection: Inspection } | undefined
  return (bundle) => {
    const digest = bundleDigestOf(bundle)
    if (last?.digest !== digest) last = { digest, inspection: inspect(bundle) }
    return last.inspection
  }
}

function activate(
  host: CedarHost,
  pool: ShardPool,
  bundle: Bundle,
  heads: readonly PolicyHead[],
  warnings: readonly Finding[],
): LoadedBundle {
  const annotations = new Map<string, Annotations>(heads.map((head) => [head.id, head.annotations]))
  const shards = createShards(pool, allPolicies(bundle), heads, bundle.thresholds)
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
