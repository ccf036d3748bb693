/** Passkeys on the command line: whose keys count, letting somebody in to enrol one, vouching, ending one. */
import type { Command } from 'commander'
import type { z } from 'zod'
import type { passkey } from '../contract/passkeys.ts'
import { changedPasskey, passkeyList, revokePasskeyBody } from '../contract/passkeys.ts'
import { personList } from '../contract/people.ts'
import { loginLink } from '../contract/sessions.ts'
import { Failure } from '../kernel/failure.ts'
import { visible } from '../kernel/visible-text.ts'
import type { Cli } from './context.ts'
import type { GatewayClient } from './gateway-client.ts'
import { findOne, namesById } from './lookup.ts'
import { personCalled } from './person-commands.ts'
import { tableText } from './table.ts'

type Passkey = z.output<typeof passkey>
const REASONS = revokePasskeyBody.shape.reason.options
/** What two people compare by voice: the first eight digits of the key's digest. */
const SPOKEN_DIGITS = 8

export function passkeyCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('whose keys there are, and whether they count')
    .option('--person <person>', 'of one person: name, e-mail or id')
    .action(({ person }: { readonly person?: string }) => list(cli, person))
  noun
    .command('enrol')
    .description('print a link that lets a person in to enrol a key on their device, once')
    .requiredOption('--for <person>', 'name, e-mail or id; platform engineers only')
    .action((options: { readonly for: string }) => enrol(cli, options.for))
  noun
    .command('vouch')
    .description('say that a key is its person’s, by the eight characters they read to you')
    .argument('<id>', 'the key, or the last characters of its id')
    .option('--heard <characters>', 'what you heard; asked for at a terminal')
    .action((id: string, { heard }: { readonly heard?: string }) => vouch(cli, id, heard))
  noun
    .command('revoke')
    .description('end a key; what it signed and has not run is void')
    .argument('<id>', 'the key, or the last characters of its id')
    .requiredOption('--reason <reason>', REASONS.join(', '))
    .action((id: string, { reason }: { readonly reason: string }) => revoke(cli, id, reason))
}

/** The digest of a key that waits is not shown: whoever vouches has it from its person, not from here. */
async function list(cli: Cli, who: string | undefined): Promise<void> {
  const gateway = cli.gateway()
  const query = who === undefined ? '' : `?person=${(await personCalled(gateway, who)).id}`
  const [{ passkeys }, { people }] = await Promise.all([
    gateway.get(`/api/v1/passkeys${query}`, passkeyList),
    gateway.get('/api/v1/people', personList),
  ])
  const person = namesById(people, ({ name }) => name)
  const rows = passkeys.map((each) => [
    visible(person(each.person)),
    visible(each.name),
    each.state,
    each.vouched_by === undefined ? '' : visible(person(each.vouched_by)),
    each.device_bound ? 'stays on its device' : 'may be copied',
    each.id,
  ])
  const heads = ['PERSON', 'KEY', 'STATE', 'VOUCHED BY', 'SAYS IT', 'ID']
  cli.show({ passkeys }, () =>
    rows.length === 0 ? 'There is no passkey.\n' : tableText(heads, rows),
  )
}

async function enrol(cli: Cli, who: string): Promise<void> {
  const gateway = cli.gateway()
  const { id, name } = await personCalled(gateway, who)
  const answer = await gateway.send('POST', '/api/v1/login-links', { person: id }, loginLink)
  const link = new URL(answer.url)
  link.searchParams.set('to', '/people')
  cli.show({ ...answer, url: link.href }, () => `${link.href}\n`)
  cli.tell(
    `Give it to ${visible(name)} alone. Good once, until ${cli.when(answer.expires_at_ms)}; somebody else than you vouches.`,
  )
}

async function vouch(cli: Cli, text: string, given: string | undefined): Promise<void> {
  const gateway = cli.gateway()
  const { passkeys } = await gateway.get('/api/v1/passkeys', passkeyList)
  const found = findOne('passkey', passkeys, text)
  const heard = given ?? (await asked(cli, gateway, found))
  const spoken = heard.replace(/[\s-]/g, '').toLowerCase()
  if (spoken !== found.key.slice('sha256:'.length).slice(0, SPOKEN_DIGITS))
    throw new Failure('seen_digest_mismatch', 'that is not how the key on record begins')
  const path = `/api/v1/passkeys/${found.id}/vouch`
  const answer = await gateway.send('POST', path, { key: found.key }, changedPasskey)
  cli.show(answer, () => 'The key counts from now on. Your name stands beside it.\n')
}

async function asked(cli: Cli, gateway: GatewayClient, key: Passkey): Promise<string> {
  if (!cli.mayAsk()) throw new Failure('usage_invalid', 'nobody can be asked here; use --heard')
  const { people } = await gateway.get('/api/v1/people', personList)
  const name = visible(namesById(people, (each) => each.name)(key.person))
  return cli.terminal.ask(`Ask ${name}, face to face or by phone. The eight characters they read: `)
}

async function revoke(cli: Cli, text: string, reason: string): Promise<void> {
  const wanted = revokePasskeyBody.safeParse({ reason })
  if (!wanted.success)
    throw new Failure('usage_invalid', `--reason is one of ${REASONS.join(', ')}`)
  const gateway = cli.gateway()
  const { passkeys } = await gateway.get('/api/v1/passkeys', passkeyList)
  const { id } = findOne('passkey', passkeys, text)
  const path = `/api/v1/passkeys/${id}/revoke`
  const answer = await gateway.send('POST', path, wanted.data, changedPasskey)
  cli.show(answer, () => 'Revoked. What it signed and has not run is void.\n')
}
