/** Agents: who they are, what they may use, and their lifecycle. */
import type { Command } from 'commander'
import type { z } from 'zod'
import {
  agentList,
  type agent as agentSchema,
  changedAgent,
  registeredAgent,
} from '../contract/agents.ts'
import { personList } from '../contract/people.ts'
import { agentMode } from '../contract/words.ts'
import { makeAgentKey, readPublicJwk } from './agent-key.ts'
import type { Cli } from './context.ts'
import type { GatewayClient } from './gateway-client.ts'
import { collect, findOne, namesById } from './lookup.ts'
import { listText, tableText } from './table.ts'

type Agent = z.output<typeof agentSchema>

export function agentCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('all agents')
    .action(() => list(cli))
  noun
    .command('show')
    .description('one agent')
    .argument('<agent>', 'name, subject or id')
    .action(async (text: string) => {
      const gateway = cli.gateway()
      const [agent, { people }] = await Promise.all([
        agentCalled(gateway, text),
        gateway.get('/api/v1/people', personList),
      ])
      cli.show(agent, () => agentText(agent, namesById(people, ({ name }) => name)(agent.owner)))
    })
  registerVerb(noun, cli)
  for (const [verb, about] of LIFECYCLE) {
    noun
      .command(verb)
      .description(about)
      .argument('<agent>', 'name, subject or id')
      .action((text: string) => change(cli, text, verb, undefined))
  }
  changeVerb(noun, cli)
  keyVerbs(noun.command('key').description('keys of an agent'), cli)
}

const LIFECYCLE = [
  ['activate', 'let it work'],
  ['suspend', 'halt it; its pending requests and unused approvals end'],
  ['retire', 'end it for good'],
] as const

async function list(cli: Cli): Promise<void> {
  const gateway = cli.gateway()
  const answer = await gateway.get('/api/v1/agents', agentList)
  const { people } = await gateway.get('/api/v1/people', personList)
  const person = namesById(people, ({ name }) => name)
  const rows = answer.agents.map((agent) => [
    agent.name,
    agent.state,
    agent.mode,
    person(agent.owner),
    agent.grants.join(' '),
    agent.id,
  ])
  cli.show(answer, () =>
    rows.length === 0
      ? 'No agent is registered.\n'
      : tableText(['NAME', 'STATE', 'MODE', 'OWNER', 'MAY USE', 'ID'], rows),
  )
}

export async function agentCalled(gateway: GatewayClient, text: string): Promise<Agent> {
  const { agents } = await gateway.get('/api/v1/agents', agentList)
  return findOne('agent', agents, text, ({ name, subject }) => [name, subject])
}

function agentText(agent: Agent, owner: string): string {
  return listText([
    ['name', agent.name],
    ['state', agent.state],
    ['mode', agent.mode],
    ['subject', agent.subject],
    ['owner', owner],
    ['may use', agent.grants.join('\n')],
    ['id', agent.id],
  ])
}

type RegisterOptions = {
  readonly name: string
  readonly subject: string
  readonly owner: string
  readonly mode?: string
  readonly grant?: readonly string[]
  readonly key: string
}

function registerVerb(noun: Command, cli: Cli): void {
  noun
    .command('register')
    .description('put an agent on the books; it starts as proposed')
    .requiredOption('--name <name>', 'what people call it')
    .requiredOption(
      '--subject <uri>',
      'subject of its workload JWT, e.g. spiffe://example.org/agent/triage',
    )
    .requiredOption('--owner <person>', 'the accountable human: name, e-mail or id')
    .requiredOption('--key <file>', 'its public key as a JWK (EC P-256)')
    .option('--mode <mode>', agentMode.options.join(', '))
    .option('--grant <tools>', 'what it may use, e.g. "logs/*"; several times', collect)
    .action(async (options: RegisterOptions) => {
      const gateway = cli.gateway()
      const { people } = await gateway.get('/api/v1/people', personList)
      const owner = findOne('person', people, options.owner, ({ name, email }) => [name, email])
      const body = {
        name: options.name,
        subject: options.subject,
        owner: owner.id,
        ...(options.mode === undefined ? {} : { mode: options.mode }),
        grants: options.grant ?? [],
        key: readPublicJwk(options.key),
      }
      const answer = await gateway.send('POST', '/api/v1/agents', body, registeredAgent)
      cli.show(answer, () => `${agentText(answer.agent, owner.name)}key       ${answer.key_id}\n`)
      cli.tell(`Registered. To let it work: countersign agent activate ${answer.agent.name}`)
    })
}

function changeVerb(noun: Command, cli: Cli): void {
  noun
    .command('change')
    .description('another mode, or other tools it may use')
    .argument('<agent>', 'name, subject or id')
    .option('--mode <mode>', agentMode.options.join(', '))
    .option('--grant <tools>', 'all it may use from now on; several times', collect)
    .action(
      async (
        text: string,
        options: { readonly mode?: string; readonly grant?: readonly string[] },
      ) => {
        if (options.mode !== undefined) await change(cli, text, 'mode', { mode: options.mode })
        if (options.grant !== undefined)
          await change(cli, text, 'grants', { grants: options.grant })
        if (options.mode === undefined && options.grant === undefined)
          cli.tell('Nothing to change.')
      },
    )
}

function keyVerbs(noun: Command, cli: Cli): void {
  noun
    .command('new')
    .description('make a key pair for an agent; the private key stays in the file')
    .argument('<file>', 'where to put the private JWK; must not exist')
    .action(async (file: string) => {
      const made = await makeAgentKey(file)
      cli.show(
        made,
        () =>
          `private key  ${made.private_key}\npublic key   ${made.public_key}\nkey id       ${made.key_id}\n`,
      )
    })
  noun
    .command('add')
    .description('let an agent use another key')
    .argument('<agent>', 'name, subject or id')
    .argument('<file>', 'the public JWK')
    .action((text: string, file: string) => change(cli, text, 'keys', { add: readPublicJwk(file) }))
  noun
    .command('revoke')
    .description('take a key away at once')
    .argument('<agent>', 'name, subject or id')
    .argument('<key-id>', 'its RFC 7638 thumbprint')
    .action((text: string, key: string) => change(cli, text, 'keys', { revoke: key }))
}

async function change(cli: Cli, text: string, verb: string, body: unknown): Promise<void> {
  const gateway = cli.gateway()
  const { id } = await agentCalled(gateway, text)
  const answer = await gateway.send('POST', `/api/v1/agents/${id}/${verb}`, body, changedAgent)
  const { name, state, mode } = answer.agent
  cli.show(answer, () => `${name} is ${state}, mode ${mode}.\n`)
}
