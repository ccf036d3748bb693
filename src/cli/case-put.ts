/** `case put`: what the case system would report, entered by hand where no feed does it. */
import type { Command } from 'commander'
import { Option } from 'commander'
import { putCaseAnswer } from '../contract/cases.ts'
import type { Cli } from './context.ts'
import { collect } from './lookup.ts'

type PutOptions = {
  readonly title: string
  readonly state: string
  readonly severity: string
  readonly tag?: readonly string[]
  readonly owner?: string
}

export function casePutCommand(noun: Command, cli: Cli): void {
  noun
    .command('put')
    .description('say what is known of a case; replaces what was known')
    .argument('<case>', 'its number in the ticket system')
    .requiredOption('--title <title>', 'as the ticket has it')
    .requiredOption('--severity <number>', '1 is the worst, 5 the mildest')
    .addOption(
      new Option('--state <state>', 'whether work goes on')
        .choices(['open', 'closed'])
        .default('open'),
    )
    .option('--tag <tag>', 'several times', collect)
    .option('--owner <owner>', 'who owns it in the ticket system')
    .action((ref: string, options: PutOptions) => put(cli, ref, options))
}

async function put(cli: Cli, ref: string, options: PutOptions): Promise<void> {
  const { title, state, severity, tag: tags = [], owner } = options
  const body = {
    ...{ title, state, severity: Number(severity), tags, source: 'cli' },
    ...(owner === undefined ? {} : { owner }),
  }
  const path = `/api/v1/cases/${encodeURIComponent(ref)}`
  const answer = await cli.gateway().send('PUT', path, body, putCaseAnswer)
  cli.show(answer, () => `Case ${ref} is ${answer.case.state}, severity ${answer.case.severity}.\n`)
}
