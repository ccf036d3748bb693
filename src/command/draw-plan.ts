/**
 * From tried steps to what people are asked: the statement that is signed, the request about it, and the package
 * of facts it is shown with. Nothing is stored here.
 */
import { type Bound, bindAction, policiesOf } from '../approval/binding.ts'
import { joinNeeds, needsOf } from '../approval/needs.ts'
import { type Plan, type PlanStatement, type PlanStep, planDigestOf } from '../approval/plan.ts'
import { wrong } from '../approval/plan-bound.ts'
import type { Proposal } from '../approval/plan-reader.ts'
import type { ApprovalRequest, Need } from '../approval/request.ts'
import { atLeast, EFFECTS, type Target } from '../catalogue/tool.ts'
import type { Considered } from '../enforcement/considered.ts'
import { requestOf } from '../enforcement/open-request.ts'
import { packageOf } from '../enforcement/package.ts'
import type { TaskSession } from '../enforcement/session.ts'
import type { Spine } from '../enforcement/spine.ts'
import { canonicalBytes, digestOfJson } from '../kernel/canonical-json.ts'
import { instantText } from '../kernel/clock.ts'
import { digestOf } from '../kernel/digest.ts'
import type { Actor } from '../kernel/entry.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { type TriedStep, worstOf } from './plan-steps.ts'

export type DrawInput = {
  readonly session: TaskSession
  readonly by: Actor
  readonly source: Plan['source']
  readonly proposal: Proposal
  readonly steps: readonly TriedStep[]
  /** The plan whose chain was left: its class and its signers count for this one too (R151). */
  readonly left:
    | { readonly plan: Plan; readonly request: ApprovalRequest; readonly chain: string }
    | undefined
}

export type DrawnPlan = {
  readonly plan: Plan
  readonly request: ApprovalRequest
  readonly statement: PlanStatement
  readonly bound: Bound
  readonly packageBytes: Uint8Array
  readonly targets: readonly Target[]
  readonly worst: Considered
}

/** Throws `plan_invalid` when no step needs a person. */
export async function drawPlan(spine: Spine, input: DrawInput): Promise<DrawnPlan> {
  const { session, steps, left } = input
  const tried = steps.flatMap((step) => step.tried)
  const worst = worstOf(tried)
  const own = needsOf(
    tried.flatMap(({ decision }) => decision.obligations),
    'incident-commander',
  )
  if (own.length === 0) throw wrong('steps', 'no step needs a person; make the calls')
  const needs = left === undefined ? own : joinNeeds(own, left.request.needs)
  const nowMs = spine.clock.nowMs()
  const deadlineMs = deadlineOf(input, nowMs)
  const ids = { id: spine.nextId(), entry: spine.nextId(), request: spine.nextId() }
  const statement = statementOf(input, ids.id, deadlineMs)
  const digest = planDigestOf(statement)
  const packageBytes = canonicalBytes(await shownOf(spine, worst, needs, tried, statement))
  const expiresAtMs = Math.min(nowMs + spine.limits.requestLifetimeMs, deadlineMs)
  const ruleDigest = digestOfJson(
    'countersign-rule-v1',
    statement.steps.map(({ rules }) => rules),
  )
  const targets = targetsOf(tried)
  const { action, effect } = graver(worst, left?.plan)
  const bound = bindAction({
    tenant: session.tenant,
    request: ids.request,
    fingerprint: digest,
    action,
    targets,
    ruleDigest,
    needs,
    evidence: digestOf('countersign-evidence-v1', packageBytes),
    expiresAtMs,
    nonce: spine.nextId(),
  })
  const request: ApprovalRequest = {
    ...requestOf(worst, needs, nowMs, expiresAtMs),
    ...aboutPlan(input, tried, deadlineMs),
    action,
    effect,
    id: ids.request,
    call: ids.id,
    plan: ids.id,
    requestEntry: spine.nextId(),
    actionDigest: bound.actionDigest,
    fingerprint: digest,
    ruleDigest,
    policyIds: policiesOf(needs),
  }
  const plan = { ...planOf(input, digest, nowMs, deadlineMs), ...ids, action, effect }
  return { plan, request, statement, bound, packageBytes, targets, worst }
}

function deadlineOf({ session, proposal }: DrawInput, nowMs: number): number {
  const { expiresAtMs } = session.task
  const { deadlineSeconds } = proposal
  return deadlineSeconds === undefined
    ? expiresAtMs
    : Math.min(expiresAtMs, nowMs + deadlineSeconds * 1000)
}

function statementOf(input: DrawInput, plan: string, deadlineMs: number): PlanStatement {
  const { session, by, proposal, steps, left } = input
  return {
    v: 1,
    tenant: session.tenant,
    plan,
    task: session.task.id,
    case: session.task.caseId,
    agent: session.agent.id,
    proposed_by: by.id,
    claim: proposal.claim,
    steps: steps.map(signedStep),
    caps: proposal.caps,
    deadline: instantText(deadlineMs),
    ...(left === undefined ? {} : { follows: left.chain }),
  }
}

function signedStep({ shape, definition, tried }: TriedStep): PlanStep {
  const { call } = worstOf(tried)
  return {
    ...shape,
    definition,
    action: call.action,
    effect: call.effect,
    reversibility: call.reversibility,
    rules: sorted(tried.map(({ decision }) => decision.ruleDigest)),
    policies: sorted(
      tried.flatMap(({ decision }) => decision.obligations.map(({ policyId }) => policyId)),
    ),
  }
}

function planOf(input: DrawInput, digest: string, nowMs: number, deadlineMs: number) {
  const { session, by, source, steps, left } = input
  return {
    tenant: session.tenant,
    task: session.task.id,
    agent: session.agent.id,
    caseId: session.task.caseId,
    proposedBy: by.id,
    source,
    digest,
    ...(left === undefined ? {} : { follows: left.chain }),
    steps: steps.length,
    state: 'open',
    calls: 0,
    createdAtMs: nowMs,
    deadlineMs,
  } as const
}

/** What differs from a request about the worst of its calls alone. */
function aboutPlan({ session, by }: DrawInput, tried: readonly Considered[], deadlineMs: number) {
  const { task } = session
  return {
    grantUntilMs: deadlineMs,
    isIrreversible: tried.some(({ call }) => call.reversibility === 'irreversible'),
    upgradesPurpose:
      task.purpose !== 'respond' && tried.some(({ call }) => atLeast(call.effect, 'write')),
    // Whoever wrote the plan is its requester, and not the one who approves it alone.
    onBehalfOf: by.kind === 'person' ? by.id : task.onBehalfOf,
    claim: 'none',
  } as const
}

/** The class of the worst step, or of the chain that was left where that was worse. */
function graver({ call }: Considered, left: Plan | undefined): Pick<Plan, 'action' | 'effect'> {
  const isWorse = left !== undefined && EFFECTS.indexOf(left.effect) > EFFECTS.indexOf(call.effect)
  const { action, effect } = isWorse ? left : call
  return { action, effect }
}

/** The package of the worst call, with the whole chain in the place of its arguments. */
async function shownOf(
  spine: Spine,
  worst: Considered,
  needs: readonly Need[],
  tried: readonly Considered[],
  statement: PlanStatement,
): Promise<JsonObject> {
  const packages = await Promise.all(tried.map((each) => packageOf(spine, each, needs)))
  const shown = await packageOf(spine, worst, needs)
  const { steps, caps, deadline, claim } = statement
  return {
    ...shown,
    tool: 'plan',
    plan: statement.plan,
    arguments: { steps: steps.map(shownStep), caps, deadline },
    claim,
    inverse: null,
    flags: sorted(tried.flatMap(({ call }) => call.flags)),
    targets: joined(packages, 'targets'),
    reasons: joined(packages, 'reasons'),
  }
}

function shownStep(step: PlanStep): JsonObject {
  const {
    tool,
    agent,
    arguments: exact,
    bounds,
    times,
    compensation,
    action,
    effect,
    reversibility,
  } = step
  return {
    tool,
    ...(agent === undefined ? {} : { agent }),
    arguments: exact,
    bounds: bounds as unknown as JsonObject,
    times,
    ...(compensation === undefined ? {} : { compensation }),
    action,
    effect,
    reversibility,
  }
}

/** The members of one list of all packages, each once. */
function joined(packages: readonly JsonObject[], member: string): JsonObject[] {
  const all = packages.flatMap((each) => (Array.isArray(each[member]) ? each[member] : []))
  return [...new Map(all.map((value: JsonObject) => [JSON.stringify(value), value])).values()]
}

function targetsOf(tried: readonly Considered[]): readonly Target[] {
  const all = tried.flatMap(({ call }) => call.targets)
  return [...new Map(all.map((target) => [`${target.kind}/${target.id}`, target])).values()]
}

function sorted<T extends string>(words: readonly T[]): readonly T[] {
  return [...new Set(words)].sort()
}
