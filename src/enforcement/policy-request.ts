/** Steps 3 and 4: from facts to the flat question the policy is asked, one per target. Pure. */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import type { Facts, TargetFacts } from '../facts/facts.ts'
import { stopFor } from '../facts/gather.ts'
import { digestOf } from '../kernel/digest.ts'
import type { Decision } from '../policy/decision.ts'
import type { ActiveBundle, Decide } from '../policy/ports.ts'
import type { PolicyRequest, PolicyTarget } from '../policy/request.ts'
import { openSources } from '../task/task.ts'

/** What a call without a target acts upon: nothing in particular, and nothing critical. */
const NO_TARGET: PolicyTarget = {
  criticality: 0,
  environment: 'unknown',
  id: 'none',
  isKnown: true,
  isNeverTouch: false,
  kind: 'none',
  labels: [],
}
const NO_BUNDLE = digestOf('countersign-bundle-v1', new Uint8Array())

export function policyRequests(
  call: ClassifiedCall,
  facts: Facts,
  nowMs: number,
): readonly PolicyRequest[] {
  const { agent, task, caseRecord, exposure } = facts
  // Members in their canonical order here and below: each question goes on record, and is written fastest so.
  const before = {
    agent: { id: agent.id, mode: agent.mode, owner: agent.owner, state: agent.state },
    call: {
      action: call.action,
      direction: call.direction ?? 'none',
      effect: call.effect,
      // What goes with the call is decided with it: nobody is asked about a collection afterwards.
      flags: call.collection === undefined ? call.flags : [...call.flags, 'collects-evidence'],
      hasInverse: call.inverse !== undefined,
      reversibility: call.reversibility,
      targetCount: call.targets.length,
      tool: call.tool.exposedName,
      upstream: call.tool.upstream,
    },
    exposure: { labels: exposure.labels, untrustedSources: openSources(exposure) },
    incident: {
      ageMs: facts.caseAgeMs,
      id: caseRecord.id,
      isOpen: caseRecord.state === 'open',
      severity: caseRecord.severity,
      tags: caseRecord.tags,
    },
    nowMs,
    stale: facts.stale,
  } as const
  const after = {
    task: {
      id: task.id,
      isOpen: task.state === 'open' && task.expiresAtMs > nowMs,
      onBehalfOf: task.onBehalfOf,
      purpose: task.purpose,
    },
    tenant: agent.tenant,
  } as const
  const targets = facts.targets.length === 0 ? [NO_TARGET] : facts.targets.map(policyTarget)
  return targets.map((target) => ({ ...before, target, ...after }))
}

function policyTarget({ target, isKnown, asset }: TargetFacts): PolicyTarget {
  return {
    criticality: asset.criticality,
    environment: asset.environment,
    id: target.id,
    isKnown,
    isNeverTouch: asset.isNeverTouch,
    kind: target.kind,
    labels: asset.labels,
  }
}

/**
 * One decision for the whole call: a stop before anything else, then the worst over its targets. Deny beats
 * hold beats allow; obligations add up.
 */
export function decideCall(
  decide: Decide,
  bundle: ActiveBundle | undefined,
  call: ClassifiedCall,
  facts: Facts,
  requests: readonly PolicyRequest[],
  discharged: readonly string[],
): Decision {
  const stop = stopFor(facts.stops, call, facts.agent.id)
  if (stop !== undefined) {
    return {
      kind: 'deny',
      policyIds: [],
      reason: 'stopped',
      detail: `a person stopped ${stop.scope}`,
      obligations: [],
      isEnforced: true,
      bundleDigest: bundle?.bundleDigest ?? NO_BUNDLE,
      ruleDigest: bundle?.ruleDigest(call.action, call.effect, call.entryDigest) ?? NO_BUNDLE,
    }
  }
  const all = requests.map((request) => decide(bundle, request, call.entryDigest, discharged))
  const decision = all.reduce(worse)
  if (decision.reason !== 'facts_unavailable') return decision
  return { ...decision, detail: `${decision.detail} Not known now: ${facts.stale.join(', ')}.` }
}

const RANK = { allow: 0, hold: 1, deny: 2 } as const

function worse(a: Decision, b: Decision): Decision {
  const first = RANK[b.kind] > RANK[a.kind] ? b : a
  const other = first === a ? b : a
  const seen = new Set(first.obligations.map((each) => each.policyId))
  const obligations =
    first.kind === 'hold'
      ? [...first.obligations, ...other.obligations.filter((each) => !seen.has(each.policyId))]
      : first.obligations
  return {
    ...first,
    obligations,
    policyIds: [...new Set([...first.policyIds, ...other.policyIds])].sort(),
    isEnforced: first.isEnforced || (other.kind === first.kind && other.isEnforced),
  }
}
