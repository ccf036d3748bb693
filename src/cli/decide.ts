/**
 * A person's decision from the command line: show first, then ask, then send the digest that was shown. A yes
 * without a reason does not exist, and a yes nobody was shown does not either: with `--yes` the package is still
 * printed before it is sent.
 */
import type { z } from 'zod'
import { CONSEQUENCES } from '../approval/consequences.ts'
import { approvalSummary, decisionAnswer } from '../contract/approvals.ts'
import { personList } from '../contract/people.ts'
import { Failure } from '../kernel/failure.ts'
import { approvalText } from './approval-text.ts'
import type { Cli } from './context.ts'
import { type Approval, checkedPackage, fetchApproval } from './decision-package.ts'
import { EXIT } from './exit-codes.ts'
import type { GatewayClient } from './gateway-client.ts'
import { namesById } from './lookup.ts'
import { decidedInConsole, orInConsole, practiceSignature } from './sign-yes.ts'
import type { Paint } from './terminal.ts'
import { requireTypedCode } from './typed-code.ts'

export type DecisionRequest = {
  readonly verb: 'approve' | 'deny' | 'take-over'
  readonly id: string
  readonly reason?: string
  readonly yes?: boolean
  readonly seen?: string
}

/** Prints the package as data. The look is recorded: a yes nobody looked at is a finding (R93). */
export async function showRequest(cli: Cli, gateway: GatewayClient, id: string): Promise<void> {
  const { request, text } = await look(cli, gateway, id, cli.paint.out)
  cli.show(request, () => text)
}

/** Throws `usage_invalid` where nobody can be asked, and what the gateway refuses. */
export async function decide(
  cli: Cli,
  gateway: GatewayClient,
  wish: DecisionRequest,
): Promise<void> {
  const { request, text } = await look(cli, gateway, wish.id, cli.paint.err)
  cli.terminal.err.write(`${text}\n`)
  if (request.state === 'expired') throw new Failure('approval_expired', 'nobody decided in time')
  if (wish.seen !== undefined && wish.seen !== request.action_digest) {
    throw new Failure(
      'seen_digest_mismatch',
      'the digest of this request is not the one you were shown',
    )
  }
  const reason = await reasonOf(cli, wish)
  if (wish.verb === 'approve' && wish.yes !== true)
    await requireTypedCode(
      cli,
      request.action_digest,
      'to approve and to answer for these consequences',
    )
  await sendDecision(cli, gateway, wish, request, reason)
}

async function sendDecision(
  cli: Cli,
  gateway: GatewayClient,
  { verb }: DecisionRequest,
  request: Approval,
  reason: string,
): Promise<void> {
  const isYes = verb === 'approve'
  const isSigned = isYes && request.needs_passkey
  const assertion = isSigned
    ? await practiceSignature(cli, gateway, request.signs.digest)
    : undefined
  const body = {
    seen_digest: request.action_digest,
    reason,
    assertion,
    // They were printed above; whoever goes on has read that they answer for them.
    ...(isYes ? { acknowledged: CONSEQUENCES } : {}),
  }
  const path = `/api/v1/approvals/${request.id}/${verb}`
  const answer = await orInConsole(cli, gateway, `/approvals/${request.id}`, () =>
    gateway.send('POST', path, body, decisionAnswer),
  )
  if (answer !== undefined) return report(cli, answer)
  const [decided] = await decidedInConsole(cli, gateway, [request.id])
  cli.show(decided, () => 'Approved in the console.\n')
}

type Look = { readonly request: Approval; readonly text: string }

/** The request as the person sees it now; that they looked is recorded. */
export async function look(
  cli: Cli,
  gateway: GatewayClient,
  id: string,
  paint: Paint,
): Promise<Look> {
  await gateway.send('POST', `/api/v1/approvals/${id}/view`, undefined, approvalSummary)
  const [request, { people }] = await Promise.all([
    fetchApproval(gateway, id),
    gateway.get('/api/v1/people', personList),
  ])
  const person = namesById(people, ({ name }) => name)
  const shower = { paint, when: cli.when, nowMs: Date.now(), person }
  return { request, text: approvalText(request, checkedPackage(request), shower) }
}

/** The person's sentence, asked for at a terminal. Throws `reason_required`. */
export async function reasonOf(cli: Cli, wish: { readonly reason?: string }): Promise<string> {
  const given = wish.reason?.trim() ?? ''
  if (given !== '') return given
  const asked = cli.mayAsk() ? (await cli.terminal.ask('Why? ')).trim() : ''
  if (asked === '') throw new Failure('reason_required', 'nobody decides without saying why')
  return asked
}

const SAID = {
  released: 'Approved. Exactly this call may run once, now.',
  'co-signed': 'Your signature counts. Another person has to sign too.',
  denied: 'Denied. The agent is told your reason.',
  'taken-over': 'The request is yours now. Nothing was released.',
  cancelled: 'The request is closed. The agent is told your reason.',
  modified:
    'Closed. The agent is told to call again with your arguments; somebody else signs for them.',
  asked: 'Asked. The agent is told at once; the request still waits.',
  acknowledged: 'Recorded that you have it. The clock runs on.',
  escalated: 'The next role has to answer now, and was paged. Nothing was released.',
} as const

/** Prints what became of a verb, with the ledger entries that tell it. */
export function report(cli: Cli, answer: z.output<typeof decisionAnswer>): void {
  const { outcome } = answer
  const text =
    outcome === 'advised'
      ? `Recorded as advice, nothing was released: ${answer.says ?? 'you are not entitled'}. ${answer.next ?? ''}`
      : SAID[outcome]
  if (outcome === 'advised') cli.finish(EXIT.notPermitted)
  if (outcome === 'co-signed') cli.finish(EXIT.pending)
  const receipts = answer.receipts.map(({ type, index }) => `ledger entry ${index}: ${type}`)
  cli.show(answer, () => [text, ...receipts, ''].join('\n'))
}
