/** Decisions somebody has to look at again, and the two verbs that lead to them: escalate, release in an emergency. */
import type { Command } from 'commander'
import { decisionAnswer } from '../contract/approvals.ts'
import { reviewList, verdictAnswer } from '../contract/authority.ts'
import { personList } from '../contract/people.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import { look, reasonOf, report } from './decide.ts'
import { findOne, namesById } from './lookup.ts'
import { requestId } from './request-id.ts'
import { decidedInConsole, orInConsole, practiceSignature } from './sign-yes.ts'
import { tableText } from './table.ts'
import { spanText } from './time-text.ts'

export function reviewCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('what is still to be looked at again, the most urgent first')
    .option('--all', 'closed ones too')
    .action(({ all }: { readonly all?: boolean }) => list(cli, all === true))
  noun
    .command('give')
    .description('say whether the decision was justified; you do not see the other verdict')
    .argument('<id>', 'the review, or the last characters of its id')
    .argument('<verdict>', 'justified or not_justified')
    .option('--reason <sentence>', 'why; always needed, asked for at a terminal')
    .action((id: string, verdict: string, options: Reason) => give(cli, id, verdict, options))
}

type Reason = { readonly reason?: string }

/** `approval escalate` and `approval emergency-release`. */
export function addAuthorityVerbs(noun: Command, cli: Cli): void {
  for (const [verb, about] of [
    ['escalate', 'have the next role answer; releases nothing'],
    [
      'emergency-release',
      'nobody entitled can be reached: release it alone, for minutes, and be reviewed',
    ],
  ] as const) {
    noun
      .command(verb)
      .description(about)
      .argument('<id>', 'the request, or the last characters of its id')
      .option('--reason <sentence>', 'why; always needed, asked for at a terminal')
      .action((id: string, options: Reason) => act(cli, verb, id, options))
  }
}

async function act(cli: Cli, verb: string, text: string, options: Reason): Promise<void> {
  const gateway = cli.gateway()
  const id = await requestId(gateway, text)
  const { request, text: shown } = await look(cli, gateway, id, cli.paint.err)
  cli.terminal.err.write(`${shown}\n`)
  const reason = await reasonOf(cli, options)
  const { action_digest: digest, signs, needs_passkey: needsPasskey } = request
  const isSigned = verb === 'emergency-release' && needsPasskey
  const assertion = isSigned ? await practiceSignature(cli, gateway, signs.digest) : undefined
  const body = { seen_digest: digest, reason, assertion }
  const answer = await orInConsole(cli, gateway, `/approvals/${id}#emergency`, () =>
    gateway.send('POST', `/api/v1/approvals/${id}/${verb}`, body, decisionAnswer),
  )
  if (answer !== undefined) return report(cli, answer)
  const [decided] = await decidedInConsole(cli, gateway, [id])
  cli.show(decided, () => 'Released in the console.\n')
}

async function list(cli: Cli, isAll: boolean): Promise<void> {
  const gateway = cli.gateway()
  const [answer, { people }] = await Promise.all([
    gateway.get(`/api/v1/reviews${isAll ? '' : '?state=open'}`, reviewList),
    gateway.get('/api/v1/people', personList),
  ])
  const person = namesById(people, ({ name }) => name)
  const nowMs = Date.now()
  const rows = answer.reviews.map((one) => [
    one.kind,
    person(one.about),
    one.state === 'closed' ? 'closed' : dueText(one.due_at_ms - nowMs),
    `${one.verdicts_missing} missing`,
    one.request,
    one.id,
  ])
  const heads = ['KIND', 'DECIDED BY', 'DUE', 'VERDICTS', 'REQUEST', 'ID']
  cli.show(answer, () =>
    rows.length === 0 ? 'Nothing waits to be looked at again.\n' : tableText(heads, rows),
  )
}

function dueText(leftMs: number): string {
  return leftMs < 0 ? `overdue for ${spanText(-leftMs)}` : `in ${spanText(leftMs)}`
}

async function give(cli: Cli, text: string, verdict: string, options: Reason): Promise<void> {
  if (verdict !== 'justified' && verdict !== 'not_justified')
    throw new Failure('usage_invalid', 'a verdict is justified or not_justified')
  const gateway = cli.gateway()
  const { reviews } = await gateway.get('/api/v1/reviews', reviewList)
  const { id } = findOne('review', reviews, text)
  const body = { verdict, reason: await reasonOf(cli, options) }
  const answer = await gateway.send('POST', `/api/v1/reviews/${id}/verdict`, body, verdictAnswer)
  const isClosed = answer.review.state === 'closed'
  cli.show(answer, () =>
    isClosed ? 'Recorded; the review is closed.\n' : 'Recorded; another person looks too.\n',
  )
}
