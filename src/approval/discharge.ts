/**
 * Turns a grant into the policy ids it discharges, or says why it no longer can. Evaluated with the decision
 * and again inside the dispatch commit; policy text never counts approvers (DESIGN 8, R22).
 */

import type { InstantMs } from '../kernel/clock.ts'
import type { Digest } from '../kernel/digest.ts'
import { type Refusal, refusal } from '../kernel/failure.ts'
import type { Plan, PlanStep } from './plan.ts'
import type { Grant } from './request.ts'

export type Discharge =
  | { readonly kind: 'discharged'; readonly policyIds: readonly string[] }
  | {
      readonly kind: 'void'
      readonly refusal: Refusal
      readonly reason: 'lapsed' | 'superseded' | 'signer_withdrawn' | 'used'
    }

export type DischargeFacts = {
  readonly grant: Grant
  readonly fingerprint: Digest
  /** The rule that decides this action now. */
  readonly ruleDigest: Digest
  /** Ids of signers who are suspended now, or hold none of the roles that were asked any more. */
  readonly withdrawn: readonly string[]
  readonly nowMs: InstantMs
}

/**
 * The same for a step of a plan: the grant is for the plan digest, any of the rules the step was signed under may
 * decide it, and it discharges what was signed for this step alone.
 */
export function dischargeStep(
  facts: DischargeFacts,
  plan: Pick<Plan, 'digest'>,
  step: Pick<PlanStep, 'rules' | 'policies'>,
): Discharge {
  const ruleDigest = step.rules.includes(facts.ruleDigest)
    ? facts.grant.ruleDigest
    : facts.ruleDigest
  const found = discharge({ ...facts, fingerprint: plan.digest, ruleDigest })
  return found.kind === 'void' ? found : { kind: 'discharged', policyIds: step.policies }
}

export function discharge(facts: DischargeFacts): Discharge {
  const { grant, nowMs } = facts
  if (grant.fingerprint !== facts.fingerprint) {
    return {
      kind: 'void',
      reason: 'superseded',
      refusal: refusal('digest_mismatch', 'the approval is for another call'),
    }
  }
  if (grant.state === 'consumed') {
    return {
      kind: 'void',
      reason: 'used',
      refusal: refusal('grant_used', 'the approval was used once already'),
    }
  }
  if (grant.state !== 'live') {
    return {
      kind: 'void',
      reason: 'superseded',
      refusal: refusal('approval_void', `the approval is ${grant.state}`),
    }
  }
  if (grant.expiresAtMs <= nowMs) {
    return {
      kind: 'void',
      reason: 'lapsed',
      refusal: refusal('approval_expired', 'the approval was not used in time'),
    }
  }
  if (grant.ruleDigest !== facts.ruleDigest) {
    return {
      kind: 'void',
      reason: 'superseded',
      refusal: refusal('approval_void', 'the rule changed since it was approved'),
    }
  }
  if (grant.people.some((person) => facts.withdrawn.includes(person))) {
    return {
      kind: 'void',
      reason: 'signer_withdrawn',
      refusal: refusal(
        'approval_void',
        'a person who approved is suspended or holds the role no more',
      ),
    }
  }
  return { kind: 'discharged', policyIds: grant.policyIds }
}
