import type { Effect } from '../catalogue/tool.ts'
import type { Role } from '../identity/person.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Thresholds } from './bundle.ts'
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
  /** Version of the risk-threshold document that decisions under this bundle rest on (R35). */
  readonly thresholdsVersion: string
  /** The thresholds themselves, for people to read. */
  readonly thresholds: Thresholds
  /**
   * Digest of what decides this (action, effect): its shard, schema, thresholds, catalogue entry digest. A
   * change elsewhere in the bundle leaves it as it is (R22).
   */
  readonly ruleDigest: (action: string, effect: Effect, entryDigest: Digest) => Digest
  readonly annotations: (policyId: string) => Readonly<Record<string, string>> | undefined
  /** The role that owns this class in this environment; exactly one (R153). */
  readonly ownerRole: (
    action: string,
    effect: Effect,
    environment: string,
    flags: readonly string[],
  ) => Role
  /** Whether the action is in a monitored class that has not expired at `nowMs`. */
  readonly isMonitored: (action: string, nowMs: number) => boolean
}

export type Decide = (
  bundle: ActiveBundle | undefined,
  request: PolicyRequest,
  entryDigest: Digest,
  discharged: readonly string[],
) => Decision
