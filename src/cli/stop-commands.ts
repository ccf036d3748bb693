/** Stop and resume. Stopping asks no questions and needs no reason: asking for one would cost seconds. */
import { Argument, type Command } from 'commander'
import { agentList } from '../contract/agents.ts'
import { personList } from '../contract/people.ts'
import { pressStopAnswer, releaseStopAnswer, stopList } from '../contract/stops.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import type { GatewayClient } from './gateway-client.ts'
import { findOne, namesById } from './lookup.ts'
import { tableText } from './table.ts'

const SCOPES = ['agent', 'tool', 'writes', 'tenant', 'list'] as const
type Scope = (typeof SCOPES)[number]

export function stopCommand(noun: Command, cli: Cli): void {
  noun
    .description(
      'halt at once: one agent, one tool, all writes, or everything; `stop list` shows what is halted',
    )
    .usage('agent NAME | tool NAME | writes | tenant | list')
    .addArgument(new Argument('<what>').choices(SCOPES))
    .argument('[name]', 'the agent, or the tool as agents see it (upstream__tool)')
    .option('--reason <sentence>', 'why; may be left out')
    .action(
      async (what: Scope, name: string | undefined, options: { readonly reason?: string }) => {
        if (what === 'list') return listStops(cli)
        const gateway = cli.gateway()
        const subject = await subjectOf(gateway, what, name)
        const answer = await gateway.send(
          'POST',
          '/api/v1/stops',
          {
            scope: what,
            ...(subject === undefined ? {} : { subject }),
            reason: options.reason ?? '',
          },
          pressStopAnswer,
        )
        const { stop } = answer
        cli.show(answer, () => `Stopped: ${what}${name === undefined ? '' : ` ${name}`}.\n`)
        cli.tell(`To end it: countersign resume ${stop.id} --reason "..."`)
      },
    )
}

async function subjectOf(
  gateway: GatewayClient,
  what: Exclude<Scope, 'list'>,
  name: string | undefined,
): Promise<string | undefined> {
  const needsName = what === 'agent' || what === 'tool'
  if (needsName !== (name !== undefined)) {
    throw new Failure(
      'usage_invalid',
      needsName ? `stop ${what} needs a name` : `stop ${what} takes no name`,
    )
  }
  if (what !== 'agent' || name === undefined) return name
  const { agents } = await gateway.get('/api/v1/agents', agentList)
  return findOne('agent', agents, name, (agent) => [agent.name, agent.subject]).id
}

async function listStops(cli: Cli): Promise<void> {
  const gateway = cli.gateway()
  const answer = await gateway.get('/api/v1/stops', stopList)
  const { people } = await gateway.get('/api/v1/people', personList)
  const person = namesById(people, ({ name }) => name)
  const rows = answer.stops.map((stop) => [
    stop.scope,
    stop.subject ?? '-',
    person(stop.pressed_by),
    cli.when(stop.pressed_at_ms),
    stop.id,
  ])
  cli.show(answer, () =>
    rows.length === 0
      ? 'Nothing is stopped.\n'
      : tableText(['STOPPED', 'NAME', 'BY', 'SINCE', 'ID'], rows),
  )
}

export function resumeCommand(noun: Command, cli: Cli): void {
  noun
    .description('end a stop; for those who lead, and with a reason')
    .argument('<id>', 'the stop, or the last characters of its id')
    .requiredOption('--reason <sentence>', 'why it may go on')
    .action(async (id: string, { reason }: { readonly reason: string }) => {
      const gateway = cli.gateway()
      const { stops } = await gateway.get('/api/v1/stops', stopList)
      const stop = findOne('stop', stops, id)
      const answer = await gateway.send(
        'DELETE',
        `/api/v1/stops/${stop.id}`,
        { reason },
        releaseStopAnswer,
      )
      cli.show(
        answer,
        () => `Resumed: ${stop.scope}${stop.subject === undefined ? '' : ` ${stop.subject}`}.\n`,
      )
    })
}
