/** What a person says about a case: who is suspect in it, and what they decide against a recommendation. */
import type { Command } from 'commander'
import { overrideAnswer, receiptsAnswer } from '../contract/authority.ts'
import { caseList } from '../contract/cases.ts'
import { waiverAnswer } from '../contract/safeguards.ts'
import type { Cli } from './context.ts'
import { reasonOf } from './decide.ts'
import type { GatewayClient } from './gateway-client.ts'
import { findOne } from './lookup.ts'
import { personCalled } from './person-commands.ts'

const SAFEGUARDS = ['evidence-preserved', 'impact-checked']
const CASE = 'number in the ticket system, or id'
type Reason = { readonly reason?: string }

export function addCaseVerbs(noun: Command, cli: Cli): void {
  for (const [verb, method, about] of [
    ['mark-suspect', 'PUT', 'say that a person is suspect in a case; they sign nothing in it'],
    ['clear-suspect', 'DELETE', 'take the mark back'],
  ] as const) {
    noun
      .command(verb)
      .description(about)
      .argument('<case>', CASE)
      .argument('<person>', 'name, e-mail or id')
      .option('--reason <sentence>', 'why; always needed, asked for at a terminal')
      .action(async (ref: string, who: string, options: Reason) => {
        const gateway = cli.gateway()
        const [id, person] = [await caseIdOf(gateway, ref), await personCalled(gateway, who)]
        const body = { reason: await reasonOf(cli, options) }
        const path = `/api/v1/cases/${id}/suspects/${person.id}`
        const answer = await gateway.send(method, path, body, receiptsAnswer)
        cli.show(answer, () => 'Recorded.\n')
      })
  }
  noun
    .command('waive-evidence')
    .description('let evidence of one target be destroyed without preserving it first, for an hour')
    .argument('<case>', CASE)
    .argument('<kind>', 'kind of the target, e.g. device')
    .argument('<target>', 'the target as the call will name it')
    .option('--only <safeguard>', 'evidence-preserved or impact-checked; both unless given')
    .option('--reason <sentence>', 'why; always needed, asked for at a terminal')
    .action((ref: string, kind: string, target: string, options: Waiver) =>
      waiveEvidence(cli, ref, { kind, id: target }, options),
    )
  noun
    .command('override')
    .description('decide against what an agent recommended; both are kept side by side')
    .argument('<case>', CASE)
    .argument('<recommendation>', 'id of the recommendation')
    .requiredOption('--instead <sentence>', 'what you decide')
    .option('--reason <sentence>', 'why; always needed, asked for at a terminal')
    .action((ref: string, recommendation: string, options: Override) =>
      override(cli, ref, recommendation, options),
    )
}

type Waiver = Reason & { readonly only?: string }

async function waiveEvidence(
  cli: Cli,
  ref: string,
  target: { readonly kind: string; readonly id: string },
  options: Waiver,
) {
  const gateway = cli.gateway()
  const id = await caseIdOf(gateway, ref)
  const waives = options.only === undefined ? SAFEGUARDS : [options.only]
  const body = { target, waives, reason: await reasonOf(cli, options) }
  const path = `/api/v1/cases/${id}/evidence-waivers`
  const answer = await gateway.send('POST', path, body, waiverAnswer)
  cli.show(answer, () => `Waived until ${cli.when(answer.until_ms)}.\n`)
}

type Override = Reason & { readonly instead: string }

async function override(cli: Cli, ref: string, recommendation: string, options: Override) {
  const gateway = cli.gateway()
  const id = await caseIdOf(gateway, ref)
  const reason = await reasonOf(cli, options)
  const body = { recommendation, instead: options.instead, reason }
  const answer = await gateway.send('POST', `/api/v1/cases/${id}/overrides`, body, overrideAnswer)
  cli.show(answer, () => 'Recorded: the recommendation, what you decide instead, and why.\n')
}

async function caseIdOf(gateway: GatewayClient, ref: string): Promise<string> {
  const { cases } = await gateway.get('/api/v1/cases', caseList)
  const named = cases.find(({ external_ref: external }) => external === ref)
  return named?.id ?? findOne('case', cases, ref).id
}
