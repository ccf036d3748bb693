/**
 * The configuration: one file, a few environment variables over it, one schema. The only file that reads the
 * environment. An unknown key is refused by name: a misspelt limit must not silently be no limit.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import type { BrokerSpec } from './adapters/broker-spec.ts'
import type { ChannelSpec } from './adapters/channel-spec.ts'
import type { RosterSpec } from './adapters/roster-spec.ts'
import type { UpstreamSpec } from './adapters/upstream-spec.ts'
import { brokerOf, toolRule } from './config-brokers.ts'
import { channelOf } from './config-channels.ts'
import { type ConfigFile, configFile, type ENVIRONMENT } from './contract/config-file.ts'
import type { SpineLimits } from './enforcement/spine.ts'
import { Failure } from './kernel/failure.ts'
import type { LeaseSecret } from './lease/placement.ts'
import type { ToolRule } from './lease/rule.ts'

const SHIPPED = resolve(import.meta.dirname, '..')

export type UpstreamConfig = UpstreamSpec & {
  /** Entries shipped with the product count as reviews for this upstream. */
  readonly trustsShippedEntries: boolean
  readonly credential?: LeaseSecret
}

export type Config = {
  readonly host: string
  readonly port: number
  /** Without a trailing slash; issuer and audience of tokens are made from it. */
  readonly baseUrl: string
  readonly dataDir: string
  readonly databaseUrl?: string
  readonly policyDir: string
  readonly floorDir: string
  readonly catalogueDir: string
  readonly upstreams: readonly UpstreamConfig[]
  /** Backends that lend credentials, and the tools that are called with what they lend; none unless given. */
  readonly brokers?: readonly BrokerSpec[]
  readonly lending?: readonly ToolRule[]
  readonly isStrictOnCredentials?: boolean
  /** Takes only passkeys that say they cannot leave their device. */
  readonly requireDeviceBoundPasskeys?: boolean
  /** Rotas kept elsewhere; none unless given. */
  readonly rosters?: readonly RosterSpec[]
  /** How people are told; nobody is unless given. */
  readonly channels?: readonly ChannelSpec[]
  /** Default time an agent's call waits for a person, 0 to 45,000 ms. */
  readonly holdMs: number
  readonly taskLifetimeMs: number
  /** How long a stop waits for calls that are out; ten seconds unless given. */
  readonly drainMs?: number
  /** Of one agent to `/mcp`. */
  readonly requestsPerSecond?: number
  readonly limits: SpineLimits
}

type Upstream = ConfigFile['upstreams'][number]
type Roster = ConfigFile['rosters'][number]

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** What holds when the file says nothing. */
export const DEFAULT_LIMITS: SpineLimits = limitsOf(configFile.parse({}).limits)

export type Environment = { readonly [name in keyof typeof ENVIRONMENT]?: string | undefined }

/** Reads file and environment. Throws `config_invalid` naming the key, `node_too_old`. */
export function readConfig(environment: Environment = process.env): Config {
  const path = environment.COUNTERSIGN_CONFIG
  const base = path === undefined ? process.cwd() : dirname(resolve(path))
  const file = parsed(path)
  const port = portOf(environment.COUNTERSIGN_PORT) ?? file.listen.port
  const databaseUrl = environment.DATABASE_URL ?? file.database_url
  return {
    host: file.listen.host,
    port,
    baseUrl: (file.base_url ?? `http://localhost:${port}`).replace(/\/+$/, ''),
    dataDir: resolve(base, environment.COUNTERSIGN_DATA ?? file.data_dir),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    policyDir:
      file.policies === undefined
        ? resolve(SHIPPED, 'policies/base')
        : resolve(base, file.policies),
    floorDir: resolve(SHIPPED, 'policies/floor'),
    catalogueDir:
      file.catalogue === undefined ? resolve(SHIPPED, 'catalogue') : resolve(base, file.catalogue),
    requireDeviceBoundPasskeys: file.passkeys.require_device_bound,
    upstreams: file.upstreams.map((upstream) => upstreamOf(upstream, base)),
    brokers: file.brokers.map((given) =>
      brokerOf(given, {
        at: (name) => resolve(base, name),
        secret: (name) => secretReader(base, name),
      }),
    ),
    isStrictOnCredentials: file.strict_credentials,
    lending: file.upstreams.flatMap((upstream) =>
      upstream.lending.map((rule) => toolRule(upstreamOf(upstream, base), rule, file.brokers)),
    ),
    rosters: file.rosters.map((roster) => rosterOf(roster, base)),
    channels: file.channels.map((given) => channelOf(given, (file) => secretReader(base, file))),
    holdMs: file.hold_seconds * 1000,
    taskLifetimeMs: file.task_hours * HOUR,
    drainMs: file.drain_seconds * 1000,
    requestsPerSecond: file.limits.requests_per_agent_and_second,
    limits: limitsOf(file.limits),
  }
}

/** What the command line takes from the environment. A token comes from here or from a file, never from a flag. */
export type CliEnvironment = {
  readonly url?: string
  readonly token?: string
  /** Where the gateway is and whose token files there are; `cli.json` of the data directory unless told. */
  readonly profile: string
}

/**
 * Reads `COUNTERSIGN_URL`, `COUNTERSIGN_TOKEN` and `COUNTERSIGN_PROFILE`; an empty one counts as absent. Needs no
 * configuration file: who asks a gateway is often not who may read its secrets.
 */
export function readCliEnvironment(environment: Environment = process.env): CliEnvironment {
  const url = environment.COUNTERSIGN_URL
  const token = environment.COUNTERSIGN_TOKEN
  const inData = () => resolve(environment.COUNTERSIGN_DATA || 'data', 'cli.json')
  return {
    profile: environment.COUNTERSIGN_PROFILE || inData(),
    ...(url === undefined || url === '' ? {} : { url }),
    ...(token === undefined || token === '' ? {} : { token }),
  }
}

function parsed(path: string | undefined): ConfigFile {
  if (path !== undefined && !existsSync(path)) {
    throw new Failure('config_invalid', `COUNTERSIGN_CONFIG names ${path}, which does not exist`)
  }
  const result = configFile.safeParse(path === undefined ? {} : yamlOf(path))
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Failure(
    'config_invalid',
    `${issue?.path.join('.') || 'the file'}: ${issue?.message ?? 'not valid'}`,
  )
}

function yamlOf(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8')) ?? {}
  } catch (cause) {
    const [why] = cause instanceof Error ? cause.message.split(':\n') : []
    throw new Failure('config_invalid', `${path}: ${why ?? 'it cannot be read'}`, { cause })
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Failure('config_invalid', 'COUNTERSIGN_PORT is not a port number')
  }
  return port
}

function upstreamOf(given: Upstream, base: string): UpstreamConfig {
  const { trust_shipped_entries: trustsShippedEntries, credential, lending: _, ...spec } = given
  const secret = credential === undefined ? undefined : secretOf(credential, base)
  const plain = spec.transport === 'stdio' ? { ...spec, cwd: resolve(base, spec.cwd ?? '.') } : spec
  return {
    ...(plain as UpstreamSpec),
    trustsShippedEntries,
    ...(secret === undefined ? {} : { credential: secret }),
  }
}

function rosterOf(given: Roster, base: string): RosterSpec {
  const token = (file: string) => secretReader(base, file)
  if (given.kind === 'pagerduty') {
    const { token_file: tokenFile, escalation_policies: escalationPolicies, ...spec } = given
    return { ...spec, escalationPolicies, token: token(tokenFile) }
  }
  const { bearer_file: bearerFile, file, url, zone, role, ...spec } = given
  return {
    ...spec,
    ...(url === undefined ? {} : { url }),
    ...(file === undefined ? {} : { file: resolve(base, file) }),
    ...(zone === undefined ? {} : { zone }),
    ...(role === undefined ? {} : { role }),
    ...(bearerFile === undefined ? {} : { token: token(bearerFile) }),
  }
}

/** Reads a secret anew each time; once now, so that a missing file is found at the start and not in the night. */
function secretReader(base: string, file: string): () => string {
  const read = () => secretIn(resolve(base, file))
  read()
  return read
}

/** Secrets come from files, never from the configuration itself, so that it can be shown and versioned. */
function secretOf(credential: NonNullable<Upstream['credential']>, base: string): LeaseSecret {
  const read = (file: string) => secretIn(resolve(base, file))
  if ('bearer_file' in credential)
    return { kind: 'bearer', value: { token: read(credential.bearer_file) } }
  const value = Object.entries(credential.environment_files).map(
    ([name, file]) => [name, read(file)] as const,
  )
  return { kind: 'environment', value: Object.fromEntries(value) }
}

function secretIn(path: string): string {
  let secret: string
  try {
    secret = readFileSync(path, 'utf8').trim()
  } catch (cause) {
    throw new Failure('config_invalid', `the secret file ${path} cannot be read`, { cause })
  }
  if (secret === '') throw new Failure('config_invalid', `the secret file ${path} is empty`)
  return secret
}

function limitsOf(given: ConfigFile['limits']): SpineLimits {
  return {
    freshness: {
      caseMs: given.case_max_age_minutes * MINUTE,
      assetMs: given.asset_max_age_minutes * MINUTE,
      rosterMs: given.roster_max_age_minutes * MINUTE,
    },
    callsPerTask: given.calls_per_task_and_hour,
    writesPerTask: given.writes_per_task,
    fanOut: {
      windowMs: given.fan_out_minutes * MINUTE,
      perTask: given.fan_out_per_task,
      perAgent: given.fan_out_per_agent,
      perTenant: given.fan_out_per_tenant,
    },
    openRequestsPerAgent: given.open_requests_per_agent,
    newRequestsPerAgent: given.new_requests_per_agent,
    requestLifetimeMs: given.request_minutes * MINUTE,
    denialMemoryMs: given.denial_memory_minutes * MINUTE,
  }
}
