/** Authority that was lent: list, lend, take back. */
import type { Command } from 'commander'
import { delegateAnswer, delegationList, receiptsAnswer } from '../contract/authority.ts'
import { personList } from '../contract/people.ts'
import { role as roleWord } from '../contract/words.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import { collect, findOne, namesById } from './lookup.ts'
import { personCalled } from './person-commands.ts'
import { tableText } from './table.ts'
import { instantFrom } from './time-text.ts'

const WHEN = '"2026-03-04 14:00" in your zone, or RFC 3339'

export function delegationCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('who may act in whose place, for what and until when')
    .action(() => list(cli))
  noun
    .command('add')
    .description('let somebody act in your place; it cannot be lent on')
    .requiredOption('--to <person>', 'name, e-mail or id')
    .requiredOption('--role <role>', roleWord.options.join(', '))
    .requiredOption('--for <class>', 'an effect or an action; repeat it for several', collect, [])
    .requiredOption('--until <instant>', WHEN)
    .requiredOption('--reason <sentence>', 'why')
    .action((options: AddOptions) => add(cli, options))
  noun
    .command('end')
    .description('take it back')
    .argument('<id>', 'the delegation, or the last characters of its id')
    .action((id: string) => end(cli, id))
}

type AddOptions = {
  readonly to: string
  readonly role: string
  readonly for: readonly string[]
  readonly until: string
  readonly reason: string
}

async function list(cli: Cli): Promise<void> {
  const gateway = cli.gateway()
  const [answer, { people }] = await Promise.all([
    gateway.get('/api/v1/delegations', delegationList),
    gateway.get('/api/v1/people', personList),
  ])
  const person = namesById(people, ({ name }) => name)
  const rows = answer.delegations.map((one) => [
    person(one.delegator),
    person(one.delegate),
    one.role,
    one.classes.join(' '),
    cli.when(one.to_ms),
    one.in_force ? 'in force' : 'ended',
    one.id,
  ])
  const heads = ['FROM', 'TO', 'ROLE', 'FOR', 'UNTIL', 'STATE', 'ID']
  cli.show(answer, () =>
    rows.length === 0 ? 'Nobody acts in the place of another.\n' : tableText(heads, rows),
  )
}

async function add(cli: Cli, options: AddOptions): Promise<void> {
  const gateway = cli.gateway()
  const role = roleWord.safeParse(options.role)
  if (!role.success)
    throw new Failure('usage_invalid', `--role is one of ${roleWord.options.join(', ')}`)
  const until = instantFrom(options.until)
  if (until === undefined) throw new Failure('usage_invalid', `--until is ${WHEN}`)
  const { id, name } = await personCalled(gateway, options.to)
  const body = {
    delegate: id,
    role: role.data,
    classes: options.for,
    to_ms: until,
    reason: options.reason,
  }
  const answer = await gateway.send('POST', '/api/v1/delegations', body, delegateAnswer)
  cli.show(
    answer,
    () => `${name} may act as ${role.data} in your place until ${cli.when(until)}.\n`,
  )
}

async function end(cli: Cli, text: string): Promise<void> {
  const gateway = cli.gateway()
  const { delegations } = await gateway.get('/api/v1/delegations', delegationList)
  const { id } = findOne('delegation', delegations, text)
  const answer = await gateway.send(
    'DELETE',
    `/api/v1/delegations/${id}`,
    undefined,
    receiptsAnswer,
  )
  cli.show(answer, () => 'Taken back.\n')
}
