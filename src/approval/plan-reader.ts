/**
 * Reads a proposed plan. Everything that is not understood is refused with its place, so that what a person signs
 * is all there is. Tools are named as agents see them and looked up later; nothing here knows any tool.
 */
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import type { PlanCaps, StepShape } from './plan.ts'
import { type Bound, readBound, requireMembers, wrong } from './plan-bound.ts'

export type ProposedStep = Pick<
  StepShape,
  'tool' | 'arguments' | 'bounds' | 'times' | 'agent' | 'compensation'
>

export type Proposal = {
  readonly claim: string
  readonly steps: readonly ProposedStep[]
  readonly caps: PlanCaps
  /** From now; absent: until the task ends. Seconds. */
  readonly deadlineSeconds?: number
}

/** A chain longer than this is a programme, and nobody reads it whole. */
const MAX_STEPS = 20
const MAX_TIMES = 50
const MAX_CALLS = 200
const MAX_TARGETS = 200
const MAX_DEADLINE_S = 24 * 3600
const MAX_CLAIM = 1000

const MEMBERS = ['summary', 'steps', 'max_calls', 'max_targets', 'deadline_seconds']
const STEP_MEMBERS = ['tool', 'arguments', 'bounds', 'times', 'agent', 'compensation']

/** Throws `plan_invalid`. */
export function readProposal(value: JsonObject): Proposal {
  requireMembers('plan', value, MEMBERS)
  const { summary = '', steps, max_calls, max_targets, deadline_seconds } = value
  if (typeof summary !== 'string' || summary.length > MAX_CLAIM)
    throw wrong('summary', `it is a text of at most ${MAX_CLAIM} characters`)
  if (!Array.isArray(steps) || steps.length === 0 || steps.length > MAX_STEPS)
    throw wrong('steps', `a plan has 1 to ${MAX_STEPS} steps`)
  const read = steps.map((step: JsonValue, at: number) => readStep(`steps[${at}]`, step))
  requireOneReading(read)
  const calls = read.reduce((sum, step) => sum + step.times, 0)
  return {
    claim: summary,
    steps: read,
    caps: {
      calls: wholeOf('max_calls', max_calls, Math.min(calls, MAX_CALLS), MAX_CALLS),
      targets: wholeOf('max_targets', max_targets, Math.min(calls, MAX_TARGETS), MAX_TARGETS),
    },
    ...(deadline_seconds === undefined
      ? {}
      : { deadlineSeconds: wholeOf('deadline_seconds', deadline_seconds, 0, MAX_DEADLINE_S) }),
  }
}

function readStep(place: string, value: JsonValue): ProposedStep {
  if (!isObject(value)) throw wrong(place, 'it is not an object')
  requireMembers(place, value, STEP_MEMBERS)
  const { tool, arguments: exact = {}, bounds = {}, times, agent, compensation } = value
  if (typeof tool !== 'string' || tool === '') throw wrong(`${place}.tool`, 'it names no tool')
  if (!isObject(exact)) throw wrong(`${place}.arguments`, 'it is not an object')
  if (!isObject(bounds)) throw wrong(`${place}.bounds`, 'it is not an object')
  if (agent !== undefined && typeof agent !== 'string')
    throw wrong(`${place}.agent`, 'it is not a text')
  const twice = Object.keys(bounds).find((name) => Object.hasOwn(exact, name))
  if (twice !== undefined)
    throw wrong(`${place}.bounds`, 'an argument is exact or bounded, not both')
  const read: [string, Bound][] = Object.entries(bounds).map(([name, bound], at) => [
    name,
    readBound(`${place}.bounds[${at}]`, bound),
  ])
  return {
    tool,
    arguments: exact,
    bounds: Object.fromEntries(read),
    times: wholeOf(`${place}.times`, times, 1, MAX_TIMES),
    ...(agent === undefined ? {} : { agent }),
    ...(compensation === undefined
      ? {}
      : { compensation: readCompensation(`${place}.compensation`, compensation) }),
  }
}

function readCompensation(place: string, value: JsonValue): NonNullable<StepShape['compensation']> {
  if (!isObject(value)) throw wrong(place, 'it is not an object')
  requireMembers(place, value, ['tool', 'arguments'])
  const { tool, arguments: args = {} } = value
  if (typeof tool !== 'string' || tool === '' || !isObject(args))
    throw wrong(place, 'it names a tool and its arguments')
  return { tool, arguments: args }
}

/** After a step that may run again the next call must say by its tool alone which of the two it is. */
function requireOneReading(steps: readonly ProposedStep[]): void {
  const at = steps.findIndex(
    (step, index) => step.times > 1 && steps[index + 1]?.tool === step.tool,
  )
  if (at >= 0)
    throw wrong(`steps[${at + 1}]`, 'a step that may run again is followed by another tool')
}

function wholeOf(
  place: string,
  value: JsonValue | undefined,
  standing: number,
  max: number,
): number {
  if (value === undefined) return standing
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || value > max)
    throw wrong(place, `it is a whole number from 1 to ${max}`)
  return value
}
