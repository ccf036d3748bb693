/** A plan as a ladder of steps: what each lets through, what was made of it, and where it stands. Pure. */
import type { PlanShown } from '../api/wire.ts'
import { leafName, leavesOf } from './leaves.ts'

export type StepState = 'done' | 'now' | 'next' | 'failed'

export type PlanStep = {
  readonly tool: string
  readonly action: string
  readonly effect: string
  readonly reversibility: string
  readonly agent: string | undefined
  /** Each argument and exactly what it may be. */
  readonly lets: readonly { readonly name: string; readonly text: string }[]
  readonly made: number
  readonly times: number
  readonly state: StepState
}

type Fields = Readonly<Record<string, unknown>>
const FAILED = ['failed', 'no_effect', 'unknown']

/** Undefined where the statement is none this console can show. */
export function stepsOf(plan: Pick<PlanShown, 'statement' | 'made' | 'status'>) {
  const steps = fields(plan.statement)?.steps
  if (!Array.isArray(steps)) return undefined
  const at = currentStep(plan, steps)
  return steps.map((step, index) => stepOf(fields(step) ?? {}, index, at, plan))
}

/** The step that may run next: the last one begun, until it was made as often as it may be. */
function currentStep({ made }: Pick<PlanShown, 'made'>, steps: readonly unknown[]): number {
  const last = Math.max(-1, ...made.map(({ step }) => step))
  if (last < 0) return 0
  const count = made.filter(({ step }) => step === last).length
  return count >= timesOf(fields(steps[last]) ?? {}) ? last + 1 : last
}

function stepOf(
  step: Fields,
  index: number,
  current: number,
  { made, status }: Pick<PlanShown, 'made' | 'status'>,
): PlanStep {
  const own = made.filter(({ step: of }) => of === index)
  const hasFailed = own.some(({ outcome }) => FAILED.includes(outcome ?? ''))
  return {
    tool: text(step.tool),
    action: text(step.action),
    effect: text(step.effect),
    reversibility: text(step.reversibility),
    agent: typeof step.agent === 'string' ? step.agent : undefined,
    lets: [
      ...leavesOf(step.arguments).map(({ path, value }) => ({
        name: leafName(path),
        text: JSON.stringify(value),
      })),
      ...Object.entries(fields(step.bounds) ?? {}).map(([name, bound]) => ({
        name,
        text: boundText(bound),
      })),
    ],
    made: own.length,
    times: timesOf(step),
    state: hasFailed ? 'failed' : stateAt(index, current, status),
  }
}

function stateAt(index: number, current: number, status: PlanShown['status']): StepState {
  if (index < current) return 'done'
  return index === current && status === 'running' ? 'now' : 'next'
}

/** As in approval/plan-bound.ts. A bound this console does not know is shown as it is. */
function boundText(value: unknown): string {
  const bound = fields(value) ?? {}
  switch (bound.kind) {
    case 'one-of':
      return `one of ${list(bound.values)
        .map((each) => JSON.stringify(each))
        .join(', ')}`
    case 'cidr':
      return `an address in ${text(bound.net)}`
    case 'prefix':
      return `begins with ${JSON.stringify(bound.prefix)}`
    case 'pattern':
      return `like ${JSON.stringify(bound.pattern)}`
    case 'range':
      return `from ${String(bound.min)} to ${String(bound.max)}`
    default:
      return JSON.stringify(value)
  }
}

function timesOf({ times }: Fields): number {
  return typeof times === 'number' ? times : 1
}

function fields(value: unknown): Fields | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Fields) : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
