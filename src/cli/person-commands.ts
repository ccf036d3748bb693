/** People, their roles and what they are certified for. */
import type { Command } from 'commander'
import type { z } from 'zod'
import {
  certificateList,
  changedPerson,
  linkedChat,
  personList,
  type person as personSchema,
  putCertificateAnswer,
  registeredPerson,
} from '../contract/people.ts'
import { role } from '../contract/words.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import type { GatewayClient } from './gateway-client.ts'
import { collect, findOne } from './lookup.ts'
import { writeSecret } from './profile.ts'
import { listText, tableText } from './table.ts'

type Person = z.output<typeof personSchema>
const WHO = 'name, e-mail or id'
const DAY_MS = 24 * 3_600_000

export function personCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('all people')
    .action(() => list(cli))
  noun
    .command('show')
    .description('one person with certificates')
    .argument('<person>', WHO)
    .action((text: string) => show(cli, text))
  registerVerb(noun, cli)
  for (const [verb, state, about] of STATES) {
    noun
      .command(verb)
      .description(about)
      .argument('<person>', WHO)
      .action((text: string) => change(cli, text, { state }))
  }
  noun
    .command('roles')
    .description('give a person these roles instead of the present ones')
    .argument('<person>', WHO)
    .argument('<role...>', role.options.join(', '))
    .action((text: string, roles: readonly string[]) => change(cli, text, { roles }))
  certifyVerb(noun, cli)
  noun
    .command('link')
    .description('say which account of a chat is this person')
    .argument('<person>', WHO)
    .requiredOption('--channel <id>', 'the channel, as the configuration calls it')
    .requiredOption('--account <id>', "the chat's own id of the person, such as U012AB3CD")
    .action((text: string, options: LinkOptions) => link(cli, text, options))
}

type LinkOptions = { readonly channel: string; readonly account: string }

async function link(cli: Cli, text: string, body: LinkOptions): Promise<void> {
  const gateway = cli.gateway()
  const { id, name } = await personCalled(gateway, text)
  const answer = await gateway.send('POST', `/api/v1/people/${id}/chat`, body, linkedChat)
  cli.show(answer, () => `${body.account} on ${body.channel} is ${name} from now on.\n`)
}

const STATES = [
  ['suspend', 'suspended', 'signatures of the person stop counting at once'],
  ['activate', 'active', 'end a suspension'],
] as const

async function list(cli: Cli): Promise<void> {
  const answer = await cli.gateway().get('/api/v1/people', personList)
  const rows = answer.people.map(({ name, email, roles, state, id }) => [
    name,
    email,
    roles.join(' '),
    state,
    id,
  ])
  cli.show(answer, () => tableText(['NAME', 'E-MAIL', 'ROLES', 'STATE', 'ID'], rows))
}

export async function personCalled(gateway: GatewayClient, text: string): Promise<Person> {
  const { people } = await gateway.get('/api/v1/people', personList)
  return findOne('person', people, text, ({ name, email }) => [name, email])
}

async function show(cli: Cli, text: string): Promise<void> {
  const gateway = cli.gateway()
  const person = await personCalled(gateway, text)
  const { certificates } = await gateway.get(
    `/api/v1/people/${person.id}/certificates`,
    certificateList,
  )
  const held = certificates.map(
    (each) => `${each.action_class}, by ${each.issuer}, until ${cli.when(each.expires_at_ms)}`,
  )
  cli.show({ ...person, certificates }, () =>
    listText([
      ['name', person.name],
      ['e-mail', person.email],
      ['roles', person.roles.join(' ')],
      ['state', person.state],
      ['certified', held.length === 0 ? 'for nothing' : held.join('\n')],
      ['id', person.id],
    ]),
  )
}

type RegisterOptions = {
  readonly name: string
  readonly email: string
  readonly role: readonly string[]
  readonly tokenOut?: string
}

function registerVerb(noun: Command, cli: Cli): void {
  noun
    .command('register')
    .description('put a person on the books and make an API token')
    .requiredOption('--name <name>', 'full name')
    .requiredOption('--email <address>', 'e-mail address')
    .requiredOption('--role <role>', `${role.options.join(', ')}; several times`, collect)
    .option('--token-out <file>', 'write the token to this file (mode 600) instead of stdout')
    .action(async ({ name, email, role: roles, tokenOut }: RegisterOptions) => {
      const answer = await cli
        .gateway()
        .send('POST', '/api/v1/people', { name, email, roles }, registeredPerson)
      if (tokenOut === undefined) {
        cli.show(answer, () => `${answer.token}\n`)
        cli.tell(`${name} is registered. This is the token; it is shown this once.`)
        return
      }
      writeSecret(tokenOut, answer.token)
      const { token: _, ...told } = answer
      cli.show(told, () => `${name} is registered. The token is in ${tokenOut}.\n`)
    })
}

async function change(cli: Cli, text: string, body: unknown): Promise<void> {
  const gateway = cli.gateway()
  const { id } = await personCalled(gateway, text)
  const answer = await gateway.send('POST', `/api/v1/people/${id}`, body, changedPerson)
  const { name, state, roles } = answer.person
  cli.show(answer, () => `${name} is ${state}: ${roles.join(', ')}.\n`)
}

type CertifyOptions = { readonly for: string; readonly issuer: string; readonly days: string }

function certifyVerb(noun: Command, cli: Cli): void {
  noun
    .command('certify')
    .description('record that a person was trained for a class of action')
    .argument('<person>', WHO)
    .requiredOption(
      '--for <class>',
      'an effect (contain, identity, ...) or one action (deny:ipv4_net)',
    )
    .requiredOption('--issuer <name>', 'who says so')
    .option('--days <days>', 'how long it holds', '365')
    .action(async (text: string, options: CertifyOptions) => {
      const days = Number(options.days)
      if (!(days > 0)) throw new Failure('usage_invalid', '--days is no number of days')
      const gateway = cli.gateway()
      const { id, name } = await personCalled(gateway, text)
      const body = {
        action_class: options.for,
        issuer: options.issuer,
        expires_at_ms: Date.now() + Math.round(days * DAY_MS),
      }
      const answer = await gateway.send(
        'POST',
        `/api/v1/people/${id}/certificates`,
        body,
        putCertificateAnswer,
      )
      const until = cli.when(answer.certificate.expires_at_ms)
      cli.show(answer, () => `${name} is certified for ${options.for} until ${until}.\n`)
    })
}
