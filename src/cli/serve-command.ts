/** `serve`: the gateway and nothing else. It never starts the practice range. */
import type { Command } from 'commander'
import { readConfig } from '../config.ts'
import { TENANT } from '../wiring.ts'
import type { Cli } from './context.ts'
import { runGateway, signalled } from './run-gateway.ts'

export function serveCommand(noun: Command, cli: Cli): void {
  noun
    .description('run the gateway until SIGINT or SIGTERM; its log goes to stderr')
    .addHelpText(
      'after',
      `
COUNTERSIGN_CONFIG names the configuration file. COUNTERSIGN_PORT, COUNTERSIGN_DATA and DATABASE_URL
override what it says.`,
    )
    .action(() => serve(cli))
}

async function serve(cli: Cli): Promise<void> {
  const config = readConfig()
  const gateway = await runGateway(config)
  try {
    const { baseUrl, port } = gateway
    cli.show({ base_url: baseUrl, port, data: config.dataDir }, () => `${baseUrl} is ready.\n`)
    const people = await gateway.parts.restParts.people.list(TENANT)
    if (people.length === 0) {
      cli.tell(
        'Nobody is registered, so nobody can decide anything. Stop it and run: countersign init',
      )
    }
    await signalled()
    cli.tell('Stopping.')
  } finally {
    await gateway.close()
  }
}
