/**
 * The shift board: which agents and plans are at work, which tools and targets each has touched, and how much of its
 * budgets it has used. From what the store recorded, never from what an agent says. Reads only.
 */
import type { Plan, PlanCaps, PlanUse } from '../approval/plan.ts'
import type { PlanStore } from '../approval/plan-ports.ts'
import type { Target } from '../catalogue/tool.ts'
import type { CallRecord } from '../enforcement/call.ts'
import type { EffectRecord } from '../enforcement/effect-record.ts'
import { readStatement } from '../enforcement/plan-step.ts'
import { targetsOf } from '../enforcement/record-effect.ts'
import type { RunningReader } from '../enforcement/running.ts'
import { type Budget, planBudgets, taskBudgets } from '../enforcement/spent.ts'
import type { Spine } from '../enforcement/spine.ts'
import { Failure } from '../kernel/failure.ts'
import type { Task } from '../task/task.ts'
import { type ToolTouched, toolsTouched, toolsTouchedBy } from './tools-touched.ts'

export type TargetTouched = Target & {
  readonly action: string
  readonly state: EffectRecord['state']
  readonly atMs: number
}

export type Touched = {
  readonly tools: readonly ToolTouched[]
  /** What its newest acts were upon, once each, the newest first. Not those of a case that was erased. */
  readonly targets: readonly TargetTouched[]
}

export type RunningSession = Touched & { readonly task: Task; readonly budgets: readonly Budget[] }

export type RunningPlan = Touched & {
  readonly plan: Plan
  /** Steps that have run at least once. */
  readonly stepsRun: number
  /** Empty when what the plan says was erased. */
  readonly budgets: readonly Budget[]
}

export type Running = {
  /** The newest first. */
  readonly sessions: readonly RunningSession[]
  /** How many sessions are open, those beyond the ones named included. */
  readonly total: number
  readonly plans: readonly RunningPlan[]
}

export type RunningParts = Pick<
  Spine,
  'budgets' | 'limits' | 'clock' | 'effects' | 'payloads' | 'calls'
> & { readonly plans: PlanStore; readonly running: RunningReader }

export type ReadRunning = (tenant: string) => Promise<Running>

/** More than fit on a board; beyond them the number is what matters. */
const MAX_SESSIONS = 50
/** Acts of one session or plan that are opened for their targets, the newest. */
const MAX_ACTS = 12

export function makeReadRunning(parts: RunningParts): ReadRunning {
  return async (tenant) => {
    const nowMs = parts.clock.nowMs()
    const [{ tasks, total }, plans] = await Promise.all([
      parts.running.openTasks(tenant, nowMs, MAX_SESSIONS),
      parts.plans.running(tenant),
    ])
    const [sessions, chains] = await Promise.all([
      readSessions(parts, tenant, tasks, nowMs),
      Promise.all(
        plans
          .filter(({ deadlineMs }) => deadlineMs > nowMs)
          .map((plan) => readPlan(parts, tenant, plan)),
      ),
    ])
    return { sessions, total, plans: chains }
  }
}

async function readSessions(
  parts: RunningParts,
  tenant: string,
  tasks: readonly Task[],
  nowMs: number,
): Promise<readonly RunningSession[]> {
  const ids = tasks.map(({ id }) => id)
  const { running, limits } = parts
  const [counts, reached, acts] = await Promise.all([
    running.toolCounts(tenant, ids),
    running.targetCounts(tenant, ids, nowMs - limits.fanOut.windowMs),
    running.acts(tenant, ids, MAX_ACTS),
  ])
  return Promise.all(
    tasks.map(async (task) => ({
      task,
      tools: toolsTouched(counts.filter((count) => count.task === task.id)),
      targets: await touchedBy(
        parts,
        acts.filter((act) => act.task === task.id),
      ),
      budgets: await taskBudgets(
        parts,
        task,
        reached.filter((count) => count.task === task.id),
        nowMs,
      ),
    })),
  )
}

async function readPlan(parts: RunningParts, tenant: string, plan: Plan): Promise<RunningPlan> {
  const [uses, caps] = await Promise.all([parts.plans.uses(tenant, plan.id), capsOf(parts, plan)])
  const ids = uses.toReversed().map(({ call }) => call)
  const [calls, acts] = await Promise.all([
    Promise.all(ids.map((id) => parts.calls.byId(tenant, id))),
    Promise.all(ids.slice(0, MAX_ACTS).map((id) => parts.effects.byCall(tenant, id))),
  ])
  return {
    plan,
    stepsRun: new Set(uses.map(({ step }: PlanUse) => step)).size,
    tools: toolsTouchedBy(calls.filter((call): call is CallRecord => call !== undefined)),
    targets: await touchedBy(
      parts,
      acts.filter((act): act is EffectRecord => act !== undefined),
    ),
    budgets: caps === undefined ? [] : planBudgets(caps, uses),
  }
}

/** Undefined once what the plan says was erased with its case. */
async function capsOf({ payloads }: RunningParts, plan: Plan): Promise<PlanCaps | undefined> {
  try {
    return (await readStatement(payloads, plan)).caps
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return undefined
  }
}

async function touchedBy(
  { payloads }: RunningParts,
  acts: readonly EffectRecord[],
): Promise<readonly TargetTouched[]> {
  const found = await Promise.all(
    acts.map(async (act) => {
      const { action, state, actedAtMs: atMs } = act
      const targets = await targetsOf(payloads, act)
      return targets.map(({ kind, id }) => ({ kind, id, action, state, atMs }))
    }),
  )
  const once = new Map<string, TargetTouched>()
  for (const target of found.flat()) {
    const key = JSON.stringify([target.kind, target.id.toLowerCase()])
    if (!once.has(key)) once.set(key, target)
  }
  return [...once.values()]
}
