/**
 * How a plan ends, and how a call takes its place in one. Both inside a commit that also tells it. Whoever locks
 * both takes the grant before the plan, so that two of them cannot wait for each other.
 */
import type { Plan, StopReason } from '../approval/plan.ts'
import type { ApprovalRequest, Grant } from '../approval/request.ts'
import { closed } from '../approval/resolve.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Actor, EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Considered } from './considered.ts'
import type { PlannedStep } from './plan-step.ts'
import type { Spine } from './spine.ts'
import { supersede } from './supersede.ts'

type Parts = Pick<Spine, 'plans' | 'approvals' | 'notices' | 'nextId' | 'clock'>

export type PlanEnd = {
  readonly plan: Plan
  readonly reason: StopReason
  readonly actor: Actor
  readonly grant?: Grant | undefined
}

/**
 * Ends an open plan: its question is closed or its grant void, and the people it concerns are told. Nothing when
 * it ended before.
 */
export async function endPlan(parts: Parts, tx: Tx, end: PlanEnd): Promise<readonly EntryDraft[]> {
  const { plan, reason, actor, grant } = end
  const atMs = parts.clock.nowMs()
  const isVoid =
    grant !== undefined &&
    (await parts.approvals.settleGrant(
      tx,
      grant.id,
      reason === 'lapsed' || reason === 'expired' ? 'lapsed' : 'void',
    ))
  const request = await parts.approvals.lock(tx, plan.request)
  if (!(await parts.plans.end(tx, plan.id, 'stopped', reason, atMs))) {
    if (isVoid) throw new Failure('facts_changed', 'the plan ended meanwhile')
    return []
  }
  const base = { atMs, actor, caseId: plan.caseId, task: plan.task } as const
  const entries: EntryDraft[] = []
  if (isVoid && grant !== undefined) {
    entries.push({
      ...base,
      id: parts.nextId(),
      type: 'grant.voided',
      data: { request: grant.request, action_digest: grant.actionDigest, grant: grant.id, reason },
    })
  }
  if (request?.state === 'pending') {
    await parts.approvals.put(tx, closed(request, 'cancelled', personOf(actor), atMs, reason))
    entries.push({
      ...base,
      id: parts.nextId(),
      type: 'approval.cancelled',
      data: { request: request.id, action_digest: request.actionDigest, reason },
    })
  }
  if (request !== undefined) await tellStopped(parts, tx, plan, request, personOf(actor))
  entries.push({
    ...base,
    id: parts.nextId(),
    type: 'plan.stopped',
    data: {
      plan: plan.id,
      reason,
      calls: plan.calls,
      ...(personOf(actor) === undefined ? {} : { person: actor.id }),
    },
  })
  return entries
}

function personOf(actor: Actor): string | undefined {
  return actor.kind === 'person' ? actor.id : undefined
}

/** Whoever answers for the plan hears at once that the chain stands still half way. */
async function tellStopped(
  parts: Parts,
  tx: Tx,
  plan: Plan,
  request: ApprovalRequest,
  by: string | undefined,
) {
  const people = new Set([plan.holder ?? request.decidedBy ?? request.owner, request.onBehalfOf])
  for (const person of people) {
    if (person === undefined || person === by) continue
    await parts.notices.put(tx, {
      tenant: plan.tenant,
      id: parts.nextId(),
      kind: 'plan.stopped',
      urgency: 'page',
      to: { person },
      about: { plan: plan.id, request: request.id, caseId: plan.caseId },
      atMs: parts.clock.nowMs(),
    })
  }
}

/**
 * Takes the next place in the plan, once. Throws `facts_changed` when another call took it or the plan ended; then
 * nothing is sent and the call is considered again.
 */
export async function takeStep(
  spine: Spine,
  tx: Tx,
  { place, facts }: Considered,
  planned: PlannedStep,
  dispatchedEntry: string,
): Promise<readonly EntryDraft[]> {
  const { plan, grant, index, at, targets, isLast } = planned
  const atMs = spine.clock.nowMs()
  const current = await spine.approvals.lockGrant(tx, grant.id)
  if (current?.state !== 'live')
    throw new Failure('facts_changed', 'the approval of the plan ended meanwhile')
  const use = {
    tenant: plan.tenant,
    plan: plan.id,
    at,
    step: index,
    call: place.callId,
    entry: dispatchedEntry,
    targets,
    atMs,
  }
  if (!(await spine.plans.take(tx, use)))
    throw new Failure('facts_changed', 'the plan moved meanwhile')
  const entries: EntryDraft[] = []
  // A person may have been asked about this very call before the plan was approved; that question is moot.
  const twins = await spine.approvals.pendingOf(tx, facts.agent.id)
  for (const twin of twins.filter((each) => each.fingerprint === place.label.fingerprint)) {
    entries.push(...(await supersede(spine, tx, place, twin)))
  }
  if (!isLast) return entries
  await spine.approvals.settleGrant(tx, grant.id, 'consumed')
  await spine.plans.end(tx, plan.id, 'completed', undefined, atMs)
  entries.push({
    id: spine.nextId(),
    atMs,
    actor: { kind: 'agent', id: facts.agent.id },
    caseId: plan.caseId,
    task: plan.task,
    type: 'plan.completed',
    data: { plan: plan.id, calls: at + 1 },
  })
  return entries
}
