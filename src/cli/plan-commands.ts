/** Plans: which chains run, what exactly was approved, the decision on one, and the stop. */
import type { Command } from 'commander'
import { caseList } from '../contract/cases.ts'
import { personList } from '../contract/people.ts'
import { plan, planList, planStatus, stopPlanAnswer } from '../contract/plans.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import { decide } from './decide.ts'
import type { GatewayClient } from './gateway-client.ts'
import { findOne, namesById } from './lookup.ts'
import { addProposals } from './plan-proposals.ts'
import { planText } from './plan-text.ts'
import { addStanding } from './standing-commands.ts'
import { tableText } from './table.ts'
import { spanText } from './time-text.ts'

export function planCommands(noun: Command, cli: Cli): void {
  addProposals(noun, cli)
  addStanding(noun, cli)
  noun
    .command('list')
    .description('chains of calls and where they stand, the newest first')
    .option('--status <status>', planStatus.options.join(', '))
    .action(async ({ status }: { readonly status?: string }) => list(cli, status))
  noun
    .command('show')
    .description('every step with its bounds, what was done, and what would take it back')
    .argument('<id>', 'the plan, or the last characters of its id')
    .action(async (id: string) => show(cli, id))
  for (const verb of ['approve', 'deny'] as const) {
    noun
      .command(verb)
      .description(verb === 'approve' ? 'say yes to the whole chain, once' : 'say no to the chain')
      .argument('<id>', 'the plan, or the last characters of its id')
      .option('--reason <sentence>', 'why; always needed, asked for at a terminal')
      .option('--yes', 'ask nothing')
      .option('--seen <digest>', 'decide only if this is still the action digest you were shown')
      .action(async (id: string, options: { reason?: string; yes?: boolean; seen?: string }) => {
        const gateway = cli.gateway()
        const { approval } = await find(gateway, id)
        await decide(cli, gateway, { verb, id: approval, ...options })
      })
  }
  noun
    .command('stop')
    .description('end a chain now; nothing more of it runs')
    .argument('<id>', 'the plan, or the last characters of its id')
    .requiredOption('--reason <sentence>', 'why')
    .action(async (id: string, { reason }: { readonly reason: string }) => stop(cli, id, reason))
}

async function find(gateway: GatewayClient, text: string) {
  const { plans } = await gateway.get('/api/v1/plans', planList)
  return findOne('plan', plans, text)
}

async function list(cli: Cli, status: string | undefined): Promise<void> {
  if (status !== undefined && !planStatus.safeParse(status).success) {
    throw new Failure('usage_invalid', `--status is one of ${planStatus.options.join(', ')}`)
  }
  const gateway = cli.gateway()
  const query = status === undefined ? '' : `?status=${status}`
  const answer = await gateway.get(`/api/v1/plans${query}`, planList)
  const { cases } = await gateway.get('/api/v1/cases', caseList)
  const incident = namesById(cases, ({ external_ref: ref }) => ref)
  const nowMs = Date.now()
  const rows = answer.plans.map((each) => [
    spanText(nowMs - each.created_at_ms),
    each.reason === undefined ? each.status : `${each.status} (${each.reason})`,
    `${each.calls} calls`,
    `${each.steps} steps`,
    each.action,
    incident(each.case),
    each.id,
  ])
  cli.show(answer, () =>
    rows.length === 0
      ? 'There is no plan.\n'
      : tableText(['AGE', 'STATUS', 'DONE', 'LENGTH', 'WORST', 'CASE', 'ID'], rows),
  )
}

async function show(cli: Cli, id: string): Promise<void> {
  const gateway = cli.gateway()
  const found = await gateway.get(`/api/v1/plans/${(await find(gateway, id)).id}`, plan)
  const { people } = await gateway.get('/api/v1/people', personList)
  const person = namesById(people, ({ name }) => name)
  cli.show(found, () => planText(found, { when: cli.when, person }))
}

async function stop(cli: Cli, id: string, reason: string): Promise<void> {
  const gateway = cli.gateway()
  const { id: planId } = await find(gateway, id)
  const answer = await gateway.send(
    'POST',
    `/api/v1/plans/${planId}/stop`,
    { reason },
    stopPlanAnswer,
  )
  cli.show(answer, () => 'Stopped. Nothing more of this plan runs.\n')
  if (answer.plan.calls > 0)
    cli.tell(`What takes back what was done: countersign plan show ${planId}`)
}
