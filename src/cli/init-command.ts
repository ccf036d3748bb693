/** `init`: a configuration, a data directory with keys and a first policy, and the first platform engineer. */
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { pino } from 'pino'
import { readConfig } from '../config.ts'
import { Failure } from '../kernel/failure.ts'
import type { Cli } from './context.ts'
import { sampleConfig } from './sample-config.ts'

type InitOptions = {
  readonly directory: string
  readonly name?: string
  readonly email?: string
  readonly port: string
}

export function initCommand(noun: Command, cli: Cli): void {
  noun
    .description('make a configuration, a data directory and the first platform engineer')
    .option('--directory <directory>', 'where; the present one unless given', '.')
    .option('--name <name>', 'the first platform engineer, asked for at a terminal')
    .option('--email <address>', 'their e-mail address, asked for at a terminal')
    .option('--port <port>', 'port to listen on', '7070')
    .action((options: InitOptions) => init(cli, options))
}

/** Nothing that exists is replaced. */
async function init(cli: Cli, options: InitOptions): Promise<void> {
  const port = Number(options.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Failure('usage_invalid', '--port is no port')
  const directory = resolve(options.directory)
  const configFile = join(directory, 'countersign.yaml')
  const dataDir = join(directory, 'data')
  for (const path of [configFile, dataDir]) {
    if (existsSync(path))
      throw new Failure('conflict', `${path} exists already; nothing was changed`)
  }
  const name = await answered(cli, options.name, '--name', 'Name of the first platform engineer: ')
  const email = await answered(cli, options.email, '--email', 'E-mail address: ')
  writeFileSync(configFile, sampleConfig(port), { flag: 'wx' })
  const { token, baseUrl } = await firstStart(configFile, name, email).catch((error: unknown) => {
    // Both were made a moment ago, by us, and nobody has seen them: half an installation helps nobody.
    for (const path of [configFile, dataDir]) rmSync(path, { recursive: true, force: true })
    throw error
  })
  const { writeProfile } = await import('./profile.ts')
  const who = email.split('@')[0] ?? 'engineer'
  const profile = join(dataDir, 'cli.json')
  writeProfile(profile, baseUrl, { [who]: token })
  const tokenFile = join(dataDir, 'tokens', who)
  const made = {
    configuration: configFile,
    data: dataDir,
    profile,
    token_file: tokenFile,
    base_url: baseUrl,
  }
  cli.show(made, () => `${configFile}\n${dataDir}\n${tokenFile}\n`)
  cli.tell(nextSteps(configFile, dataDir, tokenFile, name))
}

async function answered(
  cli: Cli,
  given: string | undefined,
  option: string,
  question: string,
): Promise<string> {
  const text = (given ?? (cli.mayAsk() ? await cli.terminal.ask(question) : '')).trim()
  if (text === '') throw new Failure('usage_invalid', `${option} is needed`)
  return text
}

/** A first start without tool servers, on any free port: it makes keys and store, publishes the base pack, and ends. */
async function firstStart(configFile: string, name: string, email: string) {
  const [{ runGateway }, { registerFirstPerson }] = await Promise.all([
    import('./run-gateway.ts'),
    import('./first-person.ts'),
  ])
  const config = readConfig({ COUNTERSIGN_CONFIG: configFile })
  const log = pino({ level: 'silent' })
  const gateway = await runGateway({ ...config, port: 0, upstreams: [] }, { log })
  try {
    const token = await registerFirstPerson(gateway, { name, email, roles: ['platform-engineer'] })
    return { token, baseUrl: config.baseUrl }
  } finally {
    await gateway.close()
  }
}

function nextSteps(configFile: string, dataDir: string, tokenFile: string, name: string): string {
  return `
${name} is the first platform engineer. The token is in ${tokenFile}, readable by you only.

  export COUNTERSIGN_CONFIG=${configFile} COUNTERSIGN_DATA=${dataDir}
  countersign serve                      # run the gateway
  countersign person register ...        # the people who decide
  countersign person certify ...         # what they are trained for
  countersign roster add ...             # when they are on duty
  countersign doctor                     # what is missing still

Keep a copy of ${join(dataDir, 'keys')} apart from backups of the database.`
}
