/**
 * The plan as an automaton: where a run stands, and what one more call does to it. Pure. It accepts exactly the
 * calls of the signed statement, in their order and within their caps; whatever else would act stops the plan.
 * Reading and annotating beside the plan is free, because an agent has to look before it acts.
 */
import { canonicalText } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { PlanCaps, PlanUse, StepShape } from './plan.ts'
import { within } from './plan-bound.ts'

export type PlanShape = { readonly steps: readonly StepShape[]; readonly caps: PlanCaps }

/** `uses` counts the calls of step `at` so far. */
export type PlanRun = {
  readonly at: number
  readonly uses: number
  readonly calls: number
  readonly targets: ReadonlySet<Digest>
}

export type PlanCall = {
  readonly agent: string
  readonly upstream: string
  readonly kind: string
  readonly name: string
  readonly arguments: JsonObject
  readonly targets: readonly Digest[]
  /** Below `influence`: it looks or takes notes. */
  readonly isObserving: boolean
}

export type PlanMove =
  | { readonly kind: 'step'; readonly step: number; readonly run: PlanRun }
  | { readonly kind: 'beside' }
  | { readonly kind: 'stop'; readonly code: 'plan_off' | 'plan_order' | 'plan_cap' }

const START: PlanRun = { at: 0, uses: 0, calls: 0, targets: new Set() }

export function move(plan: PlanShape, run: PlanRun, call: PlanCall): PlanMove {
  const step = nextStep(plan, run, call)
  if (step === undefined) {
    if (call.isObserving) return { kind: 'beside' }
    return { kind: 'stop', code: codeOf(plan, run, call) }
  }
  const targets = new Set([...run.targets, ...call.targets])
  const calls = run.calls + 1
  if (calls > plan.caps.calls || targets.size > plan.caps.targets) {
    return { kind: 'stop', code: 'plan_cap' }
  }
  const uses = step === run.at ? run.uses + 1 : 1
  return { kind: 'step', step, run: { at: step, uses, calls, targets } }
}

/** The step it would be: the present one while it may run again, else the one after it. */
function nextStep(plan: PlanShape, run: PlanRun, call: PlanCall): number | undefined {
  const present = plan.steps[run.at]
  if (present !== undefined && run.uses < present.times && isOfStep(present, call)) return run.at
  if (run.uses === 0) return undefined
  const after = plan.steps[run.at + 1]
  return after !== undefined && isOfStep(after, call) ? run.at + 1 : undefined
}

/** A step of the plan at the wrong time is told from a call that is nowhere in it. */
function codeOf(
  plan: PlanShape,
  run: PlanRun,
  call: PlanCall,
): 'plan_off' | 'plan_order' | 'plan_cap' {
  const present = plan.steps[run.at]
  if (present !== undefined && isOfStep(present, call)) return 'plan_cap'
  return plan.steps.some((step) => isOfStep(step, call)) ? 'plan_order' : 'plan_off'
}

/** Whether the call is one the step lets through: its tool, its agent, and every argument inside its bound. */
export function isOfStep(step: StepShape, call: PlanCall): boolean {
  if (step.upstream !== call.upstream || step.kind !== call.kind || step.name !== call.name)
    return false
  if (step.agent !== undefined && step.agent !== call.agent) return false
  const named = [...Object.keys(step.arguments), ...Object.keys(step.bounds)].sort()
  if (named.join('\n') !== Object.keys(call.arguments).sort().join('\n')) return false
  return named.every((name) => {
    const value = call.arguments[name]
    const bound = Object.hasOwn(step.bounds, name) ? step.bounds[name] : undefined
    if (value === undefined) return false
    if (bound !== undefined) return within(bound, value)
    return canonicalText(step.arguments[name]) === canonicalText(value)
  })
}

/** Where the run stands after the recorded calls, in their order. */
export function runAfter(uses: readonly PlanUse[]): PlanRun {
  return uses.reduce<PlanRun>(
    (run, use) => ({
      at: use.step,
      uses: use.step === run.at ? run.uses + 1 : 1,
      calls: run.calls + 1,
      targets: new Set([...run.targets, ...use.targets]),
    }),
    START,
  )
}

/** Whether nothing is left to do: the last step ran as often as it may. */
export function isComplete(plan: PlanShape, run: PlanRun): boolean {
  const last = plan.steps.length - 1
  return run.at === last && run.uses === plan.steps[last]?.times
}
