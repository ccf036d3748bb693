/** Borrowed credentials that are out now. */
import type { Command } from 'commander'
import type { z } from 'zod'
import { agentList } from '../contract/agents.ts'
import { type borrowedLease, leaseList } from '../contract/lending.ts'
import type { Cli } from './context.ts'
import { namesById } from './lookup.ts'
import { tableText } from './table.ts'

type Borrowed = z.output<typeof borrowedLease>

const STATES = {
  requested: 'asked for',
  issued: 'lent',
  ending: 'is taken back',
  ended: 'over',
} as const

export function leaseCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('credentials that are borrowed now, the oldest first')
    .action(() => list(cli))
}

async function list(cli: Cli): Promise<void> {
  const gateway = cli.gateway()
  const answer = await gateway.get('/api/v1/leases', leaseList)
  const { agents } = await gateway.get('/api/v1/agents', agentList)
  const agent = namesById(agents, ({ name }) => name)
  const rows = answer.leases.map((lease) => [
    lease.scope.tool,
    lease.scope.targets.map(({ id }) => id).join(' ') || '-',
    lease.broker,
    agent(lease.agent),
    stateText(lease),
    cli.when(lease.expires_at_ms),
    usableText(cli, lease),
    lease.id,
  ])
  const heads = ['TOOL', 'TARGET', 'FROM', 'FOR', 'STATE', 'UNTIL', 'USABLE UNTIL', 'LEASE']
  cli.show(answer, () => (rows.length === 0 ? 'Nothing is borrowed.\n' : tableText(heads, rows)))
}

function stateText({ state, attempts, stuck }: Borrowed): string {
  if (state !== 'ending' || attempts === 0) return STATES[state]
  const tries = attempts === 1 ? '1 try' : `${attempts} tries`
  return stuck ? `stuck after ${tries}` : `${STATES[state]}, ${tries}`
}

/** How long somebody who kept it could use it, where that is longer than anybody may. */
function usableText(cli: Cli, { expires_at_ms: untilMs, residual_until_ms: leftMs }: Borrowed) {
  return leftMs - untilMs >= 1_000 ? cli.when(leftMs) : '-'
}
