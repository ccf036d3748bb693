/**
 * One whole gateway for a file of promises, and scenes in it: each with its own case, agent and task, so that
 * no test helps or hinders another. Everything is asked and read through the faces, or counted by the tool
 * server itself.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { putCase } from '../../src/command/put-case.ts'
import type { UpstreamConfig } from '../../src/config.ts'
import type { AgentMode } from '../../src/identity/agent.ts'
import { TENANT } from '../../src/wiring.ts'
import { type AgentClient, connectAgent, saidBy } from '../harness/agent-client.ts'
import { type AnyTools, anyTools, reviewAll } from '../harness/any-tools.ts'
import { decide, rest } from '../harness/people.ts'
import {
  addAgent,
  addAsset,
  type Plane,
  type PlaneOptions,
  startPlane,
  type TestAgent,
  type TestPerson,
  taskToken,
} from '../harness/plane.ts'
import { type RecordedEntry, readRecord } from './record.ts'
import { SOC_TOOLS } from './soc-tools.ts'

type CaseFacts = {
  readonly severity?: number
  readonly tags?: readonly string[]
  readonly state?: 'open' | 'closed'
  readonly title?: string
  /** How long ago the ticket system last confirmed it. */
  readonly ageMs?: number
}

export type SceneOptions = CaseFacts & {
  readonly purpose?: string
  readonly mode?: AgentMode
  readonly grants?: readonly string[]
  readonly details?: object
}

export type Scene = AgentClient & {
  readonly caseRef: string
  readonly agent: TestAgent
  readonly token: string
  readonly task: string
  readonly purpose: string
  /** Calls a tool of the SOC by its short name and says in one line what came of it. */
  readonly ask: (tool: string, args?: Record<string, unknown>, meta?: object) => Promise<string>
  /** The same call, and the request it waits for. Fails when it is not held. */
  readonly hold: (tool: string, args?: Record<string, unknown>) => Promise<Held>
  /** What the ticket system says of the case from now on. */
  readonly report: (facts: CaseFacts) => Promise<void>
  /** Everything the ledger holds about the case, from its export. */
  readonly record: () => Promise<readonly RecordedEntry[]>
}

export type Held = {
  readonly id: string
  readonly callId: string
  /** Who must sign and how, sorted: `dual incident-commander, dual shift-lead`. */
  readonly needs: string
  readonly policies: readonly string[]
  /** The whole answer of GET /api/v1/approvals/:id. */
  readonly shown: Readonly<Record<string, unknown>>
}

export type World = {
  readonly plane: Plane
  readonly tools: AnyTools
  readonly scene: (options?: SceneOptions) => Promise<Scene>
  /** A client with a new token for the task of the scene; tokens live five minutes. */
  readonly renew: (scene: Scene) => Promise<AgentClient>
  /** An inventoried thing nobody used before; its name. */
  readonly asset: (kind: string, facts?: Parameters<typeof addAsset>[3]) => Promise<string>
  /** How often the tool server was really called with this target. */
  readonly ran: (target: string) => number
  readonly yes: (person: TestPerson, approval: string) => Promise<string>
  readonly close: () => Promise<void>
}

let used = 0

/** A name for anything that no other test may share. */
export function fresh(prefix: string): string {
  used += 1
  return `${prefix}-${used}`
}

export async function openWorld(
  options: PlaneOptions & { readonly also?: readonly UpstreamConfig[] } = {},
): Promise<World> {
  const tools = anyTools('soc', mkdtempSync(join(tmpdir(), 'countersign-soc-')), SOC_TOOLS)
  const plane = await startPlane({ ...options, upstreams: [tools.config, ...(options.also ?? [])] })
  await reviewAll(plane, tools)
  const clients: AgentClient[] = []
  const kept = <T extends AgentClient>(made: T): T => {
    clients.push(made)
    return made
  }
  return {
    plane,
    tools,
    scene: async (wanted = {}) => kept(await openScene(plane, wanted)),
    renew: async ({ agent, caseRef, task, purpose }) => {
      const token = await taskToken(plane, purpose, { case: caseRef, task }, agent)
      return kept(await connectAgent(plane.gateway.baseUrl, token))
    },
    asset: async (kind, facts = {}) => {
      const name = kind === 'ipv4_net' ? address() : fresh(kind)
      await addAsset(plane.gateway, kind, name, facts)
      return name
    },
    ran: (target) =>
      tools.calls().filter(({ arguments: { target: one, targets } }) => {
        return one === target || (Array.isArray(targets) && targets.includes(target))
      }).length,
    yes: async (person, approval) => outcomeText(await decide(plane, person, 'approve', approval)),
    close: async () => {
      await Promise.all(clients.map((each) => each.close()))
      await plane.close()
    },
  }
}

function address(): string {
  used += 1
  return `198.51.${Math.floor(used / 250)}.${used % 250}`
}

function outcomeText({ status, body }: Awaited<ReturnType<typeof rest>>): string {
  if (status !== 200) return `${status} ${body.code}`
  return body.failing === undefined ? String(body.outcome) : `${body.outcome}: ${body.failing}`
}

async function openScene(plane: Plane, options: SceneOptions): Promise<Scene> {
  const { purpose = 'respond', mode, grants, details } = options
  const caseRef = fresh('INC')
  const report = (facts: CaseFacts) => reportCase(plane, caseRef, facts)
  await report(options)
  const agent = await addAgent(plane.gateway, fresh('agent'), plane.alex, {
    ...(mode === undefined ? {} : { mode }),
    ...(grants === undefined ? {} : { grants }),
  })
  const token = await taskToken(plane, purpose, { case: caseRef, ...details }, agent)
  const client = await connectAgent(plane.gateway.baseUrl, token)
  const call = (tool: string, args: Record<string, unknown>, meta?: object) =>
    client.call(`soc__${tool}`, args, meta as Record<string, unknown> | undefined)
  return {
    ...client,
    caseRef,
    agent,
    token,
    purpose,
    task: String(decodeJwt(token).task),
    report,
    ask: async (tool, args = {}, meta) => {
      const said = saidBy(await call(tool, args, meta))
      if (said?.status !== 'pending_approval') return said?.code ?? 'ran'
      return (await showHeld(plane, said.approval_id ?? '', said.call_id ?? '')).needs
    },
    hold: async (tool, args = {}) => {
      const result = await call(tool, args)
      const said = saidBy(result)
      if (said?.status !== 'pending_approval')
        throw new Error(`not held: ${JSON.stringify(result)}`)
      return showHeld(plane, said.approval_id ?? '', said.call_id ?? '')
    },
    record: () => readRecord(plane, caseRef),
  }
}

async function reportCase(plane: Plane, externalRef: string, facts: CaseFacts): Promise<void> {
  const { severity = 4, tags = [], state = 'open', title = 'SSH brute force', ageMs } = facts
  await putCase(plane.gateway.parts.restParts, {
    tenant: TENANT,
    by: { kind: 'system', part: 'test' },
    externalRef,
    title,
    state,
    severity,
    tags,
    source: 'test',
    ...(ageMs === undefined ? {} : { observedAtMs: plane.clock.nowMs() - ageMs }),
  })
}

type Need = { readonly role: string; readonly strength: string; readonly policies: string[] }

async function showHeld(plane: Plane, id: string, callId: string): Promise<Held> {
  const { body } = await rest(plane, plane.petra, 'GET', `/api/v1/approvals/${id}`)
  const needs = body.needs as unknown as readonly Need[]
  return {
    id,
    callId,
    needs: needs
      .map(({ role, strength }) => `${strength} ${role}`)
      .sort()
      .join(', '),
    policies: [...new Set(needs.flatMap(({ policies }) => policies))].sort(),
    shown: body,
  }
}
