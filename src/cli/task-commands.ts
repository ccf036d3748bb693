/** Agent sessions: bounded pieces of delegated work. */
import type { Command } from 'commander'
import { agentList } from '../contract/agents.ts'
import { caseList } from '../contract/cases.ts'
import { closeTaskAnswer, openTaskAnswer, taskList, taskQuery } from '../contract/tasks.ts'
import { purpose } from '../contract/words.ts'
import { Failure } from '../kernel/failure.ts'
import { agentCalled } from './agent-commands.ts'
import type { Cli } from './context.ts'
import { collect, findOne, namesById } from './lookup.ts'
import { tableText } from './table.ts'

type OpenOptions = {
  readonly agent: string
  readonly case: string
  readonly purpose: string
  readonly scope?: readonly string[]
  readonly hours?: string
}

export function taskCommands(noun: Command, cli: Cli): void {
  noun
    .command('open')
    .description('let an agent work on one case for one purpose, on your behalf')
    .requiredOption('--agent <agent>', 'name, subject or id')
    .requiredOption('--case <case>', 'its number in the ticket system, or id')
    .requiredOption('--purpose <purpose>', purpose.options.join(', '))
    .option('--scope <tools>', 'narrower than what the agent may use; several times', collect)
    .option('--hours <hours>', 'how long it lasts')
    .action((options: OpenOptions) => open(cli, options))
  noun
    .command('list')
    .description('agent sessions')
    .option('--state <state>', 'open or closed')
    .action(({ state }: { readonly state?: string }) => list(cli, state))
  noun
    .command('close')
    .description('end a session; what it has pending ends with it')
    .argument('<id>', 'the session, or the last characters of its id')
    .option('--reason <reason>', 'done, abandoned or closed-by-person', 'closed-by-person')
    .action((id: string, { reason }: { readonly reason: string }) => close(cli, id, reason))
}

async function open(cli: Cli, options: OpenOptions): Promise<void> {
  const hours = options.hours === undefined ? undefined : Number(options.hours)
  if (hours !== undefined && !(hours > 0))
    throw new Failure('usage_invalid', '--hours is no number of hours')
  const gateway = cli.gateway()
  const agent = await agentCalled(gateway, options.agent)
  const body = {
    agent: agent.id,
    case: options.case,
    purpose: options.purpose,
    scope: options.scope ?? [],
    ...(hours === undefined ? {} : { lifetime_ms: Math.round(hours * 3_600_000) }),
  }
  const answer = await gateway.send('POST', '/api/v1/tasks', body, openTaskAnswer)
  const { task } = answer
  cli.show(answer, () => `${task.id}\n`)
  cli.tell(
    `${agent.name} may work on ${options.case} (${task.purpose}) until ${cli.when(task.expires_at_ms)}.`,
  )
}

async function list(cli: Cli, state: string | undefined): Promise<void> {
  const wanted = taskQuery.safeParse(state === undefined ? {} : { state })
  if (!wanted.success) throw new Failure('usage_invalid', '--state is open or closed')
  const gateway = cli.gateway()
  const query = state === undefined ? '' : `?state=${state}`
  const [answer, { agents }, { cases }] = await Promise.all([
    gateway.get(`/api/v1/tasks${query}`, taskList),
    gateway.get('/api/v1/agents', agentList),
    gateway.get('/api/v1/cases', caseList),
  ])
  const agent = namesById(agents, ({ name }) => name)
  const incident = namesById(cases, ({ external_ref: ref }) => ref)
  const rows = answer.tasks.map((task) => [
    agent(task.agent),
    incident(task.case),
    task.purpose,
    task.state,
    cli.when(task.expires_at_ms),
    task.id,
  ])
  cli.show(answer, () =>
    rows.length === 0
      ? 'There is no such session.\n'
      : tableText(['AGENT', 'CASE', 'PURPOSE', 'STATE', 'UNTIL', 'ID'], rows),
  )
}

async function close(cli: Cli, text: string, reason: string): Promise<void> {
  const gateway = cli.gateway()
  const { tasks } = await gateway.get('/api/v1/tasks', taskList)
  const { id } = findOne('session', tasks, text)
  const answer = await gateway.send(
    'POST',
    `/api/v1/tasks/${id}/close`,
    { reason },
    closeTaskAnswer,
  )
  cli.show(answer, () => `Closed ${id}.\n`)
}
