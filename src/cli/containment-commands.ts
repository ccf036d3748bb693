/** The shift board: what is contained now, until when, and a decision that it lasts longer. */
import type { Command } from 'commander'
import { containmentList, extendAnswer } from '../contract/effects.ts'
import type { Cli } from './context.ts'
import { findOne } from './lookup.ts'
import { tableText } from './table.ts'

const AT_END = { hold: 'holds, pages', revert: 'is lifted', self: 'ends by itself' } as const

export function containmentCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('what is contained now, the next to end first')
    .action(() => list(cli))
  noun
    .command('extend')
    .description('decide that a containment lasts longer')
    .argument('<call>', 'the call that contained it, or the last characters of its id')
    .requiredOption('--minutes <number>', 'how long from now', Number)
    .requiredOption('--reason <sentence>', 'why')
    .action((id: string, options: { readonly minutes: number; readonly reason: string }) =>
      extend(cli, id, options),
    )
}

async function fetchAll(cli: Cli) {
  const { containments } = await cli.gateway().get('/api/v1/containments', containmentList)
  return containments
}

async function list(cli: Cli): Promise<void> {
  const containments = await fetchAll(cli)
  const rows = containments.map((each) => [
    each.targets.map(({ id }) => id).join(' ') || '-',
    each.tool,
    each.overdue ? `overdue since ${cli.when(each.ends_at_ms)}` : cli.when(each.ends_at_ms),
    AT_END[each.at_end],
    each.call,
  ])
  cli.show({ containments }, () =>
    rows.length === 0
      ? 'Nothing is contained.\n'
      : tableText(['TARGET', 'BY', 'UNTIL', 'THEN', 'CALL'], rows),
  )
}

async function extend(
  cli: Cli,
  ref: string,
  { minutes, reason }: { readonly minutes: number; readonly reason: string },
): Promise<void> {
  const all = (await fetchAll(cli)).map((each) => ({ ...each, id: each.call }))
  const { call } = findOne('containment', all, ref)
  const path = `/api/v1/containments/${call}/extend`
  const answer = await cli.gateway().send('POST', path, { minutes, reason }, extendAnswer)
  cli.show(answer, () => `It lasts until ${cli.when(answer.ends_at_ms)}.\n`)
}
