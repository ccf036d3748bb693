/** The entries a call leaves behind, in one place, so that their shape is read at a glance. Pure. */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import { canonicalBytes } from '../kernel/canonical-json.ts'
import { digestOf } from '../kernel/digest.ts'
import type { EntryDraft, Payload, Receipt } from '../kernel/entry.ts'
import type { Refusal } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { Lease } from '../lease/lease.ts'
import type { Outcome } from './call.ts'
import type { Considered } from './considered.ts'
import type { EffectRecord } from './effect-record.ts'
import type { Lent } from './lent.ts'
import type { CallPlace } from './place.ts'
import { UNDO_PAYLOAD, undoPlanOf } from './record-effect.ts'

type Base = Pick<EntryDraft, 'atMs' | 'actor' | 'caseId' | 'task' | 'call'>

export function baseOf(place: CallPlace): Base {
  const { session, callId, atMs } = place
  return {
    atMs,
    actor: place.actor ?? { kind: 'agent', id: session.agent.id },
    caseId: session.task.caseId,
    task: session.task.id,
    call: callId,
  }
}

/** A no before any policy was reached: unknown, blocked, not granted, unreadable. */
export function refusedDraft(id: string, place: CallPlace, no: Refusal): EntryDraft {
  return {
    ...baseOf(place),
    id,
    type: 'tool.call.decided',
    data: {
      ...place.label,
      action: 'unclassified',
      effect: 'unclassified',
      decision: 'deny',
      enforced: true,
      reason: no.code,
      policies: [],
      attempt: 0,
      mode: place.session.agent.mode,
      purpose: place.session.task.purpose,
    },
    payloads: { arguments: jsonPayload(place.arguments) },
  }
}

/** A decision of the policy with the complete question it answered, so that it can be replayed. */
export function decidedDraft(
  id: string,
  considered: Considered,
  requestId: string | undefined,
): EntryDraft {
  const { place, call, decision, facts, requests, bundle, attempt } = considered
  const target = call.targets[0]
  const asked = jsonPayload(requests)
  return {
    ...baseOf(place),
    id,
    type: 'tool.call.decided',
    data: {
      ...place.label,
      action: call.action,
      effect: call.effect,
      decision: decision.kind,
      enforced: decision.isEnforced,
      reason: decision.reason,
      bundle: decision.bundleDigest,
      rule: decision.ruleDigest,
      policies: decision.policyIds,
      obligations: decision.obligations.map((each) => `${each.requires}:${each.role}`).sort(),
      facts: digestOf('countersign-facts-v1', asked.bytes),
      ...(requestId === undefined ? {} : { request: requestId }),
      ...(place.recommendation === undefined ? {} : { recommendation: place.recommendation }),
      attempt,
      ...(bundle === undefined ? {} : { thresholds: bundle.thresholdsVersion }),
      ...(considered.safeguards === undefined ? {} : { safeguards: considered.safeguards.refs }),
      ...(target === undefined ? {} : { target_kind: target.kind }),
      ...(call.effect === 'influence' ? { direction: call.direction ?? 'none' } : {}),
      ...(facts.stale.length === 0 ? {} : { stale: facts.stale }),
      mode: facts.agent.mode,
      purpose: facts.task.purpose,
    },
    payloads: { arguments: jsonPayload(place.arguments), facts: asked },
  }
}

export function leaseIssuedDraft(
  id: string,
  place: CallPlace,
  lease: Lease,
  decided: string | Receipt,
  lent?: Lent,
): EntryDraft {
  return {
    ...baseOf(place),
    id,
    type: 'lease.issued',
    cites: lent === undefined ? [decided] : [decided, lent.requested],
    data: {
      lease: lease.id,
      kind: lease.kind,
      tool: place.label.tool,
      task: lease.task,
      expires: lease.expiresAtMs,
      residual_until: lent?.issued.residualUntilMs ?? lease.expiresAtMs,
      ...(lent === undefined
        ? {}
        : {
            broker: lent.broker,
            scope: lent.scope,
            broader: lent.isBroader,
            findings: lent.findings,
          }),
    },
  }
}

type DispatchParts = {
  readonly upstream: string
  readonly frame: string
  readonly lease: string
  readonly attempt: number
  readonly grant?: string
  readonly inPlan?: {
    readonly plan: string
    readonly step: number
    readonly compensation?: JsonObject
  }
  readonly cites: readonly (string | Receipt)[]
  /** What the call may leave behind, and how it is taken back. */
  readonly effect?: EffectRecord
  readonly call: ClassifiedCall
}

export function dispatchedDraft(id: string, place: CallPlace, parts: DispatchParts): EntryDraft {
  const { inPlan } = parts
  return {
    ...baseOf(place),
    id,
    type: 'tool.call.dispatched',
    cites: parts.cites,
    data: {
      ...place.label,
      upstream: parts.upstream,
      frame: parts.frame,
      lease: parts.lease,
      attempt: parts.attempt,
      ...(parts.grant === undefined ? {} : { grant: parts.grant }),
      ...(inPlan === undefined ? {} : { plan: inPlan.plan, step: inPlan.step }),
      ...endFields(parts.effect),
      ...(parts.call.before === undefined ? {} : { before: parts.call.before.evidence }),
    },
    ...payloadsOfDispatch(parts),
  }
}

/** How the call is taken back, and with what the plan would compensate it. */
function payloadsOfDispatch({ inPlan, effect, call }: DispatchParts): Pick<EntryDraft, 'payloads'> {
  const payloads = {
    ...(inPlan?.compensation === undefined
      ? {}
      : { compensation: jsonPayload(inPlan.compensation) }),
    ...(effect === undefined ? {} : { [UNDO_PAYLOAD]: jsonPayload(undoPlanOf(call)) }),
  }
  return Object.keys(payloads).length === 0 ? {} : { payloads }
}

/** Until when a containment is meant to last; absent for everything else. */
function endFields(effect: EffectRecord | undefined): { ends?: number; at_end?: string } {
  if (effect?.endsAtMs === undefined || effect.atEnd === undefined) return {}
  return { ends: effect.endsAtMs, at_end: effect.atEnd }
}

export function outcomeDraft(
  id: string,
  place: CallPlace,
  parts: {
    readonly outcome: Outcome
    readonly evidence?: string
    readonly error?: string
    readonly probe?: string
    readonly durationMs: number
    readonly dispatched: Receipt
    readonly result?: Payload
  },
): EntryDraft {
  return {
    ...baseOf(place),
    id,
    type: 'tool.call.outcome',
    cites: [parts.dispatched],
    data: {
      ...place.label,
      outcome: parts.outcome,
      duration_ms: parts.durationMs,
      ...(parts.evidence === undefined ? {} : { evidence: parts.evidence }),
      ...(parts.error === undefined ? {} : { error: parts.error }),
      ...(parts.probe === undefined ? {} : { probe: parts.probe }),
    },
    ...(parts.result === undefined ? {} : { payloads: { result: parts.result } }),
  }
}

export function jsonPayload(
  value: unknown,
  dataClass: Payload['dataClass'] = 'operational',
): Payload {
  return { bytes: canonicalBytes(value), mediaType: 'application/json', dataClass }
}
