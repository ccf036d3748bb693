/** A tool server over HTTP that can be restarted, losing its sessions, and upgraded or rolled back between eras. */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  isLegacyRequest,
  Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'

type Fetch = (request: Request, options?: { parsedBody?: unknown }) => Promise<Response>

export type ChangingServer = {
  readonly url: string
  readonly become: (era: 'modern' | 'legacy' | 'legacy-stateless' | 'legacy-500' | 'both') => void
  readonly close: () => Promise<void>
}

export async function startChangingServer(): Promise<ChangingServer> {
  let serve: Fetch = modern()
  const listen = toNodeHandler({ fetch: (request, options) => serve(request, options) })
  const http = createServer((req, res) => void listen(req as NodeIncomingMessageLike, res))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    become: (era) => {
      serve = {
        modern,
        legacy,
        'legacy-stateless': stateless,
        'legacy-500': failing,
        both,
      }[era]()
    },
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

function makeServer(era: string): Server {
  const server = new Server({ name: era, version: '1' }, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/call', () => ({ content: [{ type: 'text', text: era }] }))
  server.setRequestHandler('tools/list', () => ({ tools: [] }))
  return server
}

function modern(): Fetch {
  return createMcpHandler(() => makeServer('modern'), { legacy: 'reject' }).fetch
}

/** Speaks 2026, and answers the old handshake as before. */
function both(): Fetch {
  const [newer, older] = [modern(), stateless()]
  return async (request, options) => {
    const body: unknown = await request.clone().json()
    return (await isLegacyRequest(request, body))
      ? older(request, options)
      : newer(request, options)
  }
}

/** As a server built before 2026: it knows neither the new revision nor its probe. */
const OLD = { supportedProtocolVersions: ['2025-11-25'] }

function legacy(): Fetch {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()
  return async (request, options) => {
    const known = sessions.get(request.headers.get('mcp-session-id') ?? '')
    if (known !== undefined) return known.handleRequest(request, options)
    if (request.headers.has('mcp-session-id'))
      return new Response('no such session', { status: 404 })
    const transport = new WebStandardStreamableHTTPServerTransport({
      ...OLD,
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    })
    await oldServer('legacy').connect(transport)
    return transport.handleRequest(request, options)
  }
}

function stateless(): Fetch {
  return async (request, options) => {
    if (request.method !== 'POST') return new Response(null, { status: 405 })
    const transport = new WebStandardStreamableHTTPServerTransport({ ...OLD })
    await oldServer('legacy-stateless').connect(transport)
    return transport.handleRequest(request, options)
  }
}

/** Fails at whatever it does not know before the handshake, instead of turning it away. */
function failing(): Fetch {
  const older = legacy()
  return async (request, options) => {
    if (request.method !== 'POST') return older(request, options)
    const { method } = (await request.clone().json()) as { readonly method: string }
    const isKnown = method === 'initialize' || request.headers.has('mcp-session-id')
    return isKnown ? older(request, options) : new Response('', { status: 500 })
  }
}

function oldServer(era: string): Server {
  const server = new Server({ name: era, version: '1' }, { ...OLD, capabilities: { tools: {} } })
  server.setRequestHandler('tools/call', () => ({ content: [{ type: 'text', text: era }] }))
  return server
}
