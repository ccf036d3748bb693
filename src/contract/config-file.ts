/**
 * The configuration file and the environment variables, as the operator writes them. The descriptions are the
 * reference (docs/reference/config.md); a default has its reason in its description or beside it.
 */
import { z } from 'zod'
import { brokerFile } from './broker-file.ts'
import { channelFiles } from './channel-file.ts'
import { limits } from './limits-file.ts'
import { rosterFile } from './roster-file.ts'
import { upstreamFile } from './upstream-file.ts'

/** What the environment may say. It goes before the file. */
export const ENVIRONMENT = {
  COUNTERSIGN_CONFIG: 'The configuration file. Without it every default holds.',
  COUNTERSIGN_DATA: 'The data directory, instead of `data_dir`.',
  COUNTERSIGN_PORT: 'The port, instead of `listen.port`.',
  DATABASE_URL: 'The PostgreSQL database, instead of `database_url`.',
  COUNTERSIGN_URL: 'Command line: where the gateway is. Otherwise the profile says it.',
  COUNTERSIGN_TOKEN: 'Command line: your API token. `--token-file` and `--as` go before it.',
  COUNTERSIGN_PROFILE:
    'Command line: the profile with address and token files. Otherwise `cli.json` of the data directory.',
} as const

const listen = z.strictObject({
  host: z.string().default('127.0.0.1').describe('The address to listen on.'),
  port: z.int().min(0).max(65_535).default(7070).describe('The port; 0 takes a free one.'),
})

const passkeys = z.strictObject({
  require_device_bound: z
    .boolean()
    .default(false)
    .describe(
      'Refuses passkeys that may leave their device, as those kept by a phone or a password manager. Off, because most people have only those; what a key says of itself is recorded either way.',
    ),
})

/** The whole file. Every object is strict: an unknown key is refused by its name. */
export const configFile = z.strictObject({
  listen: listen.prefault({}),
  base_url: z
    .url()
    .optional()
    .describe(
      'How people and agents reach the gateway; `http://localhost:<port>` unless given. Issuer and audience of tokens and the name of the log are made from it.',
    ),
  data_dir: z
    .string()
    .default('data')
    .describe(
      'Keys, witness and the embedded database. Named from the folder of this file, like every path in it.',
    ),
  database_url: z
    .string()
    .optional()
    .describe('A PostgreSQL 15 or later instead of the embedded database.'),
  policies: z
    .string()
    .optional()
    .describe(
      'Your policy directory; the shipped base pack unless given. Published at the first start, later with `countersign policy publish`.',
    ),
  catalogue: z
    .string()
    .optional()
    .describe('Your directory of tool classifications, instead of the shipped one.'),
  hold_seconds: z
    .number()
    .min(0)
    .max(45)
    .default(45)
    .describe(
      'How long a call waits for a person before the agent is told to come back. At most 45: common MCP clients give up after 60.',
    ),
  drain_seconds: z
    .number()
    .min(0)
    .max(300)
    .default(10)
    .describe(
      'How long a stop waits for calls that were sent and not answered; what is cut then is of unknown outcome. Service managers kill after 30 or 90 seconds.',
    ),
  task_hours: z
    .number()
    .min(0.1)
    .max(72)
    .default(8)
    .describe('How long an agent session lasts unless told otherwise. One shift.'),
  passkeys: passkeys.prefault({}),
  limits: limits.prefault({}),
  upstreams: z.array(upstreamFile).default([]).describe('The tool servers.'),
  strict_credentials: z
    .boolean()
    .default(false)
    .describe(
      'Refuses to start when calls would go out with a credential that can do more than the call: of the gateway itself, or of a broker that does not narrow what it lends. Otherwise they are named at the start.',
    ),
  brokers: z
    .array(brokerFile)
    .default([])
    .describe('Backends that lend credentials: docs/guides/credentials.md.'),
  rosters: z
    .array(rosterFile)
    .default([])
    .describe('Rotas kept elsewhere, read every minute: docs/guides/rosters.md.'),
  channels: channelFiles
    .default([])
    .describe('How people are told and paged: docs/guides/notices.md.'),
})
export type ConfigFile = z.output<typeof configFile>
