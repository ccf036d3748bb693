/** A call with everything its decision rests on: what step 4 hands to holding, refusing and dispatching. */
import type { StandingPlan } from '../approval/standing.ts'
import type { ClassifiedCall } from '../catalogue/tool.ts'
import type { Safeguards } from '../evidence/safeguard.ts'
import type { Facts, Seen } from '../facts/facts.ts'
import { gatherFacts } from '../facts/gather.ts'
import type { Decision } from '../policy/decision.ts'
import type { ActiveBundle } from '../policy/ports.ts'
import type { PolicyRequest } from '../policy/request.ts'
import { type Ancestor, leastMode } from './ancestry.ts'
import { type Attached, type DischargeNow, dischargeOf } from './attach.ts'
import type { CallIntent } from './intent.ts'
import type { CallPlace } from './place.ts'
import type { PlannedStep } from './plan-step.ts'
import { decideCall, policyRequests } from './policy-request.ts'
import { safeguardsOf } from './safeguards.ts'
import type { Spine } from './spine.ts'
import type { KnownCall } from './what.ts'

/** A pre-authorisation that covers the call now. */
export type Standing = {
  readonly plan: StandingPlan
  readonly policyIds: readonly string[]
  /** The signer, at the revision they were read. */
  readonly seen: Seen
}

export type Considered = {
  readonly intent: CallIntent
  readonly place: CallPlace
  readonly call: ClassifiedCall
  readonly facts: Facts
  readonly requests: readonly PolicyRequest[]
  readonly bundle: ActiveBundle | undefined
  readonly decision: Decision
  /** What the approval of the call still discharges, or why it no longer does. */
  readonly discharged: DischargeNow
  /** The place of the call in the plan of its task, when it has one. */
  readonly planned?: PlannedStep
  /** The tasks this one was handed over from. */
  readonly above: readonly Ancestor[]
  /** The pre-authorisation the call runs on, when it needs no other yes. */
  readonly standing?: Standing
  /** What it rests on when it destroys evidence; absent when it does not. */
  readonly safeguards?: Safeguards
  readonly attempt: number
}

/** Steps 3 and 4: facts, then the decision, with what an approval discharges. Throws `facts_unavailable`. */
export async function consider(
  spine: Spine,
  intent: CallIntent,
  place: CallPlace,
  what: KnownCall,
  attached: Attached,
  attempt: number,
): Promise<Considered> {
  const { call } = what
  const { tenant, agent, task } = intent.session
  const nowMs = spine.clock.nowMs()
  const found = await gatherFacts(spine.facts, spine.limits.freshness, {
    tenant,
    agent: agent.id,
    task: task.id,
    caseId: task.caseId,
    call,
    outer: { upstream: intent.upstream, name: intent.name },
    nowMs,
  })
  const mode = leastMode(found.agent.mode, what.above)
  const facts = { ...found, agent: { ...found.agent, mode } }
  const requests = policyRequests(call, facts, nowMs)
  const bundle = await spine.bundleAt(tenant, facts.seen.policy ?? 0)
  const decided = (policyIds: readonly string[]) =>
    decideCall(spine.decide, bundle, call, facts, requests, policyIds)
  const fresh = decided([])
  const { fingerprint } = place.label
  const discharged = await dischargeOf(spine, attached, fingerprint, fresh.ruleDigest, nowMs)
  const isDischarged = discharged.kind === 'discharged' && discharged.policyIds.length > 0
  const decision = isDischarged ? decided(discharged.policyIds) : fresh
  // What the call is was read before the facts were; those revisions count.
  const guarded = { ...facts, seen: { ...facts.seen, ...what.seen, ...discharged.seen } }
  const planned = attached.isOpen ? attached.planned : undefined
  const { above } = what
  const safeguards = await safeguardsOf(spine, tenant, task.caseId, call, nowMs)
  const rest = {
    attempt,
    above,
    ...(planned === undefined ? {} : { planned }),
    ...(safeguards === undefined ? {} : { safeguards }),
  }
  return { intent, place, call, facts: guarded, requests, bundle, decision, discharged, ...rest }
}
