/** Standing plans on the command line: what is pre-authorised, handing a proposal to its owner, signing, ending. */
import type { Command } from 'commander'
import type { z } from 'zod'
import { standingDigest } from '../approval/standing.ts'
import { personList } from '../contract/people.ts'
import { me } from '../contract/sessions.ts'
import {
  signStandingAnswer,
  standingList,
  type standingPlan,
  toldAnswer,
} from '../contract/standing.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { visible } from '../kernel/visible-text.ts'
import type { Cli } from './context.ts'
import { shortCode } from './digest-text.ts'
import type { GatewayClient } from './gateway-client.ts'
import { findOne, namesById } from './lookup.ts'
import { objectIn } from './plan-proposals.ts'
import { orInConsole, practiceSignature } from './sign-yes.ts'
import { tableText } from './table.ts'
import { spanText } from './time-text.ts'
import { requireTypedCode } from './typed-code.ts'

type Plan = z.output<typeof standingPlan>

/** What an address carries through every proxy on the way. Characters of base64url. */
const MAX_LINK = 2000
/** How often a plan that is signed elsewhere is looked for, and for how long. */
const LOOK_INTERVAL_MS = 1_000
const LOOK_FOR_MS = 10 * 60_000

export function addStanding(noun: Command, cli: Cli): void {
  const standing = noun
    .command('standing')
    .description('what its owner pre-approves: list, propose, sign, revoke')
  standing
    .command('list')
    .description('what runs unasked, on whose word and how long still')
    .option('--all', 'ended ones too')
    .action(({ all }: { readonly all?: boolean }) => list(cli, all === true))
  standing
    .command('propose')
    .description('print the page where the owner of the class signs this; signs nothing')
    .argument('<file>', 'the proposal as JSON')
    .action(async (file: string) => propose(cli, file))
  standing
    .command('sign')
    .description('pre-approve exactly what the file says')
    .argument('<file>', 'the proposal as JSON')
    .option('--yes', 'ask nothing')
    .action((file: string, { yes }: { readonly yes?: boolean }) => sign(cli, file, yes === true))
  standing
    .command('revoke')
    .description('end one now; calls are asked about again')
    .argument('<id>', 'the standing plan, or the last characters of its id')
    .requiredOption('--reason <sentence>', 'why')
    .action((id: string, { reason }: { readonly reason: string }) => revoke(cli, id, reason))
}

async function list(cli: Cli, isAll: boolean): Promise<void> {
  const gateway = cli.gateway()
  const [{ standing_plans: plans }, { people }] = await Promise.all([
    gateway.get('/api/v1/standing-plans', standingList),
    gateway.get('/api/v1/people', personList),
  ])
  const person = namesById(people, ({ name }) => name)
  const shown = plans.filter(({ state }) => isAll || state === 'live')
  const nowMs = Date.now()
  const rows = shown.map((each) => [
    each.state === 'live' ? `ends in ${spanText(each.expires_at_ms - nowMs)}` : each.state,
    each.action,
    each.environments.join(', '),
    `${each.cap} in ${spanText(each.window_ms)}`,
    `${each.sample_percent}%`,
    visible(person(each.owner)),
    each.id,
  ])
  const heads = ['STATE', 'ACTION', 'WHERE', 'CAP', 'SAMPLED', 'SIGNED BY', 'ID']
  cli.show({ standing_plans: shown }, () =>
    rows.length === 0 ? 'Nothing is pre-approved.\n' : tableText(heads, rows),
  )
}

function propose(cli: Cli, file: string): void {
  const url = cli.gateway().baseUrl + pageOf(objectIn(file))
  cli.show({ url }, () => `${url}\n`)
  cli.tell('Send it to whoever owns the class; they read it there and sign it.')
}

async function sign(cli: Cli, file: string, isYes: boolean): Promise<void> {
  const proposal = objectIn(file)
  const gateway = cli.gateway()
  const { id: owner, tenant } = await gateway.get('/api/v1/me', me)
  const digest = standingDigest(tenant, owner, proposal)
  cli.terminal.err.write(`${proposalText(proposal, digest)}\n`)
  if (!isYes) await requireTypedCode(cli, digest, 'to let these calls run unasked')
  const assertion = await practiceSignature(cli, gateway, digest)
  const body = { standing_plan: proposal, assertion }
  const answer = await orInConsole(cli, gateway, pageOf(proposal), () =>
    gateway.send('POST', '/api/v1/standing-plans', body, signStandingAnswer),
  )
  const plan = answer?.standing_plan ?? (await signedInConsole(cli, gateway, digest))
  cli.show(answer ?? { standing_plan: plan }, () => `Signed. It is in force: ${plan.id}\n`)
}

async function signedInConsole(cli: Cli, gateway: GatewayClient, digest: string): Promise<Plan> {
  cli.tell('Waiting until it is signed; Ctrl-C leaves it.')
  for (let left = LOOK_FOR_MS; left > 0; left -= LOOK_INTERVAL_MS) {
    const { standing_plans: plans } = await gateway.get('/api/v1/standing-plans', standingList)
    const found = plans.find((each) => each.digest === digest)
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS))
  }
  throw new Failure('approval_expired', 'nobody signed it in time')
}

async function revoke(cli: Cli, text: string, reason: string): Promise<void> {
  const gateway = cli.gateway()
  const { standing_plans: plans } = await gateway.get('/api/v1/standing-plans', standingList)
  const { id } = findOne('standing plan', plans, text)
  const path = `/api/v1/standing-plans/${id}/revoke`
  const answer = await gateway.send('POST', path, { reason }, toldAnswer)
  cli.show(answer, () => 'Ended. Calls like these are asked about again.\n')
}

function pageOf(proposal: JsonObject): string {
  const text = Buffer.from(JSON.stringify(proposal)).toString('base64url')
  if (text.length > MAX_LINK)
    throw new Failure('usage_invalid', 'the proposal is too long for a link; name fewer targets')
  return `/standing-plans?plan=${text}`
}

function proposalText(proposal: JsonObject, digest: string): string {
  const lines = Object.entries(proposal).map(
    ([name, value]) => `  ${visible(name)}  ${visible(JSON.stringify(value))}`,
  )
  return `pre-approve\n${lines.join('\n')}\nsigns\n  short code ${shortCode(digest)}\n  ${digest}`
}
