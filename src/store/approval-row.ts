/** An approval request as a row and back. */
import type {
  ApprovalRequest,
  Claim,
  EvidenceRule,
  Need,
  RequestState,
} from '../approval/request.ts'
import { flag, fromJson, jsonText, present, strings } from './row-values.ts'
import type { DB } from './schema.ts'

type Row = DB['approval_request']

/** All columns but the key and the revision. */
export function requestColumns(request: ApprovalRequest): Omit<Row, 'tenant' | 'id' | 'revision'> {
  return {
    call: request.call,
    task: request.task,
    agent: request.agent,
    case_id: request.caseId,
    on_behalf_of: request.onBehalfOf,
    agent_owner: request.agentOwner,
    tool: request.tool,
    action: request.action,
    effect: request.effect,
    is_irreversible: flag(request.isIrreversible),
    fingerprint: request.fingerprint,
    action_digest: request.actionDigest,
    request_entry: request.requestEntry,
    needs: jsonText(request.needs),
    policy_ids: jsonText(request.policyIds),
    rule_digest: request.ruleDigest,
    definition_digest: request.definitionDigest,
    owner: request.owner ?? null,
    claim: request.claim,
    upgrades_purpose: flag(request.upgradesPurpose),
    state: request.state,
    reason_code: request.reasonCode ?? null,
    created_at_ms: request.createdAtMs,
    expires_at_ms: request.expiresAtMs,
    decided_at_ms: request.decidedAtMs ?? null,
    decided_by: request.decidedBy ?? null,
    viewed_at_ms: request.viewedAtMs ?? null,
    decision_entry: request.decisionEntry ?? null,
    acknowledged_at_ms: request.acknowledgedAtMs ?? null,
    acknowledged_by: request.acknowledgedBy ?? null,
    modified_from: request.modifiedFrom ?? null,
    modified_by: request.modifiedBy ?? null,
    suggested_fingerprint: request.suggestedFingerprint ?? null,
    evidence_rule: request.evidenceRule ?? null,
  }
}

export function requestOf(row: Row): ApprovalRequest {
  return {
    tenant: row.tenant,
    id: row.id,
    call: row.call,
    task: row.task,
    agent: row.agent,
    caseId: row.case_id,
    onBehalfOf: row.on_behalf_of,
    agentOwner: row.agent_owner,
    tool: row.tool,
    action: row.action,
    effect: row.effect,
    isIrreversible: row.is_irreversible === 1,
    fingerprint: row.fingerprint,
    actionDigest: row.action_digest,
    requestEntry: row.request_entry,
    needs: fromJson<readonly Need[]>(row.needs),
    policyIds: strings(row.policy_ids),
    ruleDigest: row.rule_digest,
    definitionDigest: row.definition_digest,
    ...present('owner', row.owner),
    claim: row.claim as Claim,
    upgradesPurpose: row.upgrades_purpose === 1,
    state: row.state as RequestState,
    ...present('reasonCode', row.reason_code),
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
    ...present('decidedAtMs', row.decided_at_ms),
    ...present('decidedBy', row.decided_by),
    ...present('viewedAtMs', row.viewed_at_ms),
    ...present('decisionEntry', row.decision_entry),
    ...present('acknowledgedAtMs', row.acknowledged_at_ms),
    ...present('acknowledgedBy', row.acknowledged_by),
    ...present('modifiedFrom', row.modified_from),
    ...present('modifiedBy', row.modified_by),
    ...present('suggestedFingerprint', row.suggested_fingerprint),
    ...present('evidenceRule', row.evidence_rule as EvidenceRule | null),
    revision: row.revision,
  }
}
