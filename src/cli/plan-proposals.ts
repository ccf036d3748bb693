/** Putting a chain to people from a file: in our own words, or as a CACAO 2.0 playbook. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { proposePlanAnswer } from '../contract/plans.ts'
import { taskList } from '../contract/tasks.ts'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject, parseStrictText } from '../kernel/strict-json.ts'
import type { Cli } from './context.ts'
import { findOne } from './lookup.ts'

const VERBS = [
  {
    verb: 'propose',
    about: 'put a chain of calls to people, from a file as agents propose it',
    path: '/api/v1/plans',
    member: 'plan',
  },
  {
    verb: 'import',
    about: 'put a CACAO 2.0 playbook to people; one that is no plain chain is refused',
    path: '/api/v1/plans/import',
    member: 'playbook',
  },
] as const

export function addProposals(noun: Command, cli: Cli): void {
  for (const each of VERBS) {
    noun
      .command(each.verb)
      .description(each.about)
      .argument('<file>', 'JSON')
      .requiredOption('--task <id>', 'the agent session it is for, or the end of its id')
      .action((file: string, { task }: { readonly task: string }) => send(cli, each, file, task))
  }
}

async function send(
  cli: Cli,
  { path, member }: (typeof VERBS)[number],
  file: string,
  text: string,
): Promise<void> {
  const content = objectIn(file)
  const gateway = cli.gateway()
  const { tasks } = await gateway.get('/api/v1/tasks', taskList)
  const { id: task } = findOne('session', tasks, text)
  const answer = await gateway.send('POST', path, { task, [member]: content }, proposePlanAnswer)
  const { id, steps, action, effect, approval } = answer.plan
  cli.show(answer, () => `plan      ${id}\napproval  ${approval}\n`)
  cli.tell(`Proposed: ${steps} steps, the worst ${action} (${effect}). Nothing runs before it is approved:
  countersign plan approve ${id}`)
}

/** The one JSON object a file holds. Throws `usage_invalid`. */
export function objectIn(file: string): JsonObject {
  const value = parseStrictText(readFileSync(file, 'utf8'))
  if (!isObject(value)) throw new Failure('usage_invalid', `${file} is not one JSON object`)
  return value
}
