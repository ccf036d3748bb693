/**
 * Whether a call is a step of the plan its task works under. A plan runs while its request is approved and its
 * grant lives, so everything that ends an approval ends it too. Read outside the transaction; the dispatch commit
 * takes the place in the plan under lock, and a plan that moved meanwhile sends the call back here.
 */

import type { StopReason } from '../approval/plan.ts'
import {
  type Plan,
  type PlanStatement,
  type PlanStep,
  planDigestOf,
  wasLeft,
} from '../approval/plan.ts'
import { isComplete, move, type PlanMove, runAfter } from '../approval/plan-run.ts'
import type { ApprovalRequest, Grant } from '../approval/request.ts'
import { atLeast, type ClassifiedCall, type Target } from '../catalogue/tool.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'
import { Failure, type Refusal, refusal } from '../kernel/failure.ts'
import { isObject, parseStrict } from '../kernel/strict-json.ts'
import type { PayloadStore } from '../ledger/ports.ts'
import type { CallIntent } from './intent.ts'
import type { Spine } from './spine.ts'
import type { What } from './what.ts'

/** A call that has its place in a running plan. */
export type PlannedStep = {
  readonly plan: Plan
  readonly step: PlanStep
  /** Of the steps, from 0. */
  readonly index: number
  /** Of the calls made under the plan, from 0. */
  readonly at: number
  /** Nothing is left of the plan after it. */
  readonly isLast: boolean
  readonly targets: readonly Digest[]
  readonly request: ApprovalRequest
  readonly grant: Grant
}

export type Planned =
  | { readonly kind: 'none' }
  /** The chain was left; what a person would have to decide has to be proposed as a chain again (R151). */
  | { readonly kind: 'chain' }
  | ({ readonly kind: 'step' } & PlannedStep)
  /** With `ends` the plan stops with this call; without it the call only came too early. */
  | {
      readonly kind: 'refused'
      readonly refusal: Refusal
      readonly plan: Plan
      readonly request: ApprovalRequest
      readonly grant: Grant
      readonly ends?: StopReason
    }

const NONE: Planned = { kind: 'none' }

/** What the plan of the task says about the call. Throws `payload_unreadable` when the signed plan is gone. */
export async function plannedOf(spine: Spine, intent: CallIntent, what: What): Promise<Planned> {
  const { tenant, task } = intent.session
  if (task.plan === undefined || what.kind === 'refused') return NONE
  const plan = await spine.plans.byId(tenant, task.plan)
  if (plan === undefined) throw new Failure('internal', 'the plan of the task is gone')
  if (wasLeft(plan)) return { kind: 'chain' }
  const request = await spine.approvals.byId(tenant, plan.request)
  // Until the new chain is approved, the task stands where it left the old one.
  const before: Planned = plan.follows === undefined ? NONE : { kind: 'chain' }
  if (plan.state !== 'open' || request === undefined) return NONE
  if (request.state !== 'approved') return before
  const grant = await spine.approvals.grantOf(tenant, request.id)
  if (grant?.state !== 'live' || grant.expiresAtMs <= spine.clock.nowMs()) return NONE
  const statement = await readStatement(spine.payloads, plan)
  if (grant.fingerprint !== plan.digest)
    throw new Failure('digest_mismatch', 'the approval is for another plan')
  return inPlan(spine, intent, what.call, what.label.definition, {
    plan,
    statement,
    request,
    grant,
  })
}

type Running = {
  readonly plan: Plan
  readonly statement: PlanStatement
  readonly request: ApprovalRequest
  readonly grant: Grant
}

async function inPlan(
  spine: Spine,
  intent: CallIntent,
  call: ClassifiedCall,
  definition: Digest,
  running: Running,
): Promise<Planned> {
  const { plan, statement, request, grant } = running
  const uses = await spine.plans.uses(plan.tenant, plan.id)
  const targets = call.targets.map(targetDigest)
  const moved = move(statement, runAfter(uses), {
    agent: intent.session.agent.id,
    upstream: intent.upstream,
    kind: intent.kind,
    name: intent.name,
    arguments: intent.arguments,
    targets,
    isObserving: !atLeast(call.effect, 'influence'),
  })
  if (moved.kind === 'beside') return NONE
  const refused = { kind: 'refused', plan, request, grant } as const
  const last = uses.at(-1)
  const before = last === undefined ? undefined : await spine.calls.byId(plan.tenant, last.call)
  if (before !== undefined && before.state !== 'settled') {
    return {
      ...refused,
      refusal: refusal('plan_busy', `the call of step ${stepNumber(last?.step)} is under way`),
    }
  }
  if (before?.outcome === 'failed' || before?.outcome === 'unknown') {
    const no = refusal(
      'plan_step_failed',
      `step ${stepNumber(last?.step)} ended as ${before.outcome}`,
    )
    return { ...refused, refusal: no, ends: 'plan_step_failed' }
  }
  if (moved.kind === 'stop') return { ...refused, refusal: stopRefusal(moved), ends: moved.code }
  const step = statement.steps[moved.step]
  if (step === undefined) throw new Failure('internal', 'a plan moved beyond its steps')
  if (step.definition !== definition) {
    const no = refusal(
      'approval_void',
      'the definition of the tool changed since the plan was approved',
    )
    return { ...refused, refusal: no, ends: 'definition_changed' }
  }
  const isLast = isComplete(statement, moved.run)
  return {
    kind: 'step',
    plan,
    step,
    index: moved.step,
    at: uses.length,
    isLast,
    targets,
    request,
    grant,
  }
}

function stopRefusal({ code }: Extract<PlanMove, { kind: 'stop' }>): Refusal {
  const why = {
    plan_off: 'the call is in no step of the approved plan',
    plan_order: 'the call is a step of the approved plan, but not the next one',
    plan_cap: 'the call goes beyond a cap of the approved plan',
  }
  return refusal(code, `${why[code]}; the plan has stopped`)
}

function stepNumber(index: number | undefined): number {
  return (index ?? 0) + 1
}

function targetDigest({ kind, id }: Target): Digest {
  return digestOfJson('countersign-target-v1', { id: id.toLowerCase(), kind })
}

/** The statement as it was signed. Throws `payload_unreadable` when it is erased or not the one of the digest. */
export async function readStatement(payloads: PayloadStore, plan: Plan): Promise<PlanStatement> {
  const stored = await payloads.open(plan.tenant, plan.entry, 'statement')
  const value = stored.state === 'present' ? parseStrict(stored.bytes) : undefined
  const statement = isObject(value) ? (value as unknown as PlanStatement) : undefined
  if (statement === undefined || planDigestOf(statement) !== plan.digest) {
    throw new Failure('payload_unreadable', 'what the plan says is gone, or is not what was signed')
  }
  return statement
}
