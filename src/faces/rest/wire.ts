/** From the product's words to the wire's, one function each. Undefined members are left out by the serialiser. */
import type { z } from 'zod'
import { accountableRole } from '../../approval/ownership.ts'
import type { ApprovalRequest } from '../../approval/request.ts'
import type { Asset } from '../../case/asset.ts'
import type { Case } from '../../case/case.ts'
import type { Drill } from '../../catalogue/ports.ts'
import type { Tool } from '../../catalogue/tool.ts'
import { needsPasskey } from '../../command/countersign.ts'
import type { approvalSummary } from '../../contract/approvals.ts'
import type { asset, call, caseRecord } from '../../contract/cases.ts'
import type { stop } from '../../contract/stops.ts'
import type { task } from '../../contract/tasks.ts'
import type { tool } from '../../contract/tools.ts'
import type { receipt } from '../../contract/words.ts'
import type { CallRecord } from '../../enforcement/call.ts'
import type { Stop } from '../../facts/facts.ts'
import type { Receipt } from '../../kernel/entry.ts'
import type { Task } from '../../task/task.ts'

export function receiptsWire(receipts: readonly Receipt[]): z.output<typeof receipt>[] {
  return receipts.map(({ entryId, type, index, leafHash }) => ({
    entry: entryId,
    type,
    index,
    leaf_hash: leafHash,
  }))
}

export function caseWire(record: Case): z.output<typeof caseRecord> {
  return {
    id: record.id,
    external_ref: record.externalRef,
    title: record.title,
    state: record.state,
    severity: record.severity,
    tags: [...record.tags],
    owner: record.owner,
    observed_at_ms: record.observedAtMs,
  }
}

export function assetWire(record: Asset): z.output<typeof asset> {
  return {
    id: record.id,
    kind: record.kind,
    name: record.name,
    criticality: record.criticality,
    environment: record.environment,
    never_touch: record.isNeverTouch,
    labels: [...record.labels],
    observed_at_ms: record.observedAtMs,
  }
}

export function callWire(record: CallRecord): z.output<typeof call> {
  return {
    id: record.id,
    task: record.task,
    agent: record.agent,
    tool: record.tool,
    upstream: record.upstream,
    action: record.action,
    effect: record.effect,
    state: record.state,
    outcome: record.outcome,
    fingerprint: record.fingerprint,
    approval: record.request,
    evidence: record.evidence,
    created_at_ms: record.createdAtMs,
    updated_at_ms: record.updatedAtMs,
  }
}

export function taskWire(record: Task): z.output<typeof task> {
  return {
    id: record.id,
    agent: record.agent,
    case: record.caseId,
    purpose: record.purpose,
    scope: [...record.scope],
    on_behalf_of: record.onBehalfOf,
    state: record.state,
    opened_at_ms: record.openedAtMs,
    expires_at_ms: record.expiresAtMs,
  }
}

export function approvalWire(request: ApprovalRequest): z.output<typeof approvalSummary> {
  return {
    id: request.id,
    state: request.state,
    reason_code: request.reasonCode,
    call: request.call,
    task: request.task,
    case: request.caseId,
    agent: request.agent,
    on_behalf_of: request.onBehalfOf,
    tool: request.tool,
    action: request.action,
    effect: request.effect,
    irreversible: request.isIrreversible,
    action_digest: request.actionDigest,
    needs: request.needs.map(({ role, strength, policyIds }) => ({
      role,
      strength,
      policies: [...policyIds],
    })),
    owner: request.owner,
    accountable: accountableRole(request),
    upgrades_purpose: request.upgradesPurpose,
    needs_passkey: needsPasskey(request.effect),
    created_at_ms: request.createdAtMs,
    expires_at_ms: request.expiresAtMs,
    plan: request.plan,
    decided_at_ms: request.decidedAtMs,
    decided_by: request.decidedBy,
    modified_from: request.modifiedFrom,
    modified_by: request.modifiedBy,
    acknowledged_at_ms: request.acknowledgedAtMs,
    acknowledged_by: request.acknowledgedBy,
  }
}

/** An exercise counts for the entry that was exercised; after another review there is none yet. */
export function toolWire(record: Tool, drills: readonly Drill[] = []): z.output<typeof tool> {
  const drilled = drills.find(
    ({ upstream, name, entryDigest }) =>
      upstream === record.upstream &&
      name === record.name &&
      entryDigest === record.reviewed?.entryDigest,
  )
  return {
    upstream: record.upstream,
    kind: record.kind,
    name: record.name,
    exposed_name: record.exposedName,
    status: record.status,
    findings: [...record.findings],
    definition_digest: record.definitionDigest,
    reviewed_by: record.reviewed?.by,
    effect: record.reviewed?.entry.worst.effect,
    has_inverse: record.reviewed?.entry.worst.inverse !== undefined,
    inverse_exercised_at_ms: drilled?.atMs,
  }
}

export function stopWire(record: Stop): z.output<typeof stop> {
  return {
    id: record.id,
    scope: record.scope,
    subject: record.subject,
    pressed_by: record.pressedBy,
    pressed_at_ms: record.pressedAtMs,
  }
}
