/** Pending approvals: who waits for what, and the decision of a person. */
import type { Command } from 'commander'
import { caseList } from '../contract/cases.ts'
import { personList } from '../contract/people.ts'
import { requestState } from '../contract/words.ts'
import { Failure } from '../kernel/failure.ts'
import { type ApprovalListed, allApprovals } from './all-approvals.ts'
import { addGroup } from './approval-group.ts'
import { targetNames } from './approval-text.ts'
import { addRequestVerbs } from './approval-verbs.ts'
import type { Cli } from './context.ts'
import { decide, showRequest } from './decide.ts'
import { fetchApproval, shownOf } from './decision-package.ts'
import type { GatewayClient } from './gateway-client.ts'
import { namesById } from './lookup.ts'
import { requestId } from './request-id.ts'
import { addAuthorityVerbs } from './review-commands.ts'
import { tableText } from './table.ts'
import { spanText } from './time-text.ts'

export function approvalCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('what waits for a decision, the most urgent first')
    .option('--state <state>', requestState.options.join(', '), 'pending')
    .action(async ({ state }: { readonly state: string }) => list(cli, state))
  noun
    .command('show')
    .description('everything a decision needs: exact call, target, undo, reasons, digest')
    .argument('<id>', 'the request, or the last characters of its id')
    .action(async (id: string) => {
      const gateway = cli.gateway()
      await showRequest(cli, gateway, await requestId(gateway, id))
    })
  addDecision(noun, cli, 'approve', 'say yes to exactly this call')
  addDecision(noun, cli, 'deny', 'say no')
  addDecision(noun, cli, 'take-over', 'make the request yours; releases nothing')
  addRequestVerbs(noun, cli)
  addGroup(noun, cli)
  addAuthorityVerbs(noun, cli)
}

type DecisionOptions = { readonly reason?: string; readonly yes?: boolean; readonly seen?: string }

function addDecision(
  noun: Command,
  cli: Cli,
  verb: 'approve' | 'deny' | 'take-over',
  about: string,
): void {
  noun
    .command(verb)
    .description(about)
    .argument('<id>', 'the request, or the last characters of its id')
    .option('--reason <sentence>', 'why; always needed, asked for at a terminal')
    .option('--yes', 'ask nothing')
    .option('--seen <digest>', 'decide only if this is still the action digest you were shown')
    .action(async (id: string, options: DecisionOptions) => {
      const gateway = cli.gateway()
      await decide(cli, gateway, { verb, id: await requestId(gateway, id), ...options })
    })
}

async function list(cli: Cli, state: string): Promise<void> {
  const wanted = requestState.safeParse(state)
  if (!wanted.success) {
    throw new Failure('usage_invalid', `--state is one of ${requestState.options.join(', ')}`)
  }
  const gateway = cli.gateway()
  const found = await allApprovals(gateway, `state=${wanted.data}`)
  const approvals = found.toSorted((a, b) => a.expires_at_ms - b.expires_at_ms)
  const rows = cli.options().json === true ? [] : await rowsOf(gateway, approvals)
  cli.show({ approvals, total: approvals.length }, () =>
    rows.length === 0 ? `Nothing is ${state}.\n` : tableText(HEADS, rows),
  )
}

const HEADS = ['AGE', 'LEFT', 'ACTION', 'TARGET', 'CASE', 'ROLE', 'OWNER', 'ID']

async function rowsOf(
  gateway: GatewayClient,
  approvals: readonly ApprovalListed[],
): Promise<string[][]> {
  if (approvals.length === 0) return []
  const [{ people }, { cases }, targets] = await Promise.all([
    gateway.get('/api/v1/people', personList),
    gateway.get('/api/v1/cases', caseList),
    Promise.all(approvals.map((each) => targetOf(gateway, each.id))),
  ])
  const person = namesById(people, ({ name }) => name)
  const incident = namesById(cases, ({ external_ref: ref }) => ref)
  const nowMs = Date.now()
  return approvals.map((each, at) => [
    spanText(nowMs - each.created_at_ms),
    each.state === 'pending' ? spanText(each.expires_at_ms - nowMs) : each.state,
    each.action,
    targets[at] ?? '',
    incident(each.case),
    each.needs.map(({ role }) => role).join(' + '),
    person(each.owner),
    each.id,
  ])
}

/** The summary names no target; a package that cannot be shown says so in its place. */
async function targetOf(gateway: GatewayClient, id: string): Promise<string> {
  const shown = shownOf(await fetchApproval(gateway, id))
  return typeof shown === 'string' ? `(${shown})` : targetNames(shown)
}
