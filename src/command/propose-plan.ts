/**
 * A chain of calls is put to people as a whole. Every step is tried first: a plan with a step nobody could approve
 * is refused and names it. The worst step decides the class, and whoever any step needs has to sign. The
 * statement, the question and the end of an earlier plan of the task are one commit.
 */
import { targetKey } from '../approval/past-decisions.ts'
import { type Plan, wasLeft } from '../approval/plan.ts'
import { wrong } from '../approval/plan-bound.ts'
import { type ProposedStep, readProposal } from '../approval/plan-reader.ts'
import type { ApprovalRequest, Grant } from '../approval/request.ts'
import {
  claimQuestion,
  requestedDraft,
  rungEntries,
  tellAsked,
} from '../enforcement/open-request.ts'
import type { CallPlace } from '../enforcement/place.ts'
import { endPlan } from '../enforcement/plan-end.ts'
import { putToOwner } from '../enforcement/put-to-owner.ts'
import type { TaskSession } from '../enforcement/session.ts'
import type { Spine } from '../enforcement/spine.ts'
import type { Actor, EntryDraft } from '../kernel/entry.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { jsonPayload } from './base.ts'
import { type DrawnPlan, drawPlan } from './draw-plan.ts'
import { requireSafeguards } from './plan-safeguards.ts'
import { type FindTool, type TriedStep, tryStep } from './plan-steps.ts'

export type ProposeParts = Spine & { readonly findTool: FindTool }

export type ProposeInput = {
  /** The task the plan is for, with the agent that works on it. */
  readonly session: TaskSession
  readonly by: Actor
  readonly source: Plan['source']
  readonly proposal: JsonObject
}

export type ProposedPlan = { readonly plan: Plan; readonly request: ApprovalRequest }

/**
 * Throws `plan_invalid`, `evidence_at_risk`, `tool_not_granted`, `too_many_open_requests`, `facts_changed`, or the code a step is refused
 * with; the message names the step. Nobody was asked then.
 */
export async function proposePlan(parts: ProposeParts, input: ProposeInput): Promise<ProposedPlan> {
  const proposal = readProposal(input.proposal)
  const steps: TriedStep[] = []
  for (const [at, step] of proposal.steps.entries()) {
    const place = `steps[${at}]`
    const session = await sessionFor(parts, input.session, step, place)
    const named = step.agent === undefined ? step : { ...step, agent: session.agent.id }
    steps.push(await tryStep(parts, parts.findTool, session, named, place))
  }
  await requireSafeguards(parts, input.session, steps)
  const before = await planBefore(parts, input.session)
  const left = before?.chain === undefined ? undefined : { ...before, chain: before.chain }
  const drawn = await drawPlan(parts, { ...input, proposal, steps, left })
  const request = await ask(parts, input, drawn, before)
  parts.at('request:after')
  return { plan: drawn.plan, request }
}

/** The session of the agent that takes the step: the one the task is of, or another that the step names. */
async function sessionFor(
  parts: Spine,
  session: TaskSession,
  { agent: name }: ProposedStep,
  place: string,
): Promise<TaskSession> {
  if (name === undefined || name === session.agent.id || name === session.agent.name) return session
  const agents = await parts.facts.agents.list(session.tenant)
  const agent = agents.find((each) => each.id === name || each.name === name)
  if (agent === undefined) throw wrong(`${place}.agent`, 'there is no such agent')
  return { ...session, agent }
}

type Before = {
  readonly plan: Plan
  readonly request: ApprovalRequest
  readonly grant: Grant | undefined
  /** The plan whose chain was left and not approved anew since. */
  readonly chain: string | undefined
}

async function planBefore(
  parts: Spine,
  { tenant, task }: TaskSession,
): Promise<Before | undefined> {
  if (task.plan === undefined) return undefined
  const plan = await parts.plans.byId(tenant, task.plan)
  const request = plan && (await parts.approvals.byId(tenant, plan.request))
  if (plan === undefined || request === undefined) return undefined
  const grant = await parts.approvals.grantOf(tenant, request.id)
  const pending = request.state === 'approved' ? undefined : plan.follows
  return {
    plan,
    request,
    grant: grant?.state === 'live' ? grant : undefined,
    chain: wasLeft(plan) ? plan.id : pending,
  }
}

async function ask(
  parts: ProposeParts,
  { session, by }: ProposeInput,
  drawn: DrawnPlan,
  before: Before | undefined,
): Promise<ApprovalRequest> {
  const { plan, statement, packageBytes, bound, worst } = drawn
  const { tenant, task } = session
  const put = await putToOwner(parts, drawn.request, drawn.targets, plan.createdAtMs)
  const { request, onDuty, rungs } = put
  const place: CallPlace = { ...worst.place, callId: plan.id, atMs: plan.createdAtMs, actor: by }
  const asked = requestedDraft(place, request, onDuty, bound.statement, packageBytes, {
    plan: plan.id,
  })
  // The task as it is now and everything the steps were tried on; whoever proposes beside it comes second.
  const seen = { ...worst.facts.seen, [`task/${task.id}`]: task.revision }
  await parts.commit(tenant, async (tx) => {
    await claimQuestion(parts, tx, request, seen)
    const ended =
      before === undefined
        ? []
        : await endPlan(parts, tx, { ...before, actor: by, reason: 'superseded' })
    await parts.facts.tasks.put(tx, { ...task, plan: plan.id })
    await parts.plans.put(tx, plan)
    await parts.approvals.put(tx, request)
    await parts.pastDecisions.remember(tx, request.id, drawn.targets.map(targetKey))
    await tellAsked(parts, tx, request, rungs)
    const climbed = rungEntries(parts, request, rungs)
    return {
      value: undefined,
      entries: [proposedDraft(plan, by, statement), asked, ...climbed, ...ended],
    }
  })
  return request
}

function proposedDraft(plan: Plan, actor: Actor, statement: DrawnPlan['statement']): EntryDraft {
  return {
    id: plan.entry,
    type: 'plan.proposed',
    atMs: plan.createdAtMs,
    actor,
    caseId: plan.caseId,
    task: plan.task,
    data: {
      plan: plan.id,
      digest: plan.digest,
      request: plan.request,
      source: plan.source,
      steps: plan.steps,
      action: plan.action,
      effect: plan.effect,
      deadline: plan.deadlineMs,
      ...(plan.follows === undefined ? {} : { follows: plan.follows }),
    },
    payloads: { statement: jsonPayload(statement, 'operational') },
  }
}
