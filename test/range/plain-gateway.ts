/**
 * Just enough of a gateway to try the scripted agent against the real tool servers of the range: it checks the
 * agent's token exchange, forwards calls and plays the person. It decides nothing and records nothing.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http'
import type { Client } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { type CallToolResult, createMcpHandler, Server } from '@modelcontextprotocol/server'
import { calculateJwkThumbprint, importJWK, type JWK, jwtVerify } from 'jose'
import type { Practice } from './practice.ts'

/** `correct`: the person first halves the duration, then approves. */
export type PersonSays = 'approve' | 'deny' | 'nothing' | 'correct'

export type PlainGateway = {
  readonly base: string
  /** Names of the tools that were called, in order. */
  readonly calls: readonly string[]
  /** What the agent recorded with `countersign_recommend`. */
  readonly recommendations: readonly unknown[]
  /** The `authorization_details` of each exchange, and the `jti` of its workload JWT. */
  readonly exchanges: readonly { readonly details: unknown; readonly jti: unknown }[]
  readonly stop: () => void
}

export type PlainGatewayOptions = {
  readonly practice: Practice
  readonly agentKey: JWK
  readonly personSays: PersonSays
  /** Tools that are let through although a gateway has to refuse them. */
  readonly lets?: readonly string[]
  /** Seconds a task token lasts; below a minute the agent has to renew it for each request. */
  readonly tokenSeconds?: number
}

const TASK = 'task-1'
const APPROVAL = 'approval-1'
const REFUSED: Readonly<Record<string, string>> = {
  directory__disable_account: 'target_never_touch',
  extras__lookup_reputation: 'tool_quarantined',
}

export async function startPlainGateway(options: PlainGatewayOptions): Promise<PlainGateway> {
  const calls: string[] = []
  const recommendations: unknown[] = []
  const exchanges: { details: unknown; jti: unknown }[] = []
  const tokens = new Set<string>()
  const held = new Map<string, Record<string, unknown>>()
  const clients = new Map<string, Promise<Client>>()

  const forward = async (name: string, args: Record<string, unknown>): Promise<CallToolResult> => {
    const [upstream = '', tool = ''] = name.split('__')
    const open = clients.get(upstream) ?? options.practice.client(upstream)
    clients.set(upstream, open)
    const client = await open
    const result = await client.callTool({ name: tool, arguments: args })
    return {
      ...result,
      _meta: { 'countersign/call': randomUUID(), 'countersign/evidence': randomUUID() },
    }
  }
  const answer = async (name: string, args: Record<string, unknown>): Promise<CallToolResult> => {
    calls.push(name)
    if (name === 'countersign_recommend') {
      recommendations.push(args)
      return { content: [{ type: 'text', text: 'recorded' }] }
    }
    if (name === 'countersign_await') {
      return decided(options.personSays, held.get(String(args.approval_id)) ?? {}, forward)
    }
    const code = options.lets?.includes(name) === true ? undefined : REFUSED[name]
    if (code !== undefined) return says({ status: 'refused', code })
    if (name !== 'firewall__block_address') return forward(name, args)
    held.set(APPROVAL, args)
    return says({ status: 'pending_approval', approval_id: APPROVAL })
  }

  const mcp = toNodeHandler(createMcpHandler(() => mcpServer(answer)))
  const http = createServer(async (request, response) => {
    if (request.url === '/oauth/token') {
      const form = new URLSearchParams(await bodyOf(request))
      const { payload } = await verified(form, options.agentKey, `${baseOf(http)}/oauth/token`)
      const details: unknown = JSON.parse(form.get('authorization_details') ?? 'null')
      exchanges.push({ details, jti: payload.jti })
      const token = randomUUID()
      tokens.add(token)
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          access_token: token,
          expires_in: options.tokenSeconds ?? 300,
          authorization_details: [{ type: 'countersign_task', task: TASK }],
        }),
      )
      return
    }
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    if (!tokens.has(token)) response.writeHead(401).end()
    else await mcp(request as Parameters<typeof mcp>[0], response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    http.closeAllConnections()
    http.close()
  }
  return { base: baseOf(http), calls, recommendations, exchanges, stop }
}

function decided(
  person: PersonSays,
  args: Record<string, unknown>,
  forward: Answerer,
): CallToolResult | Promise<CallToolResult> {
  if (person === 'nothing') return says({ status: 'pending_approval', approval_id: APPROVAL })
  if (person === 'deny') return says({ status: 'refused', code: 'approval_denied', detail: 'no' })
  if (person === 'correct' && args.duration_minutes === 60) {
    const suggested = { ...args, duration_minutes: 30 }
    return says({ status: 'refused', code: 'approval_modified', suggested_arguments: suggested })
  }
  return forward('firewall__block_address', args)
}

type Answerer = (name: string, args: Record<string, unknown>) => Promise<CallToolResult>

function mcpServer(answer: Answerer): Server {
  const server = new Server({ name: 'plain', version: '1.0.0' }, { capabilities: { tools: {} } })
  const tool = (name: string) => ({ name, inputSchema: { type: 'object' as const } })
  server.setRequestHandler('tools/list', () => ({
    tools: [tool('logs__execute_sql'), tool('firewall__block_address')],
  }))
  server.setRequestHandler('tools/call', ({ params }) =>
    answer(params.name, params.arguments ?? {}),
  )
  return server
}

function says(said: Record<string, unknown>): CallToolResult {
  const line = JSON.stringify({ countersign: said })
  return { content: [{ type: 'text', text: `The gateway says:\n${line}` }], isError: true }
}

/** Verifies the exchange as RFC 8693 and the gateway's own rules have it. Throws when anything is off. */
async function verified(form: URLSearchParams, key: JWK, audience: string) {
  const jwt = form.get('actor_token') ?? ''
  const type = 'urn:ietf:params:oauth:token-type:jwt'
  const expected = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    actor_token_type: type,
    subject_token: jwt,
    subject_token_type: type,
    resource: audience.replace('/oauth/token', '/mcp'),
  }
  for (const [name, value] of Object.entries(expected)) {
    if (form.get(name) !== value) throw new Error(`${name} is ${form.get(name)}`)
  }
  const result = await jwtVerify(jwt, await importJWK(key, 'ES256'), {
    audience,
    algorithms: ['ES256'],
    maxTokenAge: 300,
    requiredClaims: ['iss', 'sub', 'exp', 'iat', 'jti'],
  })
  const { iss, sub, exp = 0, iat = 0 } = result.payload
  if (iss !== sub || exp - iat > 300) throw new Error('the workload JWT is not as agreed')
  if (result.protectedHeader.kid !== (await calculateJwkThumbprint(key)))
    throw new Error('wrong kid')
  return result
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function baseOf(server: HttpServer): string {
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('not listening')
  return `http://127.0.0.1:${bound.port}`
}
