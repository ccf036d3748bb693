/** A plane in front of a tool server whose state a test sees, changes and breaks from outside. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { compiledCode } from '../../range/settings.ts'
import type { UpstreamConfig } from '../../src/config.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { type AgentClient, connectAgent, saidBy } from './agent-client.ts'
import { reviewAll } from './any-tools.ts'
import type { FenceState } from './fence-mcp.ts'
import { decide, type RestAnswer, rest } from './people.ts'
import {
  addAgent,
  addAsset,
  type Plane,
  type PlaneOptions,
  startPlane,
  type TestPerson,
  taskToken,
} from './plane.ts'

export type FencePlane = {
  readonly plane: Plane
  /** The agent with a fresh task. */
  readonly connect: () => Promise<AgentClient>
  readonly state: () => FenceState
  readonly change: (change: Partial<FenceState>) => void
  /** How often a tool was called on a target or account. */
  readonly ran: (name: string, target: string) => number
  /** A host nobody used before. */
  readonly host: () => string
  /** Asks, has Dana approve, and asks again. Gives the id of the call. */
  readonly done: (name: string, args: JsonObject) => Promise<string>
  readonly undo: (person: TestPerson, call: string) => Promise<RestAnswer>
}

const device = { kind: 'device', from: 'args.target' }
const probe = (expect: string) => ({
  tool: 'status',
  arguments: { target: 'args.target' },
  expect: `result.structuredContent.isolated == ${expect}`,
})

/** As a platform engineer would write them; a test may give others. */
export const FENCE_ENTRIES = {
  isolate: {
    effect: 'contain',
    verb: 'contain',
    target: device,
    reversibility: 'reversible',
    inverse: { tool: 'release', arguments: { target: 'args.target' } },
    probe: probe('true'),
    ends: { minutes: 'args.minutes', atEnd: 'hold' },
  },
  release: {
    effect: 'contain',
    verb: 'allow',
    target: device,
    reversibility: 'reversible',
    inverse: { tool: 'isolate', arguments: { target: 'args.target' } },
    probe: probe('false'),
  },
  status: { effect: 'read', verb: 'query', target: device },
  groups_of: { effect: 'read', verb: 'query', target: { kind: 'account', from: 'args.account' } },
} as const satisfies Readonly<Record<string, JsonObject>>

const EMPTY: FenceState = { isolated: [], groups: {}, calls: [], faults: {}, also: [] }
let used = 0

export async function startFence(
  entries: Readonly<Record<string, JsonObject>> = FENCE_ENTRIES,
  options: PlaneOptions = {},
): Promise<FencePlane> {
  const file = join(mkdtempSync(join(tmpdir(), 'countersign-fence-')), 'state.json')
  const state = () => JSON.parse(readFileSync(file, 'utf8')) as FenceState
  const change = (next: Partial<FenceState>) =>
    writeFileSync(file, JSON.stringify({ ...state(), ...next }))
  writeFileSync(file, JSON.stringify(EMPTY))
  const config: UpstreamConfig = {
    id: 'fence',
    transport: 'stdio',
    command: process.execPath,
    args: [resolve(import.meta.dirname, 'fence-mcp.ts')],
    env: { ...compiledCode(), FENCE_FILE: file },
    trustsShippedEntries: false,
  }
  const plane = await startPlane({ ...options, upstreams: [config] })
  // What others name is reviewed first: an inverse that nobody reviewed is none.
  const tools = Object.entries(entries).map(([name, entry]) => ({ name, entry }))
  await reviewAll(plane, { config, tools })
  for (let at = 0; at < 20; at++) await addAsset(plane.gateway, 'device', `host-${at}`)
  const caller = await addAgent(plane.gateway, `fence-${++used}`, plane.alex, options)
  // Each time anew, because a token lives five minutes and tests turn the clock.
  const connect = async () =>
    connectAgent(plane.gateway.baseUrl, await taskToken(plane, 'respond', {}, caller))
  let next = 0
  return {
    plane,
    connect,
    state,
    change,
    ran: (name, target) =>
      state().calls.filter(
        ({ name: called, arguments: args }) =>
          called === name && (args.target === target || args.account === target),
      ).length,
    host: () => `host-${next++}`,
    done: async (name, args) => {
      const agent = await connect()
      const held = saidBy(await agent.call(`fence__${name}`, args))
      if (held?.status !== 'pending_approval') throw new Error(`not held: ${JSON.stringify(held)}`)
      await decide(plane, plane.dana, 'approve', held.approval_id ?? '')
      const said = saidBy(await agent.call(`fence__${name}`, args))
      if (said !== undefined && said.code !== 'outcome_unknown') {
        throw new Error(`not run: ${JSON.stringify(said)}`)
      }
      await agent.close()
      return held.call_id ?? ''
    },
    undo: async (person, call) => {
      const path = `/api/v1/calls/${call}/undo`
      const shown = await rest(plane, person, 'GET', path)
      if (shown.status !== 200) return shown
      const order = { seen_digest: shown.body.digest, reason: 'the host is clean' }
      return rest(plane, person, 'POST', path, order)
    },
  }
}

/** The entries of one type, in order. */
export async function entriesOf(
  plane: Plane,
  type: string,
): Promise<readonly Record<string, unknown>[]> {
  const { ledger } = plane.gateway.parts.store
  const { size } = await ledger.head('main')
  const entries = await ledger.entries('main', 0, size)
  return entries
    .map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>)
    .filter((entry) => entry.type === type)
}
