/**
 * Prepared installations to be killed: one is made per engine, with people on duty, an agent and reviewed
 * tools, and then copied, because a first start publishes the policy and takes ten times as long as any other.
 */
import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { refreshPolicy } from '../../src/command/refresh-tools.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { TENANT } from '../../src/wiring.ts'
import { type AnyTools, anyTools, ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { addAsset, type Plane, startPlane } from '../harness/plane.ts'
import { type Lifelines, openLifelines } from './lifelines.ts'

/** Crashes are about what happens, not how much: hundreds of targets an hour are the point. */
const ANY_WIDTH = { windowMs: 1, perTask: 1_000, perAgent: 1_000, perTenant: 1_000 }

export type EngineName = 'sqlite' | 'postgres'

/** The people, the agent and the case of the prepared installation; every copy has the same. */
export type World = Pick<Plane, 'dana' | 'alex' | 'petra' | 'agent' | 'caseId' | 'clock'>

/** One data directory, and one database where the engine has its own server. */
export type Installation = {
  readonly engine: EngineName
  readonly world: World
  readonly config: Config
  readonly tools: AnyTools
  /** Tool servers that are still alive. */
  readonly lifelines: Lifelines
  /** Holds the data directory and everything else of this installation. */
  readonly folder: string
  /** Nobody is in it: it was never started. */
  readonly isBlank: boolean
  readonly remove: () => Promise<void>
}

export type Template = {
  readonly engine: EngineName
  readonly world: World
  /** A copy of its own. */
  readonly copy: () => Promise<Installation>
  /** An installation that was never started; it has nobody in it. */
  readonly blank: () => Promise<Installation>
  readonly remove: () => Promise<void>
}

/** Nobody may touch it, so every attempt is denied by policy. */
export const NEVER_TOUCH = '203.0.113.1'

const PROBE = {
  tool: 'look',
  arguments: { target: 'args.target' },
  expect: 'result.content[0].text == "look done"',
}

/** Evidence is collected beside each block, so that a kill meets that, too; beside an isolation, that is. */
const COLLECTED = {
  verb: 'contain',
  flags: ['preserves-evidence'],
  evidence: { collection: { tool: 'capture', arguments: { target: 'args.target' } } },
}

const TOOLS = [
  { name: 'look', entry: ENTRIES.read },
  { name: 'capture', entry: { ...ENTRIES.read, flags: ['collects-evidence'] } },
  { name: 'note', entry: ENTRIES.note },
  { name: 'mark', entry: { ...ENTRIES.note, probe: PROBE } },
  { name: 'block', entry: { ...ENTRIES.block, ...COLLECTED, probe: PROBE } },
  { name: 'unblock', entry: ENTRIES.unblock },
  { name: 'wipe' },
] as const

/** `serverUrl` is where databases can be made; needed for PostgreSQL only. `folder` takes everything. */
export async function makeTemplate(
  engine: EngineName,
  folder: string,
  serverUrl: string | undefined,
): Promise<Template> {
  const made = await bare(engine, join(folder, `${engine}-template`), serverUrl, undefined)
  const { dataDir, ...config } = made.config
  const plane = await startPlane({ dataDir, upstreams: config.upstreams, config })
  await reviewAll(plane, made.tools)
  // Otherwise the first life of every copy would publish policy for the tools that were reviewed.
  await refreshPolicy(plane.gateway.parts.refreshDeps, TENANT)
  await addAsset(plane.gateway, 'ipv4_net', NEVER_TOUCH, { isNeverTouch: true, criticality: 5 })
  await plane.gateway.close()
  const { dana, alex, petra, agent, caseId, clock } = plane
  const world = { dana, alex, petra, agent, caseId, clock }
  let copies = 0
  const next = () => join(folder, `${engine}-${++copies}`)
  return {
    engine,
    world,
    copy: async () => {
      const copied = await bare(engine, next(), serverUrl, made.database)
      cpSync(dataDir, copied.config.dataDir, { recursive: true })
      return { ...copied, world, isBlank: false }
    },
    blank: async () => {
      const empty = await bare(engine, next(), serverUrl, undefined)
      return { ...empty, world, isBlank: true }
    },
    remove: made.remove,
  }
}

type Bare = Omit<Installation, 'world' | 'isBlank'> & { readonly database: string }

/** A folder, a tool server's files and, on PostgreSQL, a database like the named one or an empty one. */
async function bare(
  engine: EngineName,
  folder: string,
  serverUrl: string | undefined,
  like: string | undefined,
): Promise<Bare> {
  mkdirSync(folder, { recursive: true })
  const lifelines = await openLifelines()
  const tools = witnessed(folder, lifelines.port)
  const database = `countersign_crash_${randomBytes(6).toString('hex')}`
  const config = { ...configOf(folder), upstreams: [tools.config] }
  const removeHere = () => lifelines.close()
  const common = { engine, folder, tools, lifelines, database }
  if (engine === 'sqlite') return { ...common, config, remove: removeHere }
  if (serverUrl === undefined) throw new Error('no PostgreSQL server was named')
  await query(
    serverUrl,
    `create database ${database}${like === undefined ? '' : ` template ${like}`}`,
  )
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return {
    ...common,
    config: { ...config, databaseUrl: url.href },
    remove: async () => {
      await removeHere()
      await query(serverUrl, `drop database ${database} with (force)`)
    },
  }
}

function witnessed(folder: string, lifelinePort: number): AnyTools {
  const tools = anyTools('net', folder, TOOLS)
  if (tools.config.transport !== 'stdio') throw new Error('the witness is a stdio server')
  const { env, ...rest } = tools.config
  const script = join(import.meta.dirname, 'witness-server.ts')
  const config = {
    ...rest,
    args: [script],
    env: { ...env, LIFELINE_PORT: String(lifelinePort) },
  }
  const callsFile = env?.CALLS_FILE ?? ''
  const calls = () =>
    existsSync(callsFile)
      ? readFileSync(callsFile, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line))
      : []
  return { ...tools, config, calls }
}

function configOf(folder: string): Omit<Config, 'upstreams' | 'databaseUrl'> {
  const { databaseUrl: _, ...config } = readConfig({
    COUNTERSIGN_DATA: join(folder, 'data'),
    COUNTERSIGN_PORT: '0',
  })
  // A history of many lives leaves more questions open than one agent normally may.
  return {
    ...config,
    holdMs: 20_000,
    limits: { ...config.limits, openRequestsPerAgent: 1_000, fanOut: ANY_WIDTH },
  }
}

async function query(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
