/** What people do with plans beside deciding on them: look, propose, stop, and see what would take it back. */
import { proposalFromCacao } from '../approval/cacao.ts'
import type { Plan, PlanStatement } from '../approval/plan.ts'
import type { ApprovalRequest, Grant } from '../approval/request.ts'
import { endPlan } from '../enforcement/plan-end.ts'
import { readStatement } from '../enforcement/plan-step.ts'
import type { TaskSession } from '../enforcement/session.ts'
import type { Person } from '../identity/person.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject, parseStrict } from '../kernel/strict-json.ts'
import { reasonOf, textPayload } from './decision-parts.ts'
import { requirePermission } from './permissions.ts'
import { type ProposeParts, proposePlan } from './propose-plan.ts'

/** `running` may release its next step now. `void`: approved, and the approval ended with nobody using it up. */
export type PlanStatus =
  | 'proposed'
  | 'running'
  | 'completed'
  | 'stopped'
  | 'denied'
  | 'expired'
  | 'cancelled'
  | 'void'

export type PlanView = Plan & { readonly status: PlanStatus }

/** A call that takes one of the done steps back. Offered; running it is a call like any other. */
export type Undo = {
  readonly step: number
  readonly call: string
  readonly tool: string
  readonly arguments: JsonObject
  readonly from: 'catalogue' | 'plan'
}

export type PlanDetail = PlanView & {
  readonly statement: PlanStatement
  readonly made: readonly { step: number; call: string; outcome?: string; atMs: number }[]
  readonly undo: readonly Undo[]
}

type ByPerson = { readonly tenant: string; readonly person: Person }

/** A proposal in our own words, or a CACAO 2.0 playbook. */
export type Proposing = ByPerson & { readonly taskId: string } & (
    | { readonly source: 'person'; readonly proposal: JsonObject }
    | { readonly source: 'cacao'; readonly playbook: JsonObject }
  )

export type PlanCommands = {
  readonly list: (tenant: string, status?: PlanStatus) => Promise<readonly PlanView[]>
  readonly show: (tenant: string, id: string) => Promise<PlanDetail>
  readonly propose: (input: Proposing) => Promise<PlanView>
  readonly stop: (
    input: ByPerson & { planId: string; reason: string },
  ) => Promise<{ readonly plan: PlanView; readonly receipts: readonly Receipt[] }>
}

export function makePlanCommands(parts: ProposeParts): PlanCommands {
  return {
    list: async (tenant, status) => {
      const plans = await Promise.all(
        (await parts.plans.list(tenant)).map((plan) => viewOf(parts, plan)),
      )
      return status === undefined ? plans : plans.filter((plan) => plan.status === status)
    },
    show: (tenant, id) => show(parts, tenant, id),
    propose: (input) => propose(parts, input),
    stop: (input) => stop(parts, input),
  }
}

async function viewOf(parts: ProposeParts, plan: Plan): Promise<PlanView> {
  const { request, grant } = await approvalOf(parts, plan)
  return { ...plan, status: statusOf(plan, request, grant, parts.clock.nowMs()) }
}

async function approvalOf(parts: ProposeParts, { tenant, request: id }: Plan) {
  const request = await parts.approvals.byId(tenant, id)
  const grant = await parts.approvals.grantOf(tenant, id)
  return { request, grant }
}

function statusOf(
  plan: Plan,
  request: ApprovalRequest | undefined,
  grant: Grant | undefined,
  nowMs: number,
): PlanStatus {
  if (plan.state !== 'open') return plan.state
  if (request === undefined) return 'void'
  if (request.state === 'pending') return request.expiresAtMs <= nowMs ? 'expired' : 'proposed'
  if (request.state !== 'approved') return request.state
  return grant?.state === 'live' && grant.expiresAtMs > nowMs ? 'running' : 'void'
}

/** Throws `not_found`, and `payload_unreadable` when what the plan says was erased. */
async function show(parts: ProposeParts, tenant: string, id: string): Promise<PlanDetail> {
  const plan = await parts.plans.byId(tenant, id)
  if (plan === undefined) throw new Failure('not_found', 'there is no such plan')
  const uses = await parts.plans.uses(tenant, id)
  const calls = await Promise.all(uses.map((use) => parts.calls.byId(tenant, use.call)))
  const undo: Undo[] = []
  for (const [at, use] of uses.entries()) {
    const outcome = calls[at]?.outcome
    if (outcome === 'failed' || outcome === 'no_effect') continue
    const taken = await compensation(parts, tenant, use.entry)
    if (taken !== undefined) undo.unshift({ step: use.step, call: use.call, ...taken })
  }
  return {
    ...(await viewOf(parts, plan)),
    statement: await readStatement(parts.payloads, plan),
    made: uses.map(({ step, call, atMs }, at) => {
      const outcome = calls[at]?.outcome
      return { step, call, atMs, ...(outcome === undefined ? {} : { outcome }) }
    }),
    undo,
  }
}

async function compensation(
  parts: ProposeParts,
  tenant: string,
  entry: string,
): Promise<Omit<Undo, 'step' | 'call'> | undefined> {
  const stored = await parts.payloads.open(tenant, entry, 'compensation').catch(() => undefined)
  const value = stored?.state === 'present' ? parseStrict(stored.bytes) : undefined
  if (!isObject(value) || typeof value.tool !== 'string' || !isObject(value.arguments))
    return undefined
  return {
    tool: value.tool,
    arguments: value.arguments,
    from: value.from === 'plan' ? 'plan' : 'catalogue',
  }
}

/** Throws `not_found`, `task_closed`, `task_expired`, `not_permitted` and what `proposePlan` throws. */
async function propose(parts: ProposeParts, input: Proposing): Promise<PlanView> {
  const { tenant, person, source } = input
  requirePermission({ kind: 'person', person }, 'task.open')
  const session = await sessionOf(parts, tenant, input.taskId)
  const proposal =
    input.source === 'cacao'
      ? proposalFromCacao(input.playbook, parts.clock.nowMs())
      : input.proposal
  const by = { kind: 'person', id: person.id } as const
  const { plan } = await proposePlan(parts, { session, by, source, proposal })
  return { ...plan, status: 'proposed' }
}

/** The session the agent of the task would have; a person proposes for it and never acts as it. */
async function sessionOf(
  parts: ProposeParts,
  tenant: string,
  taskId: string,
): Promise<TaskSession> {
  const task = await parts.facts.tasks.byId(tenant, taskId)
  const agent = task && (await parts.facts.agents.byId(tenant, task.agent))
  if (task === undefined || agent === undefined)
    throw new Failure('not_found', 'there is no such task')
  if (task.state !== 'open') throw new Failure('task_closed', 'the task is closed')
  if (task.expiresAtMs <= parts.clock.nowMs())
    throw new Failure('task_expired', 'the task has expired')
  const { id, expiresAtMs, onBehalfOf } = task
  const claims = { tenant, agent: agent.id, task: id, onBehalfOf, tokenId: id, expiresAtMs }
  return { tenant, agent, task, claims }
}

/** Anybody active may stop a plan at once, like a call. Throws `not_found`, `approval_closed` when it ended. */
async function stop(
  parts: ProposeParts,
  { tenant, person, planId, reason: text }: ByPerson & { planId: string; reason: string },
): Promise<{ readonly plan: PlanView; readonly receipts: readonly Receipt[] }> {
  requirePermission({ kind: 'person', person }, 'decide')
  const reason = reasonOf(text)
  const plan = await parts.plans.byId(tenant, planId)
  if (plan === undefined) throw new Failure('not_found', 'there is no such plan')
  const { grant } = await approvalOf(parts, plan)
  const actor = { kind: 'person', id: person.id } as const
  const { receipts } = await parts.commit(tenant, async (tx) => {
    const live = grant?.state === 'live' ? grant : undefined
    const [last, ...rest] = (
      await endPlan(parts, tx, { plan, grant: live, actor, reason: 'stopped_by_person' })
    ).toReversed()
    if (last === undefined) throw new Failure('approval_closed', 'the plan has ended')
    const told = { ...last, payloads: { reason: textPayload(reason) } }
    return { value: undefined, entries: [told, ...rest].toReversed() as [typeof told] }
  })
  return {
    plan: await viewOf(parts, { ...plan, state: 'stopped', reason: 'stopped_by_person' }),
    receipts,
  }
}
