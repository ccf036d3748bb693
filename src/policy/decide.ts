/**
 * The policy decision: deny > hold > allow. A matching forbid hides whether anything permits, so a call that
 * is denied only by forbids with obligations is evaluated a second time as if those were met; people are
 * asked only where their yes would help.
 */
import type { Digest } from '../kernel/digest.ts'
import { digestOf } from '../kernel/digest.ts'
import type { FailureCode } from '../kernel/failure.ts'
import { FLOOR_PREFIX } from './bundle.ts'
import type { Decision, Obligation } from './decision.ts'
import { obligationOf, settleRoles } from './obligations.ts'
import type { ActiveBundle, Decide, Verdict } from './ports.ts'
import { codeOfForbid, rankOfCode } from './refusal-code.ts'
import type { PolicyRequest } from './request.ts'

/** Stands for "no bundle" where a digest is needed. */
const NO_BUNDLE: Digest = digestOf('countersign-bundle-v1', new Uint8Array())

/**
 * Decides one call. Pure and total: whatever goes wrong is a deny with `policy_missing` or `policy_error`.
 * `discharged` are ids of policies whose obligations approvals have met; ids without obligation are ignored.
 */
export const decide: Decide = (bundle, request, entryDigest, discharged) => {
  if (bundle === undefined) {
    return {
      kind: 'deny',
      policyIds: [],
      reason: 'policy_missing',
      detail: 'no policy bundle is active for the tenant',
      obligations: [],
      isEnforced: true,
      ruleDigest: NO_BUNDLE,
      bundleDigest: NO_BUNDLE,
    }
  }
  const outcome = outcomeOf(bundle, request, discharged)
  return {
    ...outcome,
    isEnforced: isEnforced(bundle, request, outcome),
    ruleDigest: bundle.ruleDigest(request.call.action, request.call.effect, entryDigest),
    bundleDigest: bundle.bundleDigest,
  }
}

type Outcome = Pick<Decision, 'kind' | 'policyIds' | 'reason' | 'detail' | 'obligations'>

function outcomeOf(
  bundle: ActiveBundle,
  request: PolicyRequest,
  discharged: readonly string[],
): Outcome {
  const done = discharged.filter((id) => obligationOf(id, bundle.annotations(id)) !== undefined)
  const first = bundle.engine.evaluate(request, done)
  if (first.kind === 'error') return policyError(first.detail)
  if (first.kind === 'allow') return allowed(first)
  if (first.policyIds.length === 0) {
    return denied('no_permit', 'no policy permits this action here', [])
  }

  const obligations: Obligation[] = []
  const hard: string[] = []
  for (const id of first.policyIds) {
    const obligation = obligationOf(id, bundle.annotations(id))
    if (obligation === undefined) hard.push(id)
    else obligations.push(obligation)
  }
  if (hard.length > 0) return forbidden(bundle, hard, first.policyIds)

  const probe = bundle.engine.evaluate(request, [...done, ...first.policyIds])
  if (probe.kind === 'error') return policyError(probe.detail)
  if (probe.kind === 'deny') {
    return denied(
      'no_permit_even_if_approved',
      'nothing permits this action, so no approval could',
      union(first.policyIds, probe.policyIds),
    )
  }
  const { action, effect, flags } = request.call
  const owner = bundle.ownerRole(action, effect, request.target.environment, flags)
  return {
    kind: 'hold',
    policyIds: union(first.policyIds, probe.policyIds),
    reason: 'pending_approval',
    detail: obligations.map((one) => one.reason).join(' '),
    obligations: settleRoles(obligations, owner),
  }
}

function allowed(verdict: Extract<Verdict, { kind: 'allow' | 'deny' }>): Outcome {
  return {
    kind: 'allow',
    policyIds: verdict.policyIds,
    reason: 'allowed',
    detail: 'permitted',
    obligations: [],
  }
}

function denied(reason: FailureCode, detail: string, policyIds: readonly string[]): Outcome {
  return { kind: 'deny', policyIds, reason, detail, obligations: [] }
}

function policyError(detail: string): Outcome {
  return denied('policy_error', detail, [])
}

/** Several hard forbids can match; the agent gets the most telling code and that policy's reason. */
function forbidden(bundle: ActiveBundle, hard: readonly string[], all: readonly string[]): Outcome {
  const ranked = hard
    .map((id) => ({ id, code: codeOfForbid(bundle.annotations(id)) }))
    .toSorted((a, b) => rankOfCode(a.code) - rankOfCode(b.code))
  const telling = ranked[0]
  const code = telling?.code ?? 'forbidden'
  const reason = telling === undefined ? undefined : bundle.annotations(telling.id)?.reason
  return denied(code, reason ?? 'a policy forbids this', all)
}

/** A monitored class lets pass what only the packs decide; never an error and never a floor. */
function isEnforced(bundle: ActiveBundle, request: PolicyRequest, outcome: Outcome): boolean {
  if (outcome.kind === 'allow' || outcome.reason === 'policy_error') return true
  if (outcome.policyIds.some((id) => id.startsWith(FLOOR_PREFIX))) return true
  return !bundle.isMonitored(request.call.action, request.nowMs)
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort()
}
