/** A gateway for tests of the MCP face: the real face and adapter, a decider in place of the spine. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ConnectedUpstreams, connectUpstreams } from '../../src/adapters/upstream-mcp.ts'
import type { UpstreamLimits, UpstreamSpec } from '../../src/adapters/upstream-spec.ts'
import type { Tool } from '../../src/catalogue/tool.ts'
import type { GatewayTool } from '../../src/enforcement/intent.ts'
import type { TaskSession } from '../../src/enforcement/session.ts'
import { mayUse } from '../../src/enforcement/session.ts'
import type { LeaseSecret } from '../../src/enforcement/upstream.ts'
import { createMcpFace, type McpFace } from '../../src/faces/mcp/face.ts'
import { MCP_FACE_LIMITS, type McpFaceLimits } from '../../src/faces/mcp/limits.ts'
import { digestOfJson } from '../../src/kernel/canonical-json.ts'
import { Failure } from '../../src/kernel/failure.ts'
import type { Log } from '../../src/kernel/log.ts'
import { type Decider, type Double, makeDouble } from './mcp-double.ts'

export type TestGateway = {
  readonly url: string
  readonly double: Double
  readonly upstreams: ConnectedUpstreams
  readonly face: McpFace
  readonly close: () => Promise<void>
}

export type GatewayOptions = {
  readonly upstreams: readonly UpstreamSpec[]
  readonly decide?: Decider
  readonly secrets?: Readonly<Record<string, LeaseSecret>>
  readonly limits?: Partial<McpFaceLimits>
  readonly upstreamLimits?: Partial<UpstreamLimits>
  readonly gatewayTools?: readonly GatewayTool[]
  /** The sessions by token; without it `token-a` may use everything. */
  readonly sessions?: Readonly<Record<string, TaskSession>>
}

const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

export async function startTestGateway(options: GatewayOptions): Promise<TestGateway> {
  const clock = { nowMs: () => Date.now() }
  const upstreams = connectUpstreams({
    upstreams: options.upstreams,
    clock,
    log: quiet,
    credentials: (upstream) => options.secrets?.[upstream],
    ...(options.upstreamLimits === undefined ? {} : { limits: options.upstreamLimits }),
  })
  const double = makeDouble(upstreams.exchange, options.decide, (id) => options.secrets?.[id])
  const tools = await catalogue(upstreams)
  const sessions = options.sessions ?? {
    'token-a': testSession(
      'a',
      upstreams.ids().map((id) => `${id}/*`),
    ),
  }
  const http = createServer((req, res) => void face.handle(req, res))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const face = createMcpFace({
    identify: async (bearer) => {
      const session = sessions[bearer ?? '']
      if (session === undefined)
        throw new Failure(
          bearer === undefined ? 'not_authenticated' : 'token_expired',
          'no such token',
        )
      return session
    },
    enforce: (intent) => double.enforce(intent),
    visibleTools: async (session) =>
      tools
        .filter((tool) => tool.kind === 'tool' && mayUse(session, tool.upstream, tool.name))
        .sort((a, b) => (a.exposedName < b.exposedName ? -1 : 1)),
    resolveTool: async (_session, name) => tools.find((tool) => tool.exposedName === name),
    gatewayTools: options.gatewayTools ?? [],
    upstreams,
    publicBaseUrl: url,
    clock,
    log: quiet,
    limits: { ...MCP_FACE_LIMITS, ...options.limits },
  })
  return {
    url,
    double,
    upstreams,
    face,
    close: async () => {
      await face.close()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      await upstreams.close()
    },
  }
}

/** Every definition as if somebody had reviewed it. */
async function catalogue(upstreams: ConnectedUpstreams): Promise<readonly Tool[]> {
  const offers = await Promise.all(upstreams.ids().map((id) => upstreams.offer(id)))
  return offers.flatMap((offer) =>
    offer.definitions.map(({ kind, definition }) => ({
      tenant: 'main',
      upstream: offer.upstream,
      kind,
      name: definition.name,
      exposedName: `${offer.upstream}__${definition.name}`,
      definition,
      definitionDigest: digestOfJson('countersign-tool-v1', definition),
      status: 'approved' as const,
      findings: [],
      revision: 1,
    })),
  )
}

export function testSession(name: string, grants: readonly string[]): TaskSession {
  const expiresAtMs = Date.now() + 300_000
  return {
    tenant: 'main',
    agent: {
      tenant: 'main',
      id: `agent-${name}`,
      name,
      subject: `spiffe://example.org/${name}`,
      owner: 'owner-1',
      mode: 'supervised',
      state: 'active',
      grants,
      revision: 1,
    },
    task: {
      tenant: 'main',
      id: `task-${name}`,
      agent: `agent-${name}`,
      caseId: 'case-1',
      purpose: 'respond',
      scope: [],
      onBehalfOf: 'person-1',
      state: 'open',
      openedAtMs: Date.now(),
      expiresAtMs,
      revision: 1,
    },
    claims: {
      tenant: 'main',
      agent: `agent-${name}`,
      task: `task-${name}`,
      onBehalfOf: 'person-1',
      tokenId: `token-${name}`,
      expiresAtMs,
    },
  }
}
