/**
 * A plan on a terminal: each step with exactly what it lets through, what was done, and what would take it back.
 * What was signed is checked here again: a statement that is not the one of the digest is not shown as one.
 */
import { z } from 'zod'
import type { plan } from '../contract/plans.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import { Failure } from '../kernel/failure.ts'
import { visible } from '../kernel/visible-text.ts'

const bound = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('one-of'), values: z.array(z.unknown()) }),
  z.object({ kind: z.literal('cidr'), net: z.string() }),
  z.object({ kind: z.literal('prefix'), prefix: z.string() }),
  z.object({ kind: z.literal('pattern'), pattern: z.string() }),
  z.object({ kind: z.literal('range'), min: z.number(), max: z.number() }),
])

const statement = z.looseObject({
  claim: z.string(),
  steps: z.array(
    z.looseObject({
      tool: z.string(),
      agent: z.string().optional(),
      arguments: z.record(z.string(), z.unknown()),
      bounds: z.record(z.string(), bound),
      times: z.number(),
      action: z.string(),
      effect: z.string(),
      reversibility: z.string(),
    }),
  ),
  caps: z.object({ calls: z.number(), targets: z.number() }),
})
type Step = z.output<typeof statement>['steps'][number]

export type PlanShower = {
  readonly when: (atMs: number) => string
  readonly person: (id: string | undefined) => string
}

/** Throws `seen_digest_mismatch` when the statement is not what the plan digest signs. */
export function planText(shown: z.output<typeof plan>, { when, person }: PlanShower): string {
  if (digestOfJson('countersign-plan-v1', shown.statement) !== shown.digest) {
    throw new Failure('seen_digest_mismatch', 'the statement is not the one of the plan digest')
  }
  const said = statement.parse(shown.statement)
  const ended = shown.reason === undefined ? '' : ` (${shown.reason})`
  const lines = [
    `plan ${shown.id}: ${shown.status}${ended}`,
    `worst ${shown.action} (${shown.effect}), proposed by ${visible(person(shown.proposed_by))} (${shown.source})`,
    `at most ${said.caps.calls} calls on ${said.caps.targets} targets, until ${when(shown.deadline_ms)}`,
    ...(said.claim === '' ? [] : [`claimed purpose: ${visible(said.claim)}`]),
    '',
    'steps',
    ...said.steps.flatMap((step, at) => stepLines(step, at, shown)),
    ...(shown.undo.length === 0 ? [] : ['', 'takes back what was done, in this order']),
    ...shown.undo.map(
      (each) => `  ${visible(each.tool)} ${visible(JSON.stringify(each.arguments))}`,
    ),
    '',
    `approval ${shown.approval}`,
    `digest   ${shown.digest}`,
  ]
  return `${lines.join('\n')}\n`
}

function stepLines(step: Step, at: number, shown: z.output<typeof plan>): string[] {
  const often = step.times === 1 ? '' : `, up to ${step.times} times`
  const who = step.agent === undefined ? '' : `, by agent ${step.agent}`
  const made = shown.made.filter((each) => each.step === at)
  return [
    `  ${at + 1}. ${visible(step.tool)}${often}${who}  [${step.action}, ${step.effect}, ${step.reversibility}]`,
    ...Object.entries(step.arguments).map(
      ([name, value]) => `       ${visible(name)} = ${visible(JSON.stringify(value))}`,
    ),
    ...Object.entries(step.bounds).map(
      ([name, each]) => `       ${visible(name)} ${boundText(each)}`,
    ),
    ...made.map(({ call, outcome }) => `       done: call ${call}, ${outcome ?? 'no outcome yet'}`),
  ]
}

function boundText(each: z.output<typeof bound>): string {
  switch (each.kind) {
    case 'one-of':
      return `one of ${each.values.map((value) => visible(JSON.stringify(value))).join(', ')}`
    case 'cidr':
      return `inside ${visible(each.net)}`
    case 'prefix':
      return `begins with ${visible(JSON.stringify(each.prefix))}`
    case 'pattern':
      return `like ${visible(JSON.stringify(each.pattern))} (* any characters, ? one)`
    case 'range':
      return `from ${each.min} to ${each.max}`
  }
}
