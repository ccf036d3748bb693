/**
 * A chain of calls that a person approves once, as a whole (DESIGN 9). What they sign is the statement: ordered
 * steps with the bounds of every argument, caps and a deadline. Its digest is the plan digest; the request about
 * the plan is bound to it as another request is bound to the fingerprint of a call. Being in a plan lets no call
 * run: each step is decided when it runs, and the plan only discharges what was signed for that step.
 */
import type { Effect, Reversibility, ToolKind } from '../catalogue/tool.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Digest } from '../kernel/digest.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { Bound } from './plan-bound.ts'

/** One link of the chain as its proposer wrote it, with the tool looked up. */
export type StepShape = {
  /** Exposed name, for people. */
  readonly tool: string
  readonly upstream: string
  readonly kind: ToolKind
  readonly name: string
  /** Id of the agent that takes it; absent: whichever agent works under the plan. */
  readonly agent?: string
  /** Exactly these, and the bounded ones; another argument or a missing one is another call. */
  readonly arguments: JsonObject
  readonly bounds: { readonly [argument: string]: Bound }
  /** How often it may run, at least once before the next step. */
  readonly times: number
  /** The call that takes the step back where the catalogue names none. */
  readonly compensation?: { readonly tool: string; readonly arguments: JsonObject }
}

/** A step with what it was decided as when the plan was proposed; all of it is signed. */
export type PlanStep = StepShape & {
  readonly definition: Digest
  /** The worst over everything its bounds let through. */
  readonly action: string
  readonly effect: Effect
  readonly reversibility: Reversibility
  /** Digests of the rules that decide it; another one when it runs means that a gate was moved (R48). */
  readonly rules: readonly Digest[]
  /** Policy ids this step may discharge. What another step was approved for does not help it. */
  readonly policies: readonly string[]
}

export type PlanCaps = {
  /** Calls over the whole plan. */
  readonly calls: number
  /** Different targets over the whole plan. */
  readonly targets: number
}

export type PlanStatement = {
  readonly v: 1
  readonly tenant: string
  readonly plan: string
  readonly task: string
  readonly case: string
  readonly agent: string
  readonly proposed_by: string
  /** What the proposer says it is for: a claim, shown as one. */
  readonly claim: string
  readonly steps: readonly PlanStep[]
  readonly caps: PlanCaps
  /** RFC 3339, UTC: after this the plan releases nothing. */
  readonly deadline: string
  /** The plan of the same task that was left before; its class counts for this one too (R151). */
  readonly follows?: string
}

export function planDigestOf(statement: PlanStatement): Digest {
  return digestOfJson('countersign-plan-v1', statement)
}

/** Why a plan ended before its time. Those in `LEFT` mean that the chain itself was left. */
export const STOP_REASONS = [
  'plan_off',
  'plan_order',
  'plan_cap',
  'plan_step_failed',
  'stopped_by_person',
  'superseded',
  'denied_at_execution',
  'definition_changed',
  'lapsed',
  'signer_withdrawn',
  'more_required',
  'rule_changed',
  'expired',
  'not_approved',
] as const
export type StopReason = (typeof STOP_REASONS)[number]

/** After these only an approval of the whole chain, at the worst class so far, lets the task go on (R151). */
const LEFT: ReadonlySet<string> = new Set<StopReason>([
  'plan_off',
  'plan_order',
  'plan_cap',
  'plan_step_failed',
])

/**
 * `open` until its end is recorded. Whether an open plan may run is for its request and grant to say, so that a
 * stop, a closed task or a suspended agent ends it like every other approval, with no second book to keep.
 */
export type PlanState = 'open' | 'completed' | 'stopped'

export type Plan = {
  readonly tenant: string
  readonly id: string
  readonly task: string
  readonly agent: string
  readonly caseId: string
  readonly proposedBy: string
  readonly source: 'agent' | 'person' | 'cacao'
  readonly digest: Digest
  /** Entry id of `plan.proposed`; its payload `statement` is what `digest` digests. */
  readonly entry: string
  /** The request a person decides. */
  readonly request: string
  readonly follows?: string
  readonly action: string
  readonly effect: Effect
  readonly steps: number
  readonly state: PlanState
  readonly reason?: StopReason
  /** Calls made under it. */
  readonly calls: number
  readonly createdAtMs: InstantMs
  readonly deadlineMs: InstantMs
  readonly endedAtMs?: InstantMs
  /** Who answers for it while it runs; absent before it does, and while nobody could. */
  readonly holder?: string
}

/** One call made under a plan. */
export type PlanUse = {
  readonly tenant: string
  readonly plan: string
  /** 0 for the first call of the plan, without gaps. */
  readonly at: number
  readonly step: number
  readonly call: string
  /** Entry id of its dispatch; its payload `compensation` is the call that takes it back, where there is one. */
  readonly entry: string
  /** Digests of the targets it named. */
  readonly targets: readonly Digest[]
  readonly atMs: InstantMs
}

/** Whether the task left the chain that was approved for it. */
export function wasLeft(plan: Pick<Plan, 'state' | 'reason'>): boolean {
  return plan.state === 'stopped' && LEFT.has(plan.reason ?? '')
}
