/** Changes that need two people, as the second one sees them. */
import type { Command } from 'commander'
import { Option } from 'commander'
import {
  changeAnswer,
  changeList,
  changeState,
  governance,
  reviewBody,
  shownChange,
} from '../contract/changes.ts'
import { personList } from '../contract/people.ts'
import { visible } from '../kernel/visible-text.ts'
import type { Cli } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { namesById } from './lookup.ts'
import { orInConsole, practiceSignature } from './sign-yes.ts'
import { listText, tableText } from './table.ts'

export function changeCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('changes that were proposed or made alone, newest first')
    .addOption(new Option('--state <state>', 'only these').choices(changeState.options))
    .action(({ state }: { readonly state?: string }) => list(cli, state))
  noun
    .command('show')
    .description('one change: what it would do, who proposed it and why')
    .argument('<id>')
    .action((id: string) => show(cli, id))
  noun
    .command('confirm')
    .description('be the second person: the change is made at once')
    .argument('<id>')
    .action((id: string) => confirm(cli, id))
  noun
    .command('reject')
    .description('say no, or take your own proposal back')
    .argument('<id>')
    .requiredOption('--reason <sentence>', 'why')
    .action((id: string, { reason }: { readonly reason: string }) =>
      decide(cli, `${id}/reject`, { reason }),
    )
  noun
    .command('review')
    .description('say that you have looked at what somebody made alone')
    .argument('<id>')
    .addOption(
      new Option('--verdict <verdict>', 'what you think of it')
        .choices(reviewBody.shape.verdict.options)
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <sentence>', 'why')
    .action((id: string, body: { readonly verdict: string; readonly reason: string }) =>
      decide(cli, `${id}/review`, body),
    )
  noun
    .command('status')
    .description('which changes need two people by now, and which one can still make alone')
    .action(() => status(cli))
}

async function list(cli: Cli, state: string | undefined): Promise<void> {
  const gateway = cli.gateway()
  const query = state === undefined ? '' : `?state=${encodeURIComponent(state)}`
  const [answer, { people }] = await Promise.all([
    gateway.get(`/api/v1/changes${query}`, changeList),
    gateway.get('/api/v1/people', personList),
  ])
  const name = namesById(people, (person) => person.name)
  const rows = answer.changes.map((each) => [
    each.kind,
    each.state,
    name(each.proposed_by),
    each.decided_by === undefined ? '' : name(each.decided_by),
    cli.when(each.due_at_ms),
    each.id,
  ])
  const heads = ['CHANGE', 'STATE', 'BY', 'SECOND', 'DUE', 'ID']
  cli.show(answer, () => (rows.length === 0 ? 'No changes.\n' : tableText(heads, rows)))
}

async function show(cli: Cli, id: string): Promise<void> {
  const gateway = cli.gateway()
  const [change, { people }] = await Promise.all([
    gateway.get(`/api/v1/changes/${encodeURIComponent(id)}`, shownChange),
    gateway.get('/api/v1/people', personList),
  ])
  const name = namesById(people, (person) => person.name)
  cli.show(change, () =>
    listText([
      ['change', change.kind],
      ['state', change.state],
      ['by', name(change.proposed_by)],
      ['why', visible(change.reason ?? 'erased')],
      ['what', visible(JSON.stringify(change.content) ?? 'erased')],
      ['due', cli.when(change.due_at_ms)],
      ['digest', change.digest],
    ]),
  )
}

/** Shows what is confirmed and confirms exactly that; where no file here can sign it, names the page that can. */
async function confirm(cli: Cli, id: string): Promise<void> {
  const gateway = cli.gateway()
  const path = `/api/v1/changes/${encodeURIComponent(id)}`
  const seen = await gateway.get(path, shownChange)
  cli.tell(`${seen.kind}: ${visible(JSON.stringify(seen.content) ?? '')}`)
  const answer = await orInConsole(cli, gateway, `/changes/${encodeURIComponent(id)}`, async () => {
    const assertion = await practiceSignature(cli, gateway, seen.digest)
    const body = { seen_digest: seen.digest, ...(assertion === undefined ? {} : { assertion }) }
    return gateway.send('POST', `${path}/confirm`, body, changeAnswer)
  })
  if (answer === undefined) return cli.finish(EXIT.pending)
  cli.show(answer, () =>
    answer.token === undefined ? 'Confirmed and made.\n' : `${answer.token}\n`,
  )
  if (answer.token !== undefined) cli.tell('Confirmed. This is their token; it is shown this once.')
}

async function decide(cli: Cli, verb: string, body: unknown): Promise<void> {
  const answer = await cli.gateway().send('POST', `/api/v1/changes/${verb}`, body, changeAnswer)
  cli.show(answer, () => `The change is ${answer.change.state}.\n`)
}

async function status(cli: Cli): Promise<void> {
  const gateway = cli.gateway()
  const [answer, { people }] = await Promise.all([
    gateway.get('/api/v1/governance', governance),
    gateway.get('/api/v1/people', personList),
  ])
  const name = namesById(people, (person) => person.name)
  const rows = answer.kinds.map(({ kind, governed, holders }) => [
    kind,
    governed ? 'two people' : 'one person, unproven',
    holders.map(name).join(', '),
  ])
  const heads = ['CHANGE', 'NEEDS', 'PROVEN HOLDERS']
  const open = answer.unreviewed.map(
    ({ kind, id }) => `Made alone, to be reviewed: ${kind} ${id}\n`,
  )
  cli.show(answer, () => `${tableText(heads, rows)}${open.join('')}`)
}
