/**
 * CrowdSec's local API on a free port of loopback, with a folder of its own: no hub, no log processor, and nothing
 * that would speak to the vendor's central API. One machine that may write, two bouncers that may look: that of the
 * tool server, and ours outside.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
// biome-ignore lint/correctness/noUnresolvedImports: the linter's list of built-ins is older than this one
import { DatabaseSync } from 'node:sqlite'
import { compiledCode } from '../../range/settings.ts'
import type { UpstreamConfig } from '../../src/config.ts'
import { freePort } from './free-port.ts'

const MACHINE = { id: 'countersign', password: 'machine-secret' }
const TOOL_KEY = 'bouncer-key-of-the-tool-server-0'
const OUR_KEY = 'bouncer-key-of-somebody-outside-0'

export type LocalApi = {
  readonly upstream: Extract<UpstreamConfig, { readonly transport: 'stdio' }>
  /** Seen from outside: what a firewall with its own key would drop now. */
  readonly banned: () => Promise<readonly string[]>
  /** Every ban that was ever ordered, in order, and whether it was lifted or has expired. */
  readonly bans: () => readonly { readonly address: string; readonly isOver: boolean }[]
  /** As if the time of every ban were over. */
  readonly runOut: () => void
  readonly stop: () => void
}

const client = { kind: 'ipv4_net', from: 'args.address' }
const bannedIs = (value: boolean) => ({
  tool: 'ban_status',
  arguments: { address: 'args.address' },
  expect: `result.structuredContent.banned == ${value}`,
})

/** As a platform engineer would write them. */
export const CROWDSEC_ENTRIES = {
  ban_address: {
    effect: 'contain',
    verb: 'deny',
    target: client,
    reversibility: 'time-limited',
    inverse: { tool: 'lift_ban', arguments: { address: 'args.address' } },
    preimage: { tool: 'ban_status', arguments: { address: 'args.address' } },
    probe: bannedIs(true),
    ends: { minutes: 'args.seconds / 60.0' },
  },
  lift_ban: {
    effect: 'contain',
    verb: 'allow',
    target: client,
    reversibility: 'compensable',
    probe: bannedIs(false),
    waiver: { by: 'petra', reason: 'banning again is a decision of its own' },
  },
  ban_status: { effect: 'read', verb: 'query', target: client },
}

const configOf = (folder: string, port: number) => `
common: { daemonize: false, log_media: stdout, log_level: warning, working_dir: . }
config_paths: { config_dir: ${folder}, data_dir: ${folder}/data }
cscli: { output: raw }
db_config: { type: sqlite, db_path: ${folder}/data/crowdsec.db, use_wal: true }
api:
  client: { credentials_path: ${folder}/client.yaml }
  server: { log_level: warning, listen_uri: 127.0.0.1:${port}, profiles_path: ${folder}/profiles.yaml }
prometheus: { enabled: false }
`

export async function startLocalApi(): Promise<LocalApi> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-crowdsec-'))
  mkdirSync(join(folder, 'data'))
  const port = await freePort()
  const config = join(folder, 'config.yaml')
  const url = `http://127.0.0.1:${port}`
  writeFileSync(config, configOf(folder, port))
  writeFileSync(join(folder, 'client.yaml'), '')
  writeFileSync(join(folder, 'profiles.yaml'), 'name: none\nfilters: ["false"]\ndecisions: []\n')
  const cscli = (...args: readonly string[]) =>
    execFileSync('cscli', ['-c', config, ...args], { stdio: 'pipe' })
  const machine = ['--password', MACHINE.password, '--file', join(folder, 'machine.yaml')]
  cscli('machines', 'add', MACHINE.id, ...machine, '--url', url, '--force')
  cscli('bouncers', 'add', 'tool-server', '-k', TOOL_KEY)
  cscli('bouncers', 'add', 'outside', '-k', OUR_KEY)
  // The local API alone: it reads no logs and takes part in no exchange.
  const server = spawn('crowdsec', ['-c', config, '-no-cs'], { stdio: 'ignore' })
  const database = join(folder, 'data', 'crowdsec.db')
  await untilUp(server, url)
  return {
    upstream: {
      id: 'crowdsec',
      transport: 'stdio',
      command: process.execPath,
      args: [resolve(import.meta.dirname, '../../range/targets/crowdsec-mcp.ts')],
      env: {
        ...compiledCode(),
        CROWDSEC_URL: url,
        CROWDSEC_MACHINE: MACHINE.id,
        CROWDSEC_PASSWORD: MACHINE.password,
        CROWDSEC_BOUNCER_KEY: TOOL_KEY,
      },
      trustsShippedEntries: false,
    },
    banned: async () => {
      const stream = await ask(url, '/v1/decisions/stream?startup=true')
      return (stream.new ?? []).map(({ value }) => value)
    },
    bans: () =>
      query(database, 'select value, until from decisions order by id').map(({ value, until }) => ({
        address: String(value),
        isOver: Date.parse(`${until}`) <= Date.now(),
      })),
    runOut: () => void query(database, "update decisions set until = '2020-01-01 00:00:00+00:00'"),
    stop: () => {
      server.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

type Stream = { readonly new: readonly { readonly value: string }[] | null }

async function ask(url: string, path: string): Promise<Stream> {
  const response = await fetch(`${url}${path}`, { headers: { 'x-api-key': OUR_KEY } })
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return (await response.json()) as Stream
}

async function untilUp(server: ChildProcess, url: string): Promise<void> {
  for (;;) {
    const isUp = await ask(url, '/v1/decisions/stream?startup=true').then(
      () => true,
      () => false,
    )
    if (isUp) return
    if (server.exitCode !== null) throw new Error(`crowdsec ended with ${server.exitCode}`)
    await new Promise((done) => setImmediate(done))
  }
}

function query(database: string, statement: string): readonly Readonly<Record<string, unknown>>[] {
  const opened = new DatabaseSync(database, { timeout: 5_000 })
  try {
    return opened.prepare(statement).all()
  } finally {
    opened.close()
  }
}
