/** What a person may do with a request beside deciding it. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { decisionAnswer } from '../contract/approvals.ts'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject, parseStrictText } from '../kernel/strict-json.ts'
import type { Cli } from './context.ts'
import { look, reasonOf, report } from './decide.ts'
import { requestId } from './request-id.ts'

const ID = 'the request, or the last characters of its id'

export function addRequestVerbs(noun: Command, cli: Cli): void {
  noun
    .command('acknowledge')
    .description('say that you have it; decides nothing, stops no clock')
    .argument('<id>', ID)
    .action((id: string) => acknowledge(cli, id))
  noun
    .command('modify')
    .description('close a request; the agent is to call again with other arguments')
    .argument('<id>', ID)
    .requiredOption('--arguments <json>', 'all arguments as one JSON object, or @file')
    .option('--reason <sentence>', 'why; always needed, asked for at a terminal')
    .action((id: string, options: ModifyOptions) => modify(cli, id, options))
  noun
    .command('ask')
    .description('ask the agent something; decides nothing, stops no clock')
    .argument('<id>', ID)
    .argument('<question>', 'in a sentence')
    .action((id: string, question: string) => ask(cli, id, question))
  noun
    .command('cancel')
    .description('close a request without a decision; the agent is told why')
    .argument('<id>', ID)
    .option('--reason <sentence>', 'why; always needed, asked for at a terminal')
    .action((id: string, options: { readonly reason?: string }) => cancel(cli, id, options))
}

type ModifyOptions = { readonly arguments: string; readonly reason?: string }

/** Shows first, like any decision: what is changed is what was looked at. */
async function modify(cli: Cli, text: string, options: ModifyOptions): Promise<void> {
  const args = argumentsFrom(options.arguments)
  const gateway = cli.gateway()
  const { request, text: shown } = await look(
    cli,
    gateway,
    await requestId(gateway, text),
    cli.paint.err,
  )
  cli.terminal.err.write(`${shown}\n`)
  const reason = await reasonOf(cli, options)
  const body = { seen_digest: request.action_digest, reason, arguments: args }
  const path = `/api/v1/approvals/${request.id}/modify`
  report(cli, await gateway.send('POST', path, body, decisionAnswer))
}

/** JSON as it stands, or `@` and the name of a file that holds it. */
function argumentsFrom(text: string): JsonObject {
  const source = text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text
  const value = parseStrictText(source)
  if (!isObject(value)) throw new Failure('usage_invalid', '--arguments is one JSON object')
  return value
}

async function ask(cli: Cli, text: string, question: string): Promise<void> {
  const gateway = cli.gateway()
  const path = `/api/v1/approvals/${await requestId(gateway, text)}/ask`
  report(cli, await gateway.send('POST', path, { question }, decisionAnswer))
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
