/**
 * One decision for several requests from the command line. Every member is fetched and checked here, the statement
 * is built here from what was checked, and its digest is what goes back: the gateway cannot slip one more in.
 */
import type { Command } from 'commander'
import type { z } from 'zod'
import { CONSEQUENCES } from '../approval/consequences.ts'
import { type BoundGroup, bindGroup, type GroupVerdict } from '../approval/group.ts'
import { groupAnswer } from '../contract/approvals.ts'
import { Failure } from '../kernel/failure.ts'
import { visible } from '../kernel/visible-text.ts'
import { targetNames } from './approval-text.ts'
import type { Cli } from './context.ts'
import { look, reasonOf } from './decide.ts'
import { type Approval, checkedPackage } from './decision-package.ts'
import { shortCode } from './digest-text.ts'
import type { GatewayClient } from './gateway-client.ts'
import { requestId } from './request-id.ts'
import { decidedInConsole, orInConsole, practiceSignature } from './sign-yes.ts'
import { requireTypedCode } from './typed-code.ts'

type GroupOptions = {
  readonly exclude?: readonly string[]
  readonly reason?: string
  readonly yes?: boolean
}

export function addGroup(noun: Command, cli: Cli): void {
  const group = noun
    .command('group')
    .description('one decision for several requests of one action: all of them, or none')
  for (const verdict of ['approve', 'deny'] as const) {
    group
      .command(verdict)
      .description(
        verdict === 'approve' ? 'say yes to exactly these calls' : 'say no to all of them',
      )
      .argument('<ids...>', 'the requests, or the last characters of their ids')
      .option('--exclude <ids...>', 'requests left out on purpose; the record names them')
      .option('--reason <sentence>', 'why; always needed, asked for at a terminal')
      .option('--yes', 'ask nothing')
      .action((ids: string[], options: GroupOptions) => decideGroup(cli, verdict, ids, options))
  }
}

async function decideGroup(
  cli: Cli,
  verdict: GroupVerdict,
  ids: readonly string[],
  options: GroupOptions,
): Promise<void> {
  const gateway = cli.gateway()
  const members = await looked(cli, gateway, ids)
  const excluded = await looked(cli, gateway, options.exclude ?? [])
  const bound = boundOf(verdict, members, excluded)
  cli.terminal.err.write(groupText(verdict, members, excluded, bound))
  const reason = await reasonOf(cli, options)
  if (verdict === 'approve' && options.yes !== true)
    await requireTypedCode(
      cli,
      bound.digest,
      'to approve all of them and to answer for their consequences',
    )
  const named = ({ id, action_digest: digest }: Approval) => ({ id, seen_digest: digest })
  const isSigned = verdict === 'approve' && members.some((each) => each.needs_passkey)
  const assertion = isSigned ? await practiceSignature(cli, gateway, bound.digest) : undefined
  const body = {
    verdict,
    members: members.map(named),
    excluded: excluded.map(named),
    seen_digest: bound.digest,
    reason,
    assertion,
    // They were printed with every member.
    ...(verdict === 'approve' ? { acknowledged: CONSEQUENCES } : {}),
  }
  const answer = await orInConsole(cli, gateway, pageOf(members, excluded), () =>
    gateway.send('POST', '/api/v1/approvals/group', body, groupAnswer),
  )
  if (answer !== undefined) return report(cli, answer)
  const decided = await decidedInConsole(
    cli,
    gateway,
    members.map(({ id }) => id),
  )
  cli.show({ decided }, () => 'Approved in the console, all of them.\n')
}

function pageOf(members: readonly Approval[], excluded: readonly Approval[]): string {
  const ids = (some: readonly Approval[]) => some.map(({ id }) => id).join(',')
  const except = excluded.length === 0 ? '' : `&except=${ids(excluded)}`
  return `/approvals/group?members=${ids(members)}${except}`
}

/** Every package is printed: nobody signs a list of ids. */
async function looked(
  cli: Cli,
  gateway: GatewayClient,
  ids: readonly string[],
): Promise<readonly Approval[]> {
  const seen: Approval[] = []
  for (const text of ids) {
    const id = await requestId(gateway, text)
    const { request, text: shown } = await look(cli, gateway, id, cli.paint.err)
    cli.terminal.err.write(`${shown}\n`)
    seen.push(request)
  }
  return seen
}

function boundOf(
  verdict: GroupVerdict,
  members: readonly Approval[],
  excluded: readonly Approval[],
): BoundGroup {
  const memberOf = (request: Approval) => ({
    request: request.id,
    actionDigest: request.action_digest,
    again: request.signs.again,
    targets: checkedPackage(request).targets,
  })
  const [first] = members
  if (first === undefined) throw new Failure('usage_invalid', 'a group has members')
  return bindGroup({
    tenant: tenantOf(first),
    verdict,
    members: members.map(memberOf),
    excluded: excluded.map(memberOf),
  })
}

/** As the checked statement of the request says. */
function tenantOf({ statement }: Approval): string {
  const value = statement.state === 'present' ? statement.value : undefined
  const { tenant } = (value ?? {}) as { readonly tenant?: unknown }
  if (typeof tenant === 'string') return tenant
  throw new Failure('payload_unreadable', 'the statement names no tenant')
}

function groupText(
  verdict: GroupVerdict,
  members: readonly Approval[],
  excluded: readonly Approval[],
  { digest }: BoundGroup,
): string {
  const line = (request: Approval) => {
    const targets = targetNames(checkedPackage(request))
    return `  ${visible(request.action)} on ${targets}  ${request.id}\n`
  }
  const left = excluded.length === 0 ? '' : `left out on purpose\n${excluded.map(line).join('')}`
  const head = `${verdict} ${members.length} requests, all or none`
  return `${head}\n${members.map(line).join('')}${left}signs\n  short code ${shortCode(digest)}\n  ${digest}\n`
}

function report(cli: Cli, answer: z.output<typeof groupAnswer>): void {
  const lines = answer.decided.map(({ outcome, approval }) => `${approval.id}  ${outcome}`)
  const receipts = answer.receipts.map(({ type, index }) => `ledger entry ${index}: ${type}`)
  cli.show(answer, () => [...lines, ...receipts, ''].join('\n'))
}
