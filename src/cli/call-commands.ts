/** Calls that were made, and taking one back. */
import type { Command } from 'commander'
import type { z } from 'zod'
import { undoAnswer, undoShown } from '../contract/effects.ts'
import type { Cli } from './context.ts'
import { shortCode } from './digest-text.ts'
import { listText } from './table.ts'

type Shown = z.output<typeof undoShown>

export function callCommands(noun: Command, cli: Cli): void {
  noun
    .command('undo')
    .description('take back what a call did; without --reason it only shows what would be done')
    .argument('<call>', 'its id, as case show and containment list give it')
    .option('--reason <sentence>', 'why; then it is done')
    .action((id: string, options: { readonly reason?: string }) => undo(cli, id, options.reason))
}

async function undo(cli: Cli, id: string, reason: string | undefined): Promise<void> {
  const gateway = cli.gateway()
  const path = `/api/v1/calls/${encodeURIComponent(id)}/undo`
  const shown = await gateway.get(path, undoShown)
  if (reason === undefined) {
    cli.show(shown, () => shownText(shown))
    cli.tell(`To do it: countersign call undo ${shown.call} --reason "..."`)
    return
  }
  const order = { seen_digest: shown.digest, reason }
  const answer = await gateway.send('POST', path, order, undoAnswer)
  cli.show(answer, () =>
    answer.kind === 'already'
      ? 'Nothing was done: the target shows that it is lifted already.\n'
      : `Taken back: ${shown.tool} (${answer.outcome}). The undo is call ${answer.undo_call}.\n`,
  )
}

function shownText(shown: Shown): string {
  const { undo: inverse } = shown
  return listText([
    ['call', shown.call],
    ['did', `${shown.tool} (${shown.action})`],
    ['to', shown.targets.map(({ kind, id }) => `${kind} ${id}`).join(', ') || undefined],
    ['state', shown.state],
    ['undo', `${inverse.upstream} ${inverse.tool} ${JSON.stringify(inverse.arguments)}`],
    ['you may', shown.may_lift ? `yes, as ${shown.by}` : `no: ${shown.failing}`],
    ['code', `${shortCode(shown.digest)}  ${shown.digest}`],
  ])
}
