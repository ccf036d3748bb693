/** Policy: checked, tested and explained from a directory, without a gateway; published to one. */
import type { Command } from 'commander'
import { personList } from '../contract/people.ts'
import { activeBundle, bundleList, publishPolicyAnswer } from '../contract/policies.ts'
import type { Cli } from './context.ts'
import { shortCode } from './digest-text.ts'
import { namesById } from './lookup.ts'
import { type ExplainOptions, explainDirectory } from './policy-explain.ts'
import { checkPolicies, documentsIn, testPolicies } from './policy-offline.ts'
import { listText, tableText } from './table.ts'

const DIRECTORY = 'policy directory; the configured one unless given'

export function policyCommands(noun: Command, cli: Cli): void {
  noun
    .command('check')
    .description(
      'everything publishing would ask, offline: lint, strict validation, floors, table tests',
    )
    .argument('[directory]', DIRECTORY)
    .action((directory: string | undefined) => checkPolicies(cli, directory))
  noun
    .command('test')
    .description('the table tests (*.test.yaml) of a policy directory, offline')
    .argument('[directory]', DIRECTORY)
    .action((directory: string | undefined) => testPolicies(cli, directory))
  noun
    .command('explain')
    .description(
      'what would be decided and by which policy, offline; or every action in every risk tier',
    )
    .argument('[directory]', DIRECTORY)
    .option('--request <file>', 'what differs from an unremarkable call, as in a table test (YAML)')
    .option('--action <action>', 'one action, e.g. deny:ipv4_net, in every risk tier')
    .option('--effect <effect>', 'its effect; contain unless given', 'contain')
    .option(
      '--matrix',
      'all actions of the bundle and all tools of the catalogue in every risk tier',
    )
    .action((directory: string | undefined, options: ExplainOptions) =>
      explainDirectory(cli, directory, options),
    )
  noun
    .command('publish')
    .description('make a policy directory the active policy')
    .argument('[directory]', DIRECTORY)
    .action((directory: string | undefined) => publish(cli, directory))
  noun
    .command('show')
    .description('the active policy')
    .action(() => show(cli))
  noun
    .command('list')
    .description('all policy versions')
    .action(() => list(cli))
}

async function publish(cli: Cli, directory: string | undefined): Promise<void> {
  const documents = documentsIn(directory)
  const answer = await cli
    .gateway()
    .send('POST', '/api/v1/policies', { documents }, publishPolicyAnswer)
  const { sequence, digest } = answer.bundle
  for (const { policy, code, detail } of answer.findings)
    cli.tell(`warning ${policy}: ${code}: ${detail}`)
  cli.show(answer, () => `Policy version ${sequence} is active: ${shortCode(digest)} ${digest}\n`)
}

async function show(cli: Cli): Promise<void> {
  const gateway = cli.gateway()
  const answer = await gateway.get('/api/v1/policies/active', activeBundle)
  const { people } = await gateway.get('/api/v1/people', personList)
  const person = namesById(people, ({ name }) => name)
  const held = answer.bundle as {
    readonly policies?: Record<string, string>
    readonly floor?: Record<string, string>
    readonly monitored?: readonly { readonly action: string }[]
  }
  const monitored = held.monitored ?? []
  cli.show(answer, () =>
    listText([
      ['version', String(answer.sequence)],
      ['short code', shortCode(answer.digest)],
      ['digest', answer.digest],
      ['published', `${cli.when(answer.published_at_ms)} by ${person(answer.published_by)}`],
      ['floor', Object.keys(held.floor ?? {}).join('\n')],
      ['policies', Object.keys(held.policies ?? {}).join('\n')],
      [
        'monitored',
        monitored.length === 0
          ? 'nothing: every action is enforced'
          : monitored.map(({ action }) => action).join('\n'),
      ],
    ]),
  )
}

async function list(cli: Cli): Promise<void> {
  const gateway = cli.gateway()
  const [answer, { people }] = await Promise.all([
    gateway.get('/api/v1/policies', bundleList),
    gateway.get('/api/v1/people', personList),
  ])
  const person = namesById(people, ({ name }) => name)
  const rows = answer.bundles.map((each) => [
    String(each.sequence),
    shortCode(each.digest),
    cli.when(each.published_at_ms),
    person(each.published_by),
  ])
  cli.show(answer, () => tableText(['VERSION', 'CODE', 'PUBLISHED', 'BY'], rows))
}
