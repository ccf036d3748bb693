/**
 * A whole gateway on free ports with people, a roster, an agent and real tool servers, for tests that go
 * through its faces. Nothing is faked: SQLite (or PostgreSQL), the Cedar engine, MCP over HTTP and stdio.
 */

import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { calculateJwkThumbprint, type JWK, SignJWT } from 'jose'
import { compiledCode } from '../../range/settings.ts'
import type { UpstreamSpec } from '../../src/adapters/upstream-spec.ts'
import { changeAgentState } from '../../src/command/change-agent.ts'
import { checkLedger } from '../../src/command/check-ledger.ts'
import { putAsset } from '../../src/command/put-asset.ts'
import { putCase } from '../../src/command/put-case.ts'
import { putCertificate } from '../../src/command/put-certificate.ts'
import { putShift } from '../../src/command/put-shift.ts'
import { registerAgent } from '../../src/command/register-agent.ts'
import { registerPerson } from '../../src/command/register-person.ts'
import { type Config, readConfig, type UpstreamConfig } from '../../src/config.ts'
import type { AgentMode } from '../../src/identity/agent.ts'
import type { Person, Role } from '../../src/identity/person.ts'
import type { Clock } from '../../src/kernel/clock.ts'
import type { Log } from '../../src/kernel/log.ts'
import type { CredentialBroker } from '../../src/lease/ports.ts'
import { type Gateway, startGateway } from '../../src/main.ts'
import { TENANT } from '../../src/wiring.ts'
import { startedBefore } from './first-start.ts'
import { giveKey } from './passkeys.ts'
import { quiet } from './quiet.ts'

const HOUR_MS = 3_600_000
const BY = { kind: 'system', part: 'test-harness' } as const

/** A clock that is the real one plus what a test adds: time moves by `advance`, never by waiting. */
export class TestClock {
  private aheadMs = 0
  private setByMs = 0
  readonly nowMs = (): number => this.ticksMs() + this.setByMs
  readonly ticksMs = (): number => Date.now() + this.aheadMs
  advance(ms: number): void {
    this.aheadMs += ms
  }
  /** Somebody sets the clock of the host: no time has passed. */
  set(byMs: number): void {
    this.setByMs += byMs
  }
}

export type TestPerson = Person & { readonly token: string }

export type TestAgent = {
  readonly id: string
  readonly subject: string
  readonly privateKey: KeyObject
  readonly jwk: JWK
}

export type Plane = {
  readonly gateway: Gateway
  readonly clock: TestClock
  readonly dataDir: string
  readonly caseId: string
  /** Shift lead on call, certified for everything. */
  readonly dana: TestPerson
  /** Incident commander on call, certified for everything. */
  readonly ines: TestPerson
  /** Analyst; owns the agent. */
  readonly alex: TestPerson
  /** Platform engineer, not on call. */
  readonly petra: TestPerson
  readonly agent: TestAgent
  readonly close: () => Promise<void>
}

/** What it takes to reach a plane whose gateway may run in another process. */
export type Reach = {
  readonly gateway: Pick<Gateway, 'baseUrl'>
  readonly clock: Clock
  readonly agent: TestAgent
}

export type PlaneOptions = {
  readonly upstreams?: readonly UpstreamConfig[]
  readonly mode?: AgentMode
  readonly grants?: readonly string[]
  readonly config?: Partial<Config>
  readonly dataDir?: string
  readonly at?: (label: string) => void
  /** Brokers beside those of the configuration. */
  readonly brokers?: readonly CredentialBroker[]
  /** Takes what the gateway logs; nothing does unless given. */
  readonly log?: Log
}

const CLASSES = ['annotate', 'influence', 'write', 'contain', 'identity', 'destructive', 'read']

export async function startPlane(options: PlaneOptions = {}): Promise<Plane> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'countersign-test-'))
  const clock = new TestClock()
  const config: Config = {
    ...readConfig({ COUNTERSIGN_DATA: dataDir, COUNTERSIGN_PORT: '0' }),
    holdMs: 0,
    drainMs: 0,
    upstreams: options.upstreams ?? rangeUpstreams(dataDir),
    ...options.config,
  }
  const at = options.at === undefined ? {} : { at: options.at }
  const brokers = options.brokers === undefined ? {} : { brokers: options.brokers }
  if (!isOfItsOwn(options)) {
    await startedBefore(dataDir, options.upstreams === undefined ? rangeUpstreams : () => [])
  }
  const gateway = await startGateway(config, {
    log: options.log ?? quiet,
    clock,
    ...at,
    ...brokers,
  })
  await gateway.listed
  const dana = await addPerson(gateway, 'Dana', ['shift-lead', 'identity-owner'])
  const ines = await addPerson(gateway, 'Ines', ['incident-commander', 'service-owner'])
  const alex = await addPerson(gateway, 'Alex', ['analyst'])
  const petra = await addPerson(gateway, 'Petra', ['platform-engineer'])
  await Promise.all([dana, ines, alex].map((person) => putOnDuty(gateway, clock, person)))
  const { record } = await putCase(gateway.parts.restParts, {
    tenant: TENANT,
    by: BY,
    externalRef: 'INC-482',
    title: 'SSH brute force',
    state: 'open',
    severity: 2,
    tags: [],
    source: 'test',
  })
  const agent = await addAgent(gateway, 'triage', alex, options)
  const close = async () => {
    await expectSoundLedger(gateway).finally(() => gateway.close())
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
  }
  return { gateway, clock, dataDir, caseId: record.id, dana, ines, alex, petra, agent, close }
}

/** Whether what its first start leaves would be another than that of most: other places, or another policy. */
function isOfItsOwn({ dataDir, config = {} }: PlaneOptions): boolean {
  return [dataDir, config.databaseUrl, config.policyDir].some((each) => each !== undefined)
}

/** Whatever a test did, the log it leaves must hold together: tree, tiles, and the rules between entries. */
export async function expectSoundLedger(gateway: Gateway): Promise<void> {
  const report = await checkLedger(gateway.parts.restParts, { tenant: TENANT, by: BY })
  if (report.findings.length > 0) {
    throw new Error(`the ledger is not sound: ${JSON.stringify(report.findings.slice(0, 5))}`)
  }
}

export async function addPerson(
  gateway: Gateway,
  name: string,
  roles: readonly Role[],
): Promise<TestPerson> {
  const email = `${name.toLowerCase()}@soc.example`
  const { person, token } = await registerPerson(gateway.parts.restParts, {
    tenant: TENANT,
    by: BY,
    name,
    email,
    roles,
  })
  return { ...person, token }
}

/** On call for all their roles from an hour ago, certified for the classes for a year, and with a passkey. */
export async function putOnDuty(
  gateway: Gateway,
  clock: TestClock,
  person: Person,
  classes: readonly string[] = CLASSES,
): Promise<void> {
  const deps = gateway.parts.restParts
  const nowMs = clock.nowMs()
  await giveKey({ ...deps, store: gateway.parts.store }, person)
  const hours = { fromMs: nowMs - HOUR_MS, toMs: nowMs + 12 * HOUR_MS }
  const shift = { tenant: TENANT, by: BY, person: person.id, ...hours, source: 'test' }
  await Promise.all(person.roles.map((role) => putShift(deps, { ...shift, role })))
  await certify(gateway, clock, person, classes)
}

/** Without a certificate for the class a person on duty is passed over (R128). */
export async function certify(
  gateway: Gateway,
  clock: TestClock,
  person: Person,
  classes: readonly string[] = CLASSES,
): Promise<void> {
  const deps = gateway.parts.restParts
  const nowMs = clock.nowMs()
  const expiresAtMs = nowMs + 365 * 24 * HOUR_MS
  const held = { tenant: TENANT, by: BY, person: person.id, issuer: 'academy', expiresAtMs }
  // At once, so that the store makes them durable together: a plane has dozens.
  await Promise.all(classes.map((actionClass) => putCertificate(deps, { ...held, actionClass })))
}

export async function addAgent(
  gateway: Gateway,
  name: string,
  owner: Person,
  options: Pick<PlaneOptions, 'mode' | 'grants'> = {},
): Promise<TestAgent> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = publicKey.export({ format: 'jwk' }) as JWK
  const subject = `spiffe://test.example/agent/${name}`
  const upstreams = gateway.config.upstreams.map(({ id }) => `${id}/*`)
  const { agent } = await registerAgent(gateway.parts.restParts, {
    tenant: TENANT,
    by: BY,
    name,
    subject,
    owner: owner.id,
    mode: options.mode ?? 'supervised',
    grants: options.grants ?? upstreams,
    key: jwk as Record<string, string>,
  })
  await changeAgentState(gateway.parts.restParts, {
    tenant: TENANT,
    by: BY,
    agentId: agent.id,
    state: 'active',
  })
  return { id: agent.id, subject, privateKey, jwk }
}

export async function addAsset(
  gateway: Gateway,
  kind: string,
  name: string,
  rest: {
    criticality?: number
    isNeverTouch?: boolean
    labels?: readonly string[]
    environment?: 'lab' | 'production'
  } = {},
): Promise<void> {
  await putAsset(gateway.parts.restParts, {
    tenant: TENANT,
    by: BY,
    kind,
    name,
    criticality: rest.criticality ?? 2,
    environment: rest.environment ?? 'lab',
    isNeverTouch: rest.isNeverTouch ?? false,
    labels: rest.labels ?? [],
    source: 'test',
  })
}

/** A task token over the real token endpoint. */
export async function taskToken(
  plane: Reach,
  purpose = 'respond',
  details: object = {},
  agent = plane.agent,
): Promise<string> {
  const { baseUrl } = plane.gateway
  const nowS = Math.floor(plane.clock.nowMs() / 1000)
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: await calculateJwkThumbprint(agent.jwk), typ: 'JWT' })
    .setIssuer(agent.subject)
    .setSubject(agent.subject)
    .setAudience(`${baseUrl}/oauth/token`)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + 120)
    .setJti(crypto.randomUUID())
    .sign(agent.privateKey)
  const jwtType = 'urn:ietf:params:oauth:token-type:jwt'
  const response = await fetch(`${baseUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      actor_token: assertion,
      actor_token_type: jwtType,
      subject_token: assertion,
      subject_token_type: jwtType,
      resource: `${baseUrl}/mcp`,
      authorization_details: JSON.stringify([
        { type: 'countersign_task', case: 'INC-482', purpose, ...details },
      ]),
    }),
  })
  const body = (await response.json()) as { access_token?: string }
  if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`)
  return body.access_token
}

/** One of the range's stdio servers, its shipped entries trusted. */
export function rangeUpstream(
  id: 'directory' | 'desk' | 'extras',
  dataDir: string,
): UpstreamConfig {
  const script = resolve(import.meta.dirname, `../../range/${id}-mcp.ts`)
  const env = { ...compiledCode(), RANGE_DIR: dataDir, RANGE_DATA: dataDir }
  return {
    id,
    transport: 'stdio',
    command: process.execPath,
    args: [script],
    env,
    trustsShippedEntries: true,
  }
}

/** What a plane calls unless its test brings tool servers of its own. */
export const rangeUpstreams = (dataDir: string): readonly UpstreamConfig[] => [
  rangeUpstream('directory', dataDir),
  rangeUpstream('desk', dataDir),
]

/** A real server from npm that serves a folder. */
export function filesystemUpstream(folder: string): UpstreamConfig {
  const require = createRequire(import.meta.url)
  const root = dirname(require.resolve('@modelcontextprotocol/server-filesystem/package.json'))
  const spec: UpstreamSpec = {
    id: 'evidence',
    transport: 'stdio',
    command: process.execPath,
    args: [join(root, 'dist/index.js'), folder],
    env: compiledCode(),
  }
  return { ...spec, trustsShippedEntries: true }
}
