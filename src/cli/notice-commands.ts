/** What became of the messages to people. */
import type { Command } from 'commander'
import { Option } from 'commander'
import { deliveryList, deliveryState } from '../contract/notices.ts'
import { personList } from '../contract/people.ts'
import type { Cli } from './context.ts'
import { namesById } from './lookup.ts'
import { tableText } from './table.ts'

type ListOptions = { readonly state?: string }

export function noticeCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('messages to people, newest first: on which channel, and whether it took them')
    .addOption(new Option('--state <state>', 'only these').choices(deliveryState.options))
    .action((options: ListOptions) => list(cli, options))
}

const WORDS: Readonly<Record<string, string>> = {
  due: 'waiting',
  sent: 'sent',
  dead: 'given up',
  dropped: 'not needed',
}

async function list(cli: Cli, { state }: ListOptions): Promise<void> {
  const gateway = cli.gateway()
  const query = state === undefined ? '' : `?state=${encodeURIComponent(state)}`
  const [answer, { people }] = await Promise.all([
    gateway.get(`/api/v1/deliveries${query}`, deliveryList),
    gateway.get('/api/v1/people', personList),
  ])
  const name = namesById(people, (person) => person.name)
  const rows = answer.deliveries.map((each) => [
    cli.when(each.created_at_ms),
    each.kind,
    each.channel,
    each.person === undefined ? '' : name(each.person),
    WORDS[each.state] ?? each.state,
    String(each.attempts),
    each.error ?? '',
  ])
  const heads = ['WHEN', 'ABOUT', 'CHANNEL', 'TO', 'STATE', 'ATTEMPTS', 'LAST ERROR']
  const none =
    answer.channels.length === 0
      ? 'No channel is configured: nobody is told of anything. See docs/guides/notices.md.\n'
      : 'No messages yet.\n'
  cli.show(answer, () => (rows.length === 0 ? none : tableText(heads, rows)))
}
