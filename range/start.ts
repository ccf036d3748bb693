/**
 * Starts the practice range: the shop behind its edge, the firewall, the login page; and says how to start
 * the tool servers that speak stdio. State from an earlier run is thrown away: a practice begins as the seed
 * says. Everything listens on loopback only and ends with the process that called `startRange`.
 *
 * As a program, `node range/start.ts <folder>` starts the range and prints what it started as one JSON line.
 */
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { writeLogStore } from './auth-log.ts'
import { leaveWithParent } from './lifetime.ts'
import { generateOpensshLog } from './openssh-log.ts'
import { type Program, startProgram } from './program.ts'
import { compiledCode, setting } from './settings.ts'

/** How a gateway reaches one tool server of the range. */
export type RangeUpstream =
  | {
      readonly id: string
      readonly transport: 'stdio'
      readonly command: string
      readonly args: readonly string[]
      readonly env: Readonly<Record<string, string>>
    }
  | {
      readonly id: string
      readonly transport: 'streamable-http'
      readonly url: string
      readonly credential: { readonly header: string; readonly value: string }
    }

export type RangeOptions = {
  readonly dataDir: string
  /** Absent = any free port. */
  readonly ports?: {
    readonly edge?: number
    readonly shop?: number
    readonly firewall?: number
    readonly login?: number
  }
  /** An OpenSSH authentication log; absent = the sample beside the repository, else a generated one. */
  readonly logFile?: string
  /** Blocks are acknowledged but not done. Absent = as RANGE_FIREWALL_NOOP says. */
  readonly isFirewallNoop?: boolean
}

export type Range = {
  readonly processes: readonly { readonly name: string; readonly pid: number }[]
  readonly urls: { readonly shop: string; readonly login: string; readonly firewall: string }
  /** Where `probe-client.ts` looks. */
  readonly edge: { readonly host: string; readonly port: number }
  readonly upstreams: readonly RangeUpstream[]
  /** `sample` or `generated`, or the file that was given. */
  readonly logSource: string
  readonly logRows: number
  readonly stop: () => Promise<void>
}

const FOLDER = import.meta.dirname
const SAMPLE_LOG = join(FOLDER, '../../shared/data/openssh/OpenSSH_2k.log')
/** Any number: it only has to be the same at every start, so that two practices see the same log. */
const LOG_SEED = 482
/** 256 bits, the length of a session key. */
const CREDENTIAL_BYTES = 32
const STATE_FILES = [
  'blocklist.json',
  'accounts.json',
  'desk.json',
  'entities.jsonl',
  'logs.sqlite',
]

/** Starts everything. Rejects, with nothing left running, when one program does not start. */
export async function startRange(options: RangeOptions): Promise<Range> {
  const dataDir = resolve(options.dataDir)
  const log = prepare(dataDir, options.logFile)
  const credential = randomBytes(CREDENTIAL_BYTES).toString('base64url')
  const isNoop = options.isFirewallNoop ?? setting('RANGE_FIREWALL_NOOP') === '1'
  const started: Program[] = []
  const start = async (name: string, env: Record<string, string>) => {
    const program = await startProgram(name, join(FOLDER, `${name}.ts`), env)
    started.push(program)
    return program
  }
  const stop = async () => {
    await Promise.all(started.map((program) => program.stop()))
  }
  const port = (name: 'edge' | 'shop' | 'firewall' | 'login') => String(options.ports?.[name] ?? 0)
  const outcomes = await Promise.allSettled([
    startShop(start, dataDir, port('shop'), port('edge')),
    start('firewall-mcp', {
      RANGE_DATA: dataDir,
      RANGE_FIREWALL_CREDENTIAL: credential,
      RANGE_FIREWALL_PORT: port('firewall'),
      RANGE_FIREWALL_NOOP: isNoop ? '1' : '0',
    }),
    start('login', { RANGE_DATA: dataDir, RANGE_LOGIN_PORT: port('login') }),
  ])
  const [edge, firewall, login] = outcomes.map((each) =>
    each.status === 'fulfilled' ? each.value : undefined,
  )
  if (edge === undefined || firewall === undefined || login === undefined) {
    await stop()
    throw outcomes.find((each) => each.status === 'rejected')?.reason
  }
  const firewallUrl = `http://${firewall.host}:${firewall.port}/mcp`
  return {
    processes: started.map(({ name, pid }) => ({ name, pid })),
    urls: {
      shop: `http://${edge.host}:${edge.port}/`,
      login: `http://${login.host}:${login.port}/login`,
      firewall: firewallUrl,
    },
    edge: { host: edge.host, port: edge.port },
    upstreams: [firewallUpstream(firewallUrl, credential), ...stdioUpstreams(dataDir)],
    ...log,
    stop,
  }
}

type Start = (name: string, env: Record<string, string>) => Promise<Program>

async function startShop(start: Start, dataDir: string, shopPort: string, edgePort: string) {
  const shop = await start('web', { RANGE_SHOP_PORT: shopPort })
  return start('edge', {
    RANGE_DATA: dataDir,
    RANGE_EDGE_PORT: edgePort,
    RANGE_SHOP_HOST: shop.host,
    RANGE_SHOP_PORT: String(shop.port),
  })
}

/** The state a practice begins with, without anything that runs. */
export function prepare(dataDir: string, logFile: string | undefined) {
  mkdirSync(dataDir, { recursive: true })
  for (const name of STATE_FILES) rmSync(join(dataDir, name), { force: true })
  rmSync(join(dataDir, 'evidence'), { recursive: true, force: true })
  cpSync(join(FOLDER, 'evidence'), join(dataDir, 'evidence'), { recursive: true })
  const sample = existsSync(SAMPLE_LOG) ? SAMPLE_LOG : undefined
  const file = logFile ?? sample
  const lines =
    file === undefined ? generateOpensshLog(LOG_SEED).lines : readFileSync(file, 'utf8').split('\n')
  const logRows = writeLogStore(join(dataDir, 'logs.sqlite'), lines)
  return { logSource: logFile ?? (sample === undefined ? 'generated' : 'sample'), logRows }
}

function firewallUpstream(url: string, credential: string): RangeUpstream {
  return {
    id: 'firewall',
    transport: 'streamable-http',
    url,
    credential: { header: 'Authorization', value: `Bearer ${credential}` },
  }
}

/** The tool servers over it that speak stdio. */
export function stdioUpstreams(dataDir: string): RangeUpstream[] {
  const stdio = (id: string, args: readonly string[], env: Record<string, string> = {}) =>
    ({
      id,
      transport: 'stdio',
      command: process.execPath,
      args,
      env: { ...compiledCode(), ...env },
    }) as const
  const own = (id: string) => stdio(id, [join(FOLDER, `${id}-mcp.ts`)], { RANGE_DATA: dataDir })
  const database = `sqlite://${join(dataDir, 'logs.sqlite')}`
  return [
    stdio('logs', [npmServer('@bytebase/dbhub'), '--transport', 'stdio', '--dsn', database]),
    own('directory'),
    own('desk'),
    own('extras'),
    stdio('evidence', [
      npmServer('@modelcontextprotocol/server-filesystem'),
      join(dataDir, 'evidence'),
    ]),
    stdio('entities', [npmServer('@modelcontextprotocol/server-memory')], {
      MEMORY_FILE_PATH: join(dataDir, 'entities.jsonl'),
    }),
  ]
}

/** The program of a server that is installed from npm; all three keep it at the same place. */
function npmServer(name: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
  return join(manifest, '../dist/index.js')
}

if (import.meta.main) {
  const [dataDir] = process.argv.slice(2)
  if (dataDir === undefined) {
    process.stderr.write('usage: node range/start.ts <folder for its state>\n')
    process.exitCode = 2
  } else {
    const { stop, ...range } = await startRange({ dataDir })
    process.stdout.write(`${JSON.stringify(range)}\n`)
    leaveWithParent({ stop: () => void stop() })
  }
}
