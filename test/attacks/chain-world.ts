/**
 * Plays attack chains against a real gateway: every tool a chain names is offered by a real server, reviewed
 * from its name and class as an engineer would, and called by a real MCP client.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { draftOf, suggestEntry } from '../../src/catalogue/suggest.ts'
import type { ToolDefinition } from '../../src/catalogue/tool.ts'
import { putCase } from '../../src/command/put-case.ts'
import type { Role } from '../../src/identity/person.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { TENANT } from '../../src/wiring.ts'
import { connectAgent } from '../harness/agent-client.ts'
import { type AnyTool, type AnyTools, anyTools, reviewAll } from '../harness/any-tools.ts'
import {
  addAgent,
  addPerson,
  type Plane,
  putOnDuty,
  startPlane,
  type TestPerson,
  taskToken,
} from '../harness/plane.ts'

export type Step = {
  readonly tool: string
  readonly class: string
  readonly args: JsonObject
  readonly expect: string
  readonly why?: string
}
export type Chain = { readonly id: string; readonly name: string; readonly steps: readonly Step[] }

export type World = {
  readonly plane: Plane
  readonly upstreams: readonly AnyTools[]
  /** Whether the ledger can be written; a chain may break it. */
  readonly ledger: { isBroken: boolean }
  /** Certified, on call for every role and as many as the strictest rule asks for: only the rule under test can fail. */
  readonly approvers: readonly TestPerson[]
  readonly requester: TestPerson
  readonly close: () => Promise<void>
}

/** Names of the gateway's own and of the world's parts; not tools of a server. */
export const SPECIAL = /^(countersign|policy|pdp|audit)[._]/

export function serverOf(tool: string): { readonly server: string; readonly name: string } {
  const [server = '', name = ''] = tool.includes('__') ? tool.split('__') : tool.split('.')
  return { server: server.replaceAll('_', ''), name }
}

/** The first spelling of a server is the real one; a later look-alike is not registered. */
function toolsOf(chains: readonly Chain[]): ReadonlyMap<string, readonly AnyTool[]> {
  const byServer = new Map<string, Map<string, AnyTool>>()
  for (const { steps } of chains) {
    for (const step of steps) {
      const isShadow = step.tool.includes('__') && step.expect === 'deny'
      if (SPECIAL.test(step.tool) || isShadow) continue
      const { server, name } = serverOf(step.tool)
      const tools = byServer.get(server) ?? new Map<string, AnyTool>()
      tools.set(name, tools.get(name) ?? reviewed(name, step))
      byServer.set(server, tools)
    }
  }
  for (const tools of byServer.values()) nameTheWayBack(tools)
  return new Map([...byServer].map(([server, tools]) => [server, [...tools.values()]]))
}

/** An engineer who reviews `isolate_host` beside `release_host` names the one as the way back of the other. */
function nameTheWayBack(tools: Map<string, AnyTool>): void {
  const isolate = tools.get('isolate_host')
  if (isolate?.entry === undefined || !tools.has('release_host')) return
  const { waiver: _none, ...entry } = isolate.entry
  const inverse = { tool: 'release_host', arguments: { host_id: 'args.host_id' } }
  tools.set('isolate_host', {
    ...isolate,
    entry: { ...entry, reversibility: 'reversible', inverse },
  })
}

const CLASS_EFFECT: Readonly<Record<string, string>> = {
  read: 'read',
  annotate: 'annotate',
  'write-destructive': 'destructive',
  rollback: 'contain',
}

function reviewed(name: string, step: Step): AnyTool {
  const properties = Object.fromEntries(
    Object.keys(step.args).map((key) => [key, { type: 'string' }]),
  )
  const definition = {
    name,
    description: `Does ${name}.`,
    inputSchema: { type: 'object', properties },
  } satisfies ToolDefinition
  const draft = draftOf(name, '', suggestEntry('tool', definition))
  const effect = CLASS_EFFECT[step.class] ?? (draft.effect === 'read' ? 'write' : draft.effect)
  const { definition: _unused, name: _name, ...entry } = draft
  // What a person says is a plain read carries no flags the names suggested.
  const flags = effect === 'read' ? { flags: [] } : {}
  return {
    name,
    definition,
    entry: {
      ...entry,
      ...flags,
      effect,
      waiver: { by: 'test', reason: 'a practice tool' },
      // Without it the gate before people would answer, and chains of a person's no would never meet one.
      evidence: { waiver: { by: 'test', reason: 'what protects evidence is tested elsewhere' } },
    } as JsonObject,
  }
}

const EVERY: readonly Role[] = [
  'analyst',
  'tier3-analyst',
  'shift-lead',
  'incident-commander',
  'identity-owner',
  'service-owner',
  'privacy-officer',
]

export async function buildWorld(chains: readonly Chain[]): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-chains-'))
  const ledger = { isBroken: false }
  const upstreams = [...toolsOf(chains)].map(([server, tools]) => anyTools(server, folder, tools))
  const plane = await startPlane({
    upstreams: upstreams.map((each) => each.config),
    at: (label) => {
      if (ledger.isBroken && label === 'commit:before-db-commit') throw new Error('disk full')
    },
  })
  for (const upstream of upstreams) await reviewAll(plane, upstream)
  const approvers: TestPerson[] = []
  for (const name of ['Ada', 'Ben', 'Cleo', 'Dora'])
    approvers.push(await addPerson(plane.gateway, name, EVERY))
  const requester = await addPerson(plane.gateway, 'Rita', EVERY)
  for (const person of [...approvers, requester])
    await putOnDuty(plane.gateway, plane.clock, person)
  return { plane, upstreams, ledger, approvers, requester, close: plane.close }
}

/** A case and an agent of its own for one chain, so that chains cannot help or hinder each other. */
export async function openChain(world: World, chain: Chain) {
  const { plane, requester } = world
  const externalRef = `REF-${chain.id}`
  const report = {
    tenant: TENANT,
    by: { kind: 'system', part: 'test' } as const,
    externalRef,
    title: chain.name,
    severity: 2,
    tags: [],
    source: 'test',
  }
  await putCase(plane.gateway.parts.restParts, { ...report, state: 'open' })
  const agent = await addAgent(plane.gateway, chain.id, requester)
  const clientOn = async (ref: string) =>
    connectAgent(plane.gateway.baseUrl, await taskToken(plane, 'respond', { case: ref }, agent))
  const client = await clientOn(externalRef)
  /** The same agent at work on a case of this chain that a step names. */
  const workOn = async (name: string) => {
    const ref = `${externalRef}-${name}`
    await putCase(plane.gateway.parts.restParts, { ...report, externalRef: ref, state: 'open' })
    return clientOn(ref)
  }
  const closeCase = () => putCase(plane.gateway.parts.restParts, { ...report, state: 'closed' })
  return { agent, client, workOn, closeCase }
}
