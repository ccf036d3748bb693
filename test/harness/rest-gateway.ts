/**
 * The REST face on a real store, behind a real socket, with people and an agent registered through the
 * product's own commands. Only the enforcement of a call can be scripted: it has tests of its own.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { openCheckpointSigner } from '../../src/adapters/checkpoint-signer.ts'
import { openPasskeys } from '../../src/adapters/open-passkeys.ts'
import { openPolicy } from '../../src/adapters/open-policy.ts'
import { createPolicyDesk } from '../../src/adapters/policy-desk.ts'
import { readBundleDirectory } from '../../src/adapters/policy-files.ts'
import { openTokenSigner } from '../../src/adapters/token-signer.ts'
import { workloadReader } from '../../src/adapters/workload-jwt.ts'
import { changeAgentState } from '../../src/command/change-agent.ts'
import { makeDecisionCommands } from '../../src/command/decision-commands.ts'
import { endSignedWith } from '../../src/command/end-signed.ts'
import { publishCheckpoint } from '../../src/command/publish-checkpoint.ts'
import { putCase } from '../../src/command/put-case.ts'
import { registerAgent } from '../../src/command/register-agent.ts'
import { registerPerson } from '../../src/command/register-person.ts'
import { makeStopCommands } from '../../src/command/stop.ts'
import { endAuthorityWith } from '../../src/enforcement/end-authority.ts'
import { makeIdentify } from '../../src/enforcement/identify.ts'
import { createRestFace } from '../../src/faces/rest/create-rest-face.ts'
import type { RestDeps } from '../../src/faces/rest/deps.ts'
import { createFactMemory } from '../../src/facts/memory.ts'
import type { Agent } from '../../src/identity/agent.ts'
import type { Person, Role } from '../../src/identity/person.ts'
import { canonicalText } from '../../src/kernel/canonical-json.ts'
import { Failure } from '../../src/kernel/failure.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import type { Engine, Fresh } from './stores.ts'
import { seededRandom } from './stores.ts'
import type { Workload } from './workload.ts'
import { makeWorkload, privateTokenJwk } from './workload.ts'

export const TENANT = 'main'
export const BASE_URL = 'http://countersign.test'
const POLICIES = resolve(import.meta.dirname, '../../policies')

export type Token = { readonly person: Person; readonly token: string }

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; fails the test when it is not. */
  readonly json: () => Record<string, unknown>
}

export type Sending = {
  readonly token?: string
  readonly body?: unknown
  /** Sent as it is, with this content type. */
  readonly raw?: { readonly type: string; readonly bytes: string | Uint8Array }
  readonly headers?: Readonly<Record<string, string>>
}

export type RestGateway = {
  /** Where the socket really is; tokens speak of BASE_URL. */
  readonly origin: string
  readonly fresh: Fresh
  readonly deps: RestDeps
  readonly send: (method: string, path: string, sending?: Sending) => Promise<Answer>
  /** A person with the roles, registered by the gateway itself, and their API token. */
  readonly enrol: (name: string, roles: readonly Role[], tenant?: string) => Promise<Token>
  readonly size: (tenant?: string) => Promise<number>
  readonly types: (tenant?: string) => Promise<readonly string[]>
}

const SYSTEM = { kind: 'system', part: 'test' } as const

/** How far roles reach by the shipped pack, whatever bundle a test has or has not published. */
export const roleLimits = async () => readBundleDirectory(join(POLICIES, 'base')).limits

/** Opens a face on a fresh store; closed after the test by the engine. */
export async function openRestGateway(
  engine: Engine,
  undo: (() => Promise<unknown>)[],
  overrides: Partial<RestDeps> = {},
): Promise<RestGateway> {
  const fresh = await engine.fresh()
  const deps: RestDeps = { ...(await depsOf(fresh)), ...overrides }
  const face = await createRestFace(deps)
  const server = createServer(face.listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  undo.push(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
    await face.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { ledger } = fresh.store
  return {
    origin,
    fresh,
    deps,
    send: (method, path, sending) => send(origin, method, path, sending ?? {}),
    enrol: async (name, roles, tenant = TENANT) =>
      registerPerson(deps, { tenant, by: SYSTEM, name, email: `${name}@soc.example`, roles }),
    size: async (tenant = TENANT) => (await ledger.head(tenant)).size,
    types: async (tenant = TENANT) => {
      const { size } = await ledger.head(tenant)
      const entries = await ledger.entries(tenant, 0, size)
      return entries.map(({ bytes }) => String(JSON.parse(new TextDecoder().decode(bytes)).type))
    },
  }
}

async function depsOf(fresh: Fresh): Promise<RestDeps> {
  const { store, clock, nextId } = fresh
  const base = { commit: store.commit, revisions: store.revisions, nowMs: clock.nowMs, nextId }
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const resource = `${BASE_URL}/mcp`
  const signer = await openTokenSigner({
    issuer: BASE_URL,
    audience: resource,
    privateJwk: await privateTokenJwk(),
  })
  const origin = 'countersign.test/main'
  const state = join(await fresh.newDirectory(), 'signed')
  const logSigner = openCheckpointSigner(origin, new Uint8Array(32).fill(9), state)
  const checkpoint = () =>
    publishCheckpoint({ ledger: store.ledger, clock, signer: logSigner }, TENANT)
  const passkeyParts = openPasskeys({ baseUrl: BASE_URL }, new Uint8Array(32).fill(3), clock)
  const directories = { floorDir: join(POLICIES, 'floor'), policyDir: join(POLICIES, 'base') }
  const { cache, checkBundle, tableTests } = openPolicy(directories, store)
  return {
    ...store,
    ...base,
    random: seededRandom(5),
    endAuthority: endAuthorityWith({ ...store, ...base }),
    endSigned: endSignedWith({ ...store, ...base, clock }),
    workloads: workloadReader,
    tokenEndpoint: `${BASE_URL}/oauth/token`,
    signer,
    keySet: signer.keySet,
    resource,
    taskLifetimeMs: 8 * 3_600_000,
    checkBundle,
    policyDesk: createPolicyDesk(cache, checkBundle, tableTests),
    origin,
    verifierKey: logSigner.verifierKey,
    checkpointCovering: async (tenant, index) => {
      await checkpoint()
      const found = await store.ledger.checkpoint(tenant)
      if (found === undefined || found.size <= index) throw new Failure('signer_refused', 'none')
      return found
    },
    ...passkeyParts,
    baseUrl: BASE_URL,
    tenant: TENANT,
    version: '0.0.0-test',
    decisions: makeDecisionCommands({ ...store, ...base, ...passkeyParts, clock, roleLimits }),
    stops: makeStopCommands({ ...store, ...base, clock }),
    plans: NO_PLANS,
    standing: NO_STANDING,
    undos: { show: noCalls, undo: noCalls },
    containments: { list: async () => [], extend: noCalls },
    readRunning: async () => ({ sessions: [], total: 0, plans: [] }),
    identify: makeIdentify({ ...store, tokens: signer, memory: createFactMemory(), clock }),
    enforce: noCalls,
    gatewayTools: [],
    toolByName: async (session, name) =>
      (await store.tools.list(session.tenant)).find((tool) => tool.exposedName === name),
    readiness: [],
    channels: [],
    chatReaders: [],
    chatTenant: TENANT,
    mayApproveInChat: async () => false,
    log,
    rateLimits: { api: 100_000, token: 100_000, login: 100_000 },
  }
}

/** These tests make no calls, so there is nothing to plan. */
const noPlans = async (): Promise<never> => {
  throw new Failure('internal', 'this test makes no plan')
}
const NO_STANDING = {
  list: async () => [],
  queue: async () => [],
  preApproved: async () => [],
  sign: noPlans,
  revoke: noPlans,
  review: noPlans,
}
const NO_PLANS = { list: async () => [], show: noPlans, propose: noPlans, stop: noPlans }
async function noCalls(): Promise<never> {
  throw new Failure('internal', 'this test makes no call')
}

async function send(
  origin: string,
  method: string,
  path: string,
  { token, body, raw, headers }: Sending,
): Promise<Answer> {
  const content =
    raw !== undefined
      ? { type: raw.type, bytes: raw.bytes }
      : body === undefined
        ? undefined
        : { type: 'application/json', bytes: JSON.stringify(body) }
  const response = await fetch(origin + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(content === undefined ? {} : { 'content-type': content.type }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content.bytes as string }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: () => JSON.parse(text) as Record<string, unknown>,
  }
}

export type ActiveAgent = {
  readonly agent: Agent
  readonly workload: Workload
  readonly caseId: string
  readonly owner: Token
}

/** A registered, active agent with a key of its own and an open case `INC-482` to work on. */
export async function registerActiveAgent(
  gateway: RestGateway,
  options: {
    readonly tenant?: string
    readonly name?: string
    readonly grants?: readonly string[]
  } = {},
): Promise<ActiveAgent> {
  const { deps } = gateway
  const {
    tenant = TENANT,
    name = 'triage',
    grants = ['logs/*', 'firewall/block_address'],
  } = options
  const owner = await gateway.enrol(`owner-of-${name}-${tenant}`, ['platform-engineer'], tenant)
  const workload = await makeWorkload(`spiffe://soc.example/${tenant}/${name}`)
  const registered = await registerAgent(deps, {
    tenant,
    by: SYSTEM,
    name,
    subject: workload.subject,
    owner: owner.person.id,
    mode: 'supervised',
    grants,
    key: workload.publicJwk,
  })
  const { agent } = await changeAgentState(deps, {
    tenant,
    by: SYSTEM,
    agentId: registered.agent.id,
    state: 'active',
  })
  const caseId = await openCase(gateway, tenant)
  return { agent, workload, caseId, owner }
}

export async function openCase(
  gateway: RestGateway,
  tenant: string = TENANT,
  externalRef = 'INC-482',
  state: 'open' | 'closed' = 'open',
): Promise<string> {
  const { record } = await putCase(gateway.deps, {
    tenant,
    by: SYSTEM,
    externalRef,
    title: 'Brute force against the edge host',
    state,
    severity: 2,
    tags: ['brute-force'],
    source: 'desk',
  })
  return record.id
}

/** The shipped policy documents as the API takes them. */
export function shippedDocuments(): JsonObject {
  return JSON.parse(canonicalText(readBundleDirectory(join(POLICIES, 'base')))) as JsonObject
}
