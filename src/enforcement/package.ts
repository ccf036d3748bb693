/**
 * What a person is shown to decide on: facts the gateway holds itself, and nothing a model wrote (DESIGN 9).
 * Its digest is part of what they sign.
 */
import type { Need } from '../approval/request.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { openSources } from '../task/task.ts'
import type { Considered } from './considered.ts'
import type { Spine } from './spine.ts'

export async function packageOf(
  spine: Spine,
  parts: Considered,
  needs: readonly Need[],
): Promise<JsonObject> {
  const { intent, place, call, facts, decision } = parts
  const { tenant, agent, task } = intent.session
  const denied = await spine.approvals.deniedOf(tenant, agent.id, task.caseId)
  return {
    v: 1,
    tool: place.label.tool,
    action: call.action,
    effect: call.effect,
    arguments: intent.arguments,
    reversibility: call.reversibility,
    inverse:
      call.inverse === undefined
        ? null
        : { tool: call.inverse.tool, arguments: call.inverse.arguments },
    flags: [...call.flags],
    targets: facts.targets.map(({ target, isKnown, asset }) => ({
      kind: target.kind,
      id: target.id,
      is_known: isKnown,
      criticality: asset.criticality,
      environment: asset.environment,
      labels: [...asset.labels],
    })),
    reasons: decision.obligations.map((each) => ({
      policy: each.policyId,
      requires: each.requires,
      role: each.role,
      reason: each.reason,
      control: each.control,
    })),
    needs: needs.map(({ role, strength }) => ({ role, strength })),
    case: {
      id: facts.caseRecord.id,
      external_ref: facts.caseRecord.externalRef,
      title: facts.caseRecord.title,
      severity: facts.caseRecord.severity,
      tags: [...facts.caseRecord.tags],
    },
    agent: { id: facts.agent.id, name: facts.agent.name, mode: facts.agent.mode },
    task: { id: facts.task.id, purpose: facts.task.purpose, on_behalf_of: facts.task.onBehalfOf },
    exposure: {
      labels: [...facts.exposure.labels],
      untrusted_sources: [...openSources(facts.exposure)],
    },
    telemetry_gaps: [...facts.stale],
    denied_before_in_task: denied.filter((each) => each.task === facts.task.id).length,
  }
}
