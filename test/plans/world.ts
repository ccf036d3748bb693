/** A plane whose agents follow plans: a few tools of each class, and the verbs the tests repeat. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AgentClient, connectAgent, type Said, saidBy } from '../harness/agent-client.ts'
import { type AnyTools, anyTools, ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { decide } from '../harness/people.ts'
import {
  addAgent,
  addAsset,
  addPerson,
  type Plane,
  type PlaneOptions,
  putOnDuty,
  startPlane,
  type TestAgent,
  type TestPerson,
  taskToken,
} from '../harness/plane.ts'

export type PlanWorld = {
  readonly plane: Plane
  /** Holds what Dana holds, so that one of them can sign for each role. */
  readonly iris: TestPerson
  readonly leads: readonly TestPerson[]
  readonly tools: AnyTools
  readonly newAgent: (purpose?: string) => Promise<PlanAgent>
  /** How often the tool server was asked for this, by what it was asked about. */
  readonly ran: (name: string, target: string) => number
}

export type PlanAgent = {
  readonly agent: TestAgent
  readonly client: AgentClient
  readonly call: (name: string, args: Record<string, unknown>) => Promise<Said | undefined>
  /** Proposes and has the two leads approve; the ids of plan and request. */
  readonly approved: (proposal: Record<string, unknown>) => Promise<Proposed>
  readonly propose: (proposal: Record<string, unknown>) => Promise<Proposed>
}

export type Proposed = {
  readonly plan: string
  readonly approval_id: string
  readonly roles: readonly string[]
  readonly said?: Said | undefined
}

const DISABLE = {
  effect: 'identity',
  verb: 'stop',
  target: { kind: 'account', from: 'args.target' },
  reversibility: 'reversible',
  inverse: { tool: 'enable', arguments: { target: 'args.target' } },
} as const
const ENABLE = {
  ...DISABLE,
  verb: 'start',
  inverse: { tool: 'disable', arguments: { target: 'args.target' } },
} as const
const WIPE = {
  effect: 'destructive',
  verb: 'delete',
  target: { kind: 'device', from: 'args.target' },
  reversibility: 'irreversible',
  evidence: { waiver: { by: 'test', reason: 'what protects evidence is tested elsewhere' } },
} as const
/** Contains, and says nothing about how it is taken back: it ends by itself. */
const ISOLATE = {
  effect: 'contain',
  verb: 'contain',
  target: { kind: 'device', from: 'args.target' },
  reversibility: 'time-limited',
} as const

export const TOOLS = [
  { name: 'look', entry: ENTRIES.read },
  { name: 'note', entry: ENTRIES.note },
  { name: 'block', entry: ENTRIES.block },
  { name: 'unblock', entry: ENTRIES.unblock },
  { name: 'disable', entry: DISABLE },
  { name: 'enable', entry: ENABLE },
  { name: 'isolate', entry: ISOLATE },
  { name: 'wipe', entry: WIPE },
]

export async function startPlanWorld(options: PlaneOptions = {}): Promise<PlanWorld> {
  const tools = anyTools('soar', mkdtempSync(join(tmpdir(), 'countersign-plans-')), TOOLS)
  const plane = await startPlane({ upstreams: [tools.config], ...options })
  await reviewAll(plane, tools)
  for (const last of [7, 8, 9]) await addAsset(plane.gateway, 'ipv4_net', `203.0.113.${last}`)
  for (const name of ['bob', 'eve']) await addAsset(plane.gateway, 'account', name)
  for (const name of ['ws-1', 'ws-2']) await addAsset(plane.gateway, 'device', name)
  const iris = await addPerson(plane.gateway, 'Iris', ['identity-owner', 'shift-lead'])
  await putOnDuty(plane.gateway, plane.clock, iris)
  let agents = 0
  const leads = [plane.dana, iris, plane.ines]
  return {
    plane,
    iris,
    leads,
    tools,
    newAgent: async (purpose) => {
      const agent = await addAgent(plane.gateway, `planner-${++agents}`, plane.alex)
      return planAgent(plane, leads, agent, await taskToken(plane, purpose, {}, agent))
    },
    ran: (name, target) =>
      tools.calls().filter((call) => call.name === name && call.arguments.target === target).length,
  }
}

export async function planAgent(
  plane: Plane,
  leads: readonly TestPerson[],
  agent: TestAgent,
  token: string,
): Promise<PlanAgent> {
  const client = await connectAgent(plane.gateway.baseUrl, token)
  const propose = async (proposal: Record<string, unknown>): Promise<Proposed> => {
    const answer = await client.call('countersign_propose_plan', proposal)
    const said = saidBy(answer)
    return { ...(answer.structuredContent as unknown as Proposed), said }
  }
  return {
    agent,
    client,
    call: async (name, args) => saidBy(await client.call(`soar__${name}`, args)),
    propose,
    approved: async (proposal) => {
      const proposed = await propose(proposal)
      if (proposed.plan === undefined) throw new Error(JSON.stringify(proposed.said))
      await approveAll(plane, leads, proposed.approval_id)
      return proposed
    },
  }
}

/** Those who are asked say yes, one after the other, until it is released. */
export async function approveAll(
  plane: Plane,
  leads: readonly TestPerson[],
  approvalId: string,
): Promise<void> {
  for (const person of leads) {
    const { body } = await decide(plane, person, 'approve', approvalId)
    if (body.outcome === 'released') return
  }
  throw new Error('nobody released it')
}
