/** The inventory: what calls act upon, how critical it is, and what may never be touched. */
import type { Command } from 'commander'
import { Option } from 'commander'
import { assetList, putAssetAnswer } from '../contract/cases.ts'
import { environment } from '../contract/words.ts'
import type { Cli } from './context.ts'
import { collect } from './lookup.ts'
import { tableText } from './table.ts'

type PutOptions = {
  readonly criticality: string
  readonly environment: string
  readonly neverTouch?: boolean
  readonly label?: readonly string[]
}

export function assetCommands(noun: Command, cli: Cli): void {
  noun
    .command('list')
    .description('all assets')
    .action(() => list(cli))
  noun
    .command('put')
    .description('say what is known of an asset; replaces what was known')
    .argument('<kind>', 'as calls name it, such as device, account, ipv4_net')
    .argument('<name>')
    .requiredOption('--criticality <number>', '0 a lab toy, 5 the business stops')
    .addOption(
      new Option('--environment <environment>', 'where it is')
        .choices(environment.options)
        .makeOptionMandatory(),
    )
    .option('--never-touch', 'no call may ever act upon it')
    .option('--label <label>', 'several times', collect)
    .action((kind: string, name: string, options: PutOptions) => put(cli, kind, name, options))
}

async function list(cli: Cli): Promise<void> {
  const answer = await cli.gateway().get('/api/v1/assets', assetList)
  const rows = answer.assets.map((each) => [
    each.kind,
    each.name,
    String(each.criticality),
    each.environment,
    each.never_touch ? 'never touch' : '',
    each.labels.join(' '),
  ])
  const heads = ['KIND', 'NAME', 'CRITICALITY', 'ENVIRONMENT', '', 'LABELS']
  cli.show(answer, () => (rows.length === 0 ? 'No asset is known.\n' : tableText(heads, rows)))
}

async function put(cli: Cli, kind: string, name: string, options: PutOptions): Promise<void> {
  const path = `/api/v1/assets/${encodeURIComponent(kind)}/${encodeURIComponent(name)}`
  const body = {
    criticality: Number(options.criticality),
    environment: options.environment,
    never_touch: options.neverTouch === true,
    labels: options.label ?? [],
    source: 'cli',
  }
  const answer = await cli.gateway().send('PUT', path, body, putAssetAnswer)
  const { criticality, never_touch: isNeverTouch } = answer.asset
  const rest = isNeverTouch ? ', never to be touched' : ''
  cli.show(answer, () => `${kind} ${answer.asset.name}: criticality ${criticality}${rest}.\n`)
}
