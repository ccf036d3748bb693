/** What a person may do with a request beside deciding it. */
import type { Command } from 'commander'
import { decisionAnswer } from '../contract/approvals.ts'
import type { Cli } from './context.ts'
import { reasonOf, report } from './decide.ts'
import { requestId } from './request-id.ts'

const ID = 'the request, or the last characters of its id'

export function addRequestVerbs(noun: Command, cli: Cli): void {
  noun
    .command('acknowledge')
    .description('say that you have it; decides nothing, stops no clock')
    .argument('<id>', ID)
    .action((id: string) => acknowledge(cli, id))
  noun
    .command('cancel')
    .description('close a request without a decision; the agent is told why')
    .argument('<id>', ID)
    .option('--reason <sentence>', 'why; always needed, asked for at a terminal')
    .action((id: string, options: { readonly reason?: string }) => cancel(cli, id, options))
}

async function acknowledge(cli: Cli, text: string): Promise<void> {
  const gateway = cli.gateway()
  const path = `/api/v1/approvals/${await requestId(gateway, text)}/acknowledge`
  report(cli, await gateway.send('POST', path, undefined, decisionAnswer))
}

async function cancel(cli: Cli, text: string, options: { readonly reason?: string }) {
  const gateway = cli.gateway()
  const path = `/api/v1/approvals/${await requestId(gateway, text)}/cancel`
  const reason = await reasonOf(cli, options)
  report(cli, await gateway.send('POST', path, { reason }, decisionAnswer))
}
