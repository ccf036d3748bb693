/**
 * What a person is shown to decide on: facts the gateway holds itself (DESIGN 9). Of what a model wrote it holds the
 * arguments, which are the call, and a quote wherever its prose disagrees with the record. Its digest is part of
 * what they sign, so every word of it is.
 */
import { CONSEQUENCES, consequencesOf } from '../approval/consequences.ts'
import { targetKey } from '../approval/past-decisions.ts'
import type { ApprovalRequest, Need } from '../approval/request.ts'
import type { Evidence } from '../evidence/evidence.ts'
import type { Facts, TargetFacts } from '../facts/facts.ts'
import { type JsonObject, parseStrict } from '../kernel/strict-json.ts'
import { openSources } from '../task/task.ts'
import { claimsShown } from './claims-shown.ts'
import type { Considered } from './considered.ts'
import { type ShownEvidence, shownEvidence } from './shown-evidence.ts'
import type { Spine } from './spine.ts'

/** The last few are remembered by whoever reads them; more is a report. */
const MAX_SIMILAR = 5
/** What the task read last; the count says how much more there is. */
const MAX_READ = 20

/** An asset label that begins so names what depends on the asset: `serves:payments`. */
const SERVES = 'serves:'

export async function packageOf(
  spine: Spine,
  parts: Considered,
  needs: readonly Need[],
  changed?: ApprovalRequest,
): Promise<JsonObject> {
  const { intent, facts } = parts
  const { tenant, agent, task } = intent.session
  const [denied, found, similar, modified] = await Promise.all([
    spine.approvals.deniedOf(tenant, agent.id, task.caseId),
    shownEvidence(spine, facts, intent.arguments),
    similarDecisions(spine, parts),
    modificationShown(spine, changed),
  ])
  const claims = await claimsShown(spine, facts, intent.arguments, found)
  return {
    v: 2,
    ...callShown(parts),
    targets: facts.targets.map(targetShown),
    blast_radius: blastRadius(facts),
    ...reasonsShown(parts, needs),
    ...placeShown(facts),
    consequences: consequencesShown(parts),
    ...evidenceShown(found),
    similar,
    claim_flags: [...claims],
    modified,
    safeguards: safeguardsShown(parts),
    telemetry_gaps: [...facts.stale],
    denied_before_in_task: denied.filter((each) => each.task === facts.task.id).length,
  }
}

function callShown({ intent, place, call }: Considered): JsonObject {
  return {
    tool: place.label.tool,
    action: call.action,
    effect: call.effect,
    arguments: intent.arguments,
    reversibility: call.reversibility,
    inverse:
      call.inverse === undefined
        ? null
        : { tool: call.inverse.tool, arguments: call.inverse.arguments },
    collects: call.collection === undefined ? null : { ...call.collection },
    flags: [...call.flags],
  }
}

function targetShown({ target, isKnown, asset }: TargetFacts): JsonObject {
  return {
    kind: target.kind,
    id: target.id,
    is_known: isKnown,
    criticality: asset.criticality,
    environment: asset.environment,
    labels: [...asset.labels],
    dependants: asset.labels.filter(isServing).map((label) => label.slice(SERVES.length)),
  }
}

function isServing(label: string): boolean {
  return label.startsWith(SERVES)
}

/** What could be hit. One target nobody inventoried, and the worst is assumed for all. */
function blastRadius({ targets }: Facts): JsonObject {
  const serves = targets.flatMap(({ asset }) => asset.labels.filter(isServing))
  return {
    targets: targets.length,
    dependants: new Set(serves).size,
    highest_criticality: Math.max(0, ...targets.map(({ asset }) => asset.criticality)),
    basis: targets.every(({ isKnown }) => isKnown) ? 'inventory' : 'assumed_critical',
  }
}

function reasonsShown({ decision, bundle }: Considered, needs: readonly Need[]): JsonObject {
  const { version, criticalFrom, severeUpTo, targetLimit } = bundle?.thresholds ?? {}
  return {
    reasons: decision.obligations.map((each) => ({
      policy: each.policyId,
      requires: each.requires,
      role: each.role,
      reason: each.reason,
      control: each.control,
    })),
    threshold: {
      version: version ?? 'none',
      critical_from: criticalFrom ?? 0,
      severe_up_to: severeUpTo ?? 0,
      target_limit: { ...targetLimit },
    },
    needs: needs.map(({ role, strength }) => ({ role, strength })),
  }
}

function consequencesShown({ call, facts }: Considered): JsonObject {
  const found = consequencesOf({
    severity: facts.caseRecord.severity,
    isCaseStale: facts.stale.includes('case'),
    tags: facts.caseRecord.tags,
    flags: call.flags,
    targets: facts.targets.map(({ isKnown, asset }) => ({ isKnown, ...asset })),
  })
  return Object.fromEntries(
    CONSEQUENCES.map((name) => {
      const { state, values } = found[name]
      return [name, { state, values: [...values] }]
    }),
  )
}

/** What a call that destroys evidence rests on: calls and waivers that can be looked up. */
function safeguardsShown({ safeguards }: Considered): JsonObject | null {
  if (safeguards === undefined) return null
  return { rests_on: [...safeguards.refs], missing: [...safeguards.missing] }
}

function placeShown({ caseRecord, agent, task, exposure }: Facts): JsonObject {
  return {
    case: {
      id: caseRecord.id,
      external_ref: caseRecord.externalRef,
      title: caseRecord.title,
      severity: caseRecord.severity,
      tags: [...caseRecord.tags],
    },
    agent: { id: agent.id, name: agent.name, mode: agent.mode },
    task: { id: task.id, purpose: task.purpose, on_behalf_of: task.onBehalfOf },
    exposure: {
      labels: [...exposure.labels],
      untrusted_sources: [...openSources(exposure)],
    },
  }
}

function evidenceShown({
  sources,
  items,
  recommendations,
  searched,
  read,
}: ShownEvidence): JsonObject {
  return {
    argument_sources: sources.map(({ path, source, evidence }) => ({
      path,
      source,
      evidence: [...evidence],
    })),
    searched: { ...searched },
    evidence: items.map(({ evidence, citedBy, supports }) => ({
      ...evidenceLine(evidence),
      digest: evidence.digest,
      cited_by: [...citedBy],
      supports: [...supports],
    })),
    recommendations: recommendations.map(({ id, status, owner, evidence, atMs }) => ({
      id,
      status,
      owner,
      evidence: [...evidence],
      at_ms: atMs,
    })),
    read: { results: read.length, newest: read.slice(0, MAX_READ).map(evidenceLine) },
  }
}

function evidenceLine({ id, tool, call, labels, atMs }: Evidence): JsonObject {
  return { id, tool, call, labels: [...labels], at_ms: atMs }
}

/** Whose arguments these are, when a person changed them, and what was changed. */
async function modificationShown(
  spine: Spine,
  changed: ApprovalRequest | undefined,
): Promise<JsonObject | null> {
  if (changed?.decidedBy === undefined || changed.decisionEntry === undefined) return null
  const stored = await spine.payloads.open(changed.tenant, changed.decisionEntry, 'changes')
  const changes = stored.state === 'present' ? parseStrict(stored.bytes) : []
  return { from: changed.id, by: changed.decidedBy, changes }
}

async function similarDecisions(
  spine: Spine,
  { intent, call }: Considered,
): Promise<readonly JsonObject[]> {
  const { tenant } = intent.session
  const targets = call.targets.map(targetKey)
  const past = await spine.pastDecisions.like(tenant, call.action, targets, MAX_SIMILAR)
  return Promise.all(
    past.map(async ({ request, isSameAction, isSameTarget }) => {
      const ran = await spine.calls.byId(tenant, request.call)
      return {
        request: request.id,
        same_action: isSameAction,
        same_target: isSameTarget,
        action: request.action,
        state: request.state,
        reason_code: request.reasonCode ?? null,
        decided_by: request.decidedBy ?? null,
        decided_at_ms: request.decidedAtMs ?? null,
        outcome: ran?.outcome ?? null,
      }
    }),
  )
}
