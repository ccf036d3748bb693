import type { Digest } from '../kernel/digest.ts'
import type { Decision } from './decision.ts'
import type { PolicyRequest } from './request.ts'

/** One evaluation of one shard. `error` covers every failure: parse, evaluation, incomplete slice, trap. */
export type Verdict =
  | { readonly kind: 'allow' | 'deny'; readonly policyIds: readonly string[] }
  | { readonly kind: 'error'; readonly detail: string }

/** A loaded bundle. Evaluation is synchronous, never throws and never fails open. */
export type PolicyEngine = {
  readonly evaluate: (request: PolicyRequest, discharged: readonly string[]) => Verdict
}

/** What the pure `decide` needs of the active bundle. */
export type ActiveBundle = {
  readonly engine: PolicyEngine
  readonly bundleDigest: Digest
  /** Digest of what decides this action: its shard, schema, thresholds, catalogue entry digest. */
  readonly ruleDigest: (action: string, entryDigest: Digest) => Digest
  readonly annotations: (policyId: string) => Readonly<Record<string, string>> | undefined
  readonly isMonitored: (action: string) => boolean
}

/** Where the active bundle of a tenant comes from; undefined when none is active (then: deny). */
export type BundleSource = (tenant: string) => ActiveBundle | undefined

export type Decide = (
  bundle: ActiveBundle | undefined,
  request: PolicyRequest,
  entryDigest: Digest,
  discharged: readonly string[],
) => Decision
