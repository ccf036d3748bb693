/** A plane in front of a firewall-like upstream whose calls are counted from outside. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AgentClient, type ClientEra, connectAgent, saidBy } from './agent-client.ts'
import { type AnyTools, anyTools, ENTRIES, reviewAll } from './any-tools.ts'
import {
  addAgent,
  type Plane,
  type PlaneOptions,
  startPlane,
  type TestAgent,
  taskToken,
} from './plane.ts'

export type NetPlane = {
  readonly plane: Plane
  readonly tools: AnyTools
  /** How often the tool really ran on this target. */
  readonly ran: (target: string) => number
  /** A fresh agent with a task of its own. */
  readonly newAgent: (
    purpose?: string,
    era?: ClientEra,
  ) => Promise<AgentClient & { readonly agent: TestAgent }>
  /** An address no test used before. */
  readonly address: () => string
}

let used = 0

export async function startNetPlane(options: PlaneOptions = {}): Promise<NetPlane> {
  const tools = anyTools('net', mkdtempSync(join(tmpdir(), 'countersign-tools-')), [
    { name: 'block', entry: ENTRIES.block },
    { name: 'unblock', entry: ENTRIES.unblock },
    { name: 'look', entry: ENTRIES.read },
    { name: 'note', entry: ENTRIES.note },
    { name: 'unreviewed' },
  ])
  const plane = await startPlane({ ...options, upstreams: [tools.config] })
  await reviewAll(plane, tools)
  return {
    plane,
    tools,
    ran: (target) => tools.calls().filter((call) => call.arguments.target === target).length,
    newAgent: async (purpose = 'respond', era = 'modern') => {
      const agent = await addAgent(plane.gateway, `agent-${++used}`, plane.alex, options)
      const client = await connectAgent(
        plane.gateway.baseUrl,
        await taskToken(plane, purpose, {}, agent),
        era,
      )
      return { ...client, agent }
    },
    address: () => `198.51.${Math.floor(++used / 250)}.${used % 250}`,
  }
}

export async function held(agent: AgentClient, target: string): Promise<string> {
  const said = saidBy(await agent.call('net__block', { target }))
  if (said?.status !== 'pending_approval') throw new Error(`not held: ${JSON.stringify(said)}`)
  return said.approval_id ?? ''
}
