/**
 * A CACAO 2.0 playbook as a proposed plan (OASIS, Security Playbooks Version 2.0). A plan is one chain of tool calls, so
 * what is read is a playbook that is one: start, actions, end, in a row. Anything else (a branch, a loop, a shell
 * command, a step nobody knows) is refused and names the step. Of an action only the tool it is bound to counts: whom
 * the author thought would act, and where, is decided here as for every call. The answer is read again like any
 * proposal, so a playbook can ask for nothing an agent could not. Pure.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { actionStep } from './cacao-step.ts'
import { wrong } from './plan-bound.ts'

/** A chain has at most twenty calls, and each workflow a start and an end. */
const MAX_WORKFLOW = 22
const MAX_NAME = 200
/** A plan ends within a day, whatever the playbook says. Seconds. */
const MAX_DEADLINE_S = 24 * 3600

/** Members of a proposal, for `readProposal`. Throws `plan_invalid` naming the step. */
export function proposalFromCacao(playbook: JsonObject, nowMs: InstantMs): JsonObject {
  requirePlaybook(playbook)
  const { workflow, workflow_start: start, playbook_variables: variables } = playbook
  if (!isObject(workflow)) throw wrong('workflow', 'it is not an object')
  const size = Object.keys(workflow).length
  if (size > MAX_WORKFLOW) throw wrong('workflow', `a plan has at most ${MAX_WORKFLOW - 2} actions`)
  const chain = chainFrom(workflow, start)
  if (chain.length < size) throw wrong(`workflow.${leftOut(workflow, chain)}`, 'nothing leads here')
  const steps = chain
    .filter(({ step }) => step.type === 'action')
    .map(({ place, step }) => actionStep(place, step, isObject(variables) ? variables : {}))
  return { summary: nameOf(playbook), steps, ...deadlineOf(playbook, nowMs) }
}

type Placed = { readonly id: string; readonly place: string; readonly step: JsonObject }

function requirePlaybook(playbook: JsonObject): void {
  const { type, spec_version: version, revoked } = playbook
  if (type !== 'playbook' || version !== 'cacao-2.0')
    throw wrong('playbook', '"type" is "playbook" and "spec_version" is "cacao-2.0"')
  if (revoked === true) throw wrong('playbook', 'it is revoked')
  if (Object.hasOwn(playbook, 'workflow_exception'))
    throw wrong('workflow_exception', 'a plan is a chain and does not branch')
}

/** The steps in the order they follow each other. Every step is looked at once, so this ends. */
function chainFrom(workflow: JsonObject, start: JsonValue | undefined): readonly Placed[] {
  const chain: Placed[] = []
  const seen = new Set<string>()
  let next = start
  for (;;) {
    const at = stepAt(workflow, next, chain.at(-1)?.place ?? 'workflow_start')
    if (seen.has(at.id)) throw wrong(at.place, 'the steps go round in a circle')
    seen.add(at.id)
    chain.push(at)
    requireKnown(at, chain.length === 1)
    if (at.step.type === 'end') return chain
    next = at.step.on_completion
  }
}

function stepAt(workflow: JsonObject, id: JsonValue | undefined, from: string): Placed {
  if (typeof id !== 'string') throw wrong(from, 'it does not say which step comes next')
  const step = Object.hasOwn(workflow, id) ? workflow[id] : undefined
  if (!isObject(step)) throw wrong(from, 'it leads to a step that is not there')
  return { id, place: `workflow.${id}`, step }
}

function requireKnown({ place, step }: Placed, isFirst: boolean): void {
  const known = isFirst ? ['start'] : ['action', 'end']
  if (typeof step.type !== 'string' || !known.includes(step.type))
    throw wrong(place, isFirst ? 'it is not a start' : 'only an action or the end may stand here')
  const branch = ['on_success', 'on_failure', 'on_true', 'on_false', 'next_steps', 'cases'].find(
    (member) => Object.hasOwn(step, member),
  )
  if (branch !== undefined) throw wrong(place, `"${branch}": a plan does not branch`)
  if (Object.hasOwn(step, 'delay')) throw wrong(place, '"delay": nobody waits between two calls')
}

function leftOut(workflow: JsonObject, chain: readonly Placed[]): string {
  const reached = new Set(chain.map(({ id }) => id))
  return Object.keys(workflow).find((id) => !reached.has(id)) ?? ''
}

/** What the author calls it. A claim like every summary. */
function nameOf({ name, id }: JsonObject): string {
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME)
    throw wrong('name', `it is a text of 1 to ${MAX_NAME} characters`)
  return typeof id === 'string' && id.length <= MAX_NAME ? `${name} (${id})` : name
}

/** A playbook that is not valid yet, or no more, is none. */
function deadlineOf(playbook: JsonObject, nowMs: InstantMs): { deadline_seconds?: number } {
  const fromMs = instantOf('valid_from', playbook.valid_from)
  const untilMs = instantOf('valid_until', playbook.valid_until)
  if (fromMs !== undefined && fromMs > nowMs) throw wrong('valid_from', 'it is not valid yet')
  if (untilMs === undefined) return {}
  const leftS = Math.floor((untilMs - nowMs) / 1000)
  if (leftS < 1) throw wrong('valid_until', 'it is not valid any more')
  return { deadline_seconds: Math.min(leftS, MAX_DEADLINE_S) }
}

function instantOf(place: string, value: JsonValue | undefined): InstantMs | undefined {
  if (value === undefined) return undefined
  const isInstant = typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
  const atMs = isInstant ? Date.parse(value) : Number.NaN
  if (Number.isNaN(atMs)) throw wrong(place, 'it is not an instant in UTC')
  return atMs
}
