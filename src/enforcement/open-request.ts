/**
 * Step 5: the question to a person. It is durable, with everything shown and everything that would be sent,
 * before anybody waits for it. A crash before the commit: nobody was asked. After it: the request is found
 * again by the call's fingerprint.
 */
import { bindAction } from '../approval/binding.ts'
import { needsOf } from '../approval/needs.ts'
import { askedNotices } from '../approval/notices.ts'
import { targetKey } from '../approval/past-decisions.ts'
import type { ApprovalRequest, Need } from '../approval/request.ts'
import type { Rung } from '../approval/rung.ts'
import { atLeast } from '../catalogue/tool.ts'
import type { Seen } from '../facts/facts.ts'
import type { Role } from '../identity/person.ts'
import { canonicalBytes } from '../kernel/canonical-json.ts'
import type { Tx } from '../kernel/commit.ts'
import { digestOf } from '../kernel/digest.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { OnCall } from '../roster/on-call.ts'
import { pageRungs, rungDraft } from './climb.ts'
import type { Considered } from './considered.ts'
import { baseOf, decidedDraft, jsonPayload } from './entries.ts'
import { packageOf } from './package.ts'
import type { CallPlace } from './place.ts'
import { putToOwner } from './put-to-owner.ts'
import { recordOf } from './record.ts'
import { riskOf } from './risk.ts'
import type { Spine } from './spine.ts'

/**
 * Commits the question. Throws `conflict` when a parallel identical call asked it a moment ago: the caller
 * then attaches to that request. Throws `too_many_open_requests`, `too_many_new_requests`, and `facts_changed` when what would be shown
 * is true no more.
 */
export async function openRequest(spine: Spine, parts: Considered): Promise<ApprovalRequest> {
  const { place, call, facts, decision } = parts
  const { tenant } = place.session
  const nowMs = spine.clock.nowMs()
  const needs = needsOf(decision.obligations, ownerRole(parts))
  const changed = await spine.approvals.modifiedTo(tenant, place.label.fingerprint)
  const packageBytes = canonicalBytes(await packageOf(spine, parts, needs, changed))
  const ids = { request: spine.nextId(), entry: spine.nextId(), nonce: spine.nextId() }
  const expiresAtMs = Math.min(nowMs + spine.limits.requestLifetimeMs, facts.task.expiresAtMs)
  const bound = bindAction({
    tenant,
    request: ids.request,
    fingerprint: place.label.fingerprint,
    action: call.action,
    targets: call.targets,
    ruleDigest: decision.ruleDigest,
    needs,
    evidence: digestOf('countersign-evidence-v1', packageBytes),
    expiresAtMs,
    nonce: ids.nonce,
  })
  const unowned = {
    ...requestOf(parts, needs, nowMs, expiresAtMs),
    ...(changed?.decidedBy === undefined
      ? {}
      : { modifiedFrom: changed.id, modifiedBy: changed.decidedBy }),
    id: ids.request,
    requestEntry: ids.entry,
    actionDigest: bound.actionDigest,
  }
  const { request, onDuty, rungs } = await putToOwner(spine, unowned, call.targets, nowMs)
  const { arguments: args, kind, name, upstream } = parts.intent
  const intent = { arguments: args, kind, name, upstream }
  const asked = requestedDraft(place, request, onDuty, bound.statement, packageBytes, intent)
  await spine.commit(tenant, async (tx) => {
    await claimQuestion(spine, tx, request, facts.seen)
    await spine.approvals.put(tx, request)
    await spine.pastDecisions.remember(tx, request.id, call.targets.map(targetKey))
    await tellAsked(spine, tx, request, rungs)
    const { action, effect } = call
    const record = recordOf(place, { action, effect, state: 'held', request: request.id }, nowMs)
    await spine.calls.put(tx, record)
    const decided = decidedDraft(spine.nextId(), parts, request.id)
    return { value: undefined, entries: [decided, asked, ...rungEntries(spine, request, rungs)] }
  })
  spine.at('request:after')
  return request
}

/** Pages the owner, the backup too where it burns, and everybody who signs beside them. */
export async function tellAsked(
  spine: Spine,
  tx: Tx,
  request: ApprovalRequest,
  rungs: readonly Rung[],
): Promise<void> {
  for (const notice of askedNotices(request, spine.nextId)) await spine.notices.put(tx, notice)
  await pageRungs(spine, tx, request, rungs)
}

/** What had to happen at once, because nobody of the role could be asked. */
export function rungEntries(
  spine: Spine,
  request: ApprovalRequest,
  rungs: readonly Rung[],
): readonly EntryDraft[] {
  return rungs.map((rung) => rungDraft(spine, request, rung, { kind: 'system', id: 'ladder' }))
}

/** A burst is measured over so long: as long as a person needs to read a few of them. */
const BURST_WINDOW_MS = 5 * 60_000

/** One question per call and so many per agent, also when an agent asks for many at the same time. */
export async function claimQuestion(
  spine: Spine,
  tx: Tx,
  request: ApprovalRequest,
  seen: Seen,
): Promise<void> {
  const { revisions } = spine.facts
  const changed = await revisions.changed(tx, seen)
  if (changed.length > 0)
    throw new Failure('facts_changed', `changed meanwhile: ${changed.join(', ')}`)
  // Nobody reads this revision. Raising it puts the questions of one agent in order, on every node.
  await revisions.raise(tx, `questions/${request.agent}`)
  const open = await spine.approvals.pendingOf(tx, request.agent)
  if (open.some(({ fingerprint }) => fingerprint === request.fingerprint)) {
    throw new Failure('conflict', 'the same call asked a moment ago')
  }
  if (open.length >= spine.limits.openRequestsPerAgent) {
    const why = `${open.length} requests of this agent wait for people`
    throw new Failure('too_many_open_requests', why)
  }
  const { newRequestsPerAgent: most } = spine.limits
  const key = `requests/${request.agent}`
  if (!(await spine.budgets.take(tx, key, 1, most, BURST_WINDOW_MS, request.createdAtMs))) {
    const why = `${most} requests in ${BURST_WINDOW_MS / 60_000} minutes are as many as people can read`
    throw new Failure('too_many_new_requests', why)
  }
}

type Unnumbered = Omit<ApprovalRequest, 'id' | 'requestEntry' | 'actionDigest'>

export function requestOf(
  parts: Considered,
  needs: readonly Need[],
  createdAtMs: number,
  expiresAtMs: number,
): Unnumbered {
  const { intent, place, call, decision } = parts
  const { tenant, task, agent } = intent.session
  return {
    tenant,
    call: place.callId,
    task: task.id,
    agent: agent.id,
    caseId: task.caseId,
    onBehalfOf: task.onBehalfOf,
    agentOwner: agent.owner,
    tool: place.label.tool,
    action: call.action,
    effect: call.effect,
    isIrreversible: call.reversibility === 'irreversible',
    fingerprint: place.label.fingerprint,
    needs,
    risk: riskOf(parts.call, parts.facts),
    policyIds: decision.policyIds,
    ruleDigest: decision.ruleDigest,
    definitionDigest: place.label.definition,
    claim: intent.claim,
    upgradesPurpose: task.purpose !== 'respond' && atLeast(call.effect, 'write'),
    state: 'pending',
    createdAtMs,
    expiresAtMs,
    revision: 0,
  }
}

export function requestedDraft(
  place: CallPlace,
  request: ApprovalRequest,
  onDuty: OnCall | undefined,
  statement: string,
  packageBytes: Uint8Array,
  intent: JsonObject,
): EntryDraft {
  const { needs } = request
  const json = { mediaType: 'application/json', dataClass: 'operational' } as const
  return {
    ...baseOf(place),
    id: request.requestEntry,
    type: 'approval.requested',
    data: {
      request: request.id,
      action_digest: request.actionDigest,
      role: needs[0]?.role ?? 'incident-commander',
      ...(onDuty === undefined ? {} : ownerFields(onDuty)),
      strength: needs[0]?.strength ?? 'approve',
      expires: request.expiresAtMs,
      claim: request.claim,
    },
    payloads: {
      statement: { bytes: new TextEncoder().encode(statement), ...json },
      package: { bytes: packageBytes, ...json },
      intent: jsonPayload(intent),
    },
  }
}

/** Who was asked, and how we knew that it is them. */
function ownerFields({ who, untilMs, source, digest, isStale }: OnCall): EntryDraft['data'] {
  return {
    owner: who,
    owner_until: untilMs,
    roster: source,
    ...(digest === undefined ? {} : { roster_digest: digest }),
    roster_stale: isStale,
  }
}

/** What `owner` stands for here: the one role that answers for this class in this environment (R153). */
function ownerRole({ bundle, call, facts }: Considered): Role {
  const environment = facts.targets[0]?.asset.environment ?? 'unknown'
  const role = bundle?.ownerRole(call.action, call.effect, environment, call.flags)
  return role ?? 'incident-commander'
}
