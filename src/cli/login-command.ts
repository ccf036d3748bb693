/** `login`: a one-time link into the console. */
import type { Command } from 'commander'
import { loginLink } from '../contract/sessions.ts'
import type { Cli } from './context.ts'
import { personCalled } from './person-commands.ts'

export function loginCommand(noun: Command, cli: Cli): void {
  noun
    .description('print a link that logs you into the console once, within ten minutes')
    .option('--for <person>', 'somebody else: name, e-mail or id; platform engineers only')
    .action((options: { readonly for?: string }) => login(cli, options.for))
}

async function login(cli: Cli, who: string | undefined): Promise<void> {
  const gateway = cli.gateway()
  const body = who === undefined ? {} : { person: (await personCalled(gateway, who)).id }
  const answer = await gateway.send('POST', '/api/v1/login-links', body, loginLink)
  cli.show(answer, () => `${answer.url}\n`)
  cli.tell(`Good once, until ${cli.when(answer.expires_at_ms)}.`)
}
