/**
 * A tool server over Streamable HTTP that answers 401 to whoever does not bring the right credential: one that may
 * only list, and for calls whatever the test says. It writes down every call that got through, and every one that
 * did not.
 */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMcpHandler, Server as McpServer, ProtocolError } from '@modelcontextprotocol/server'
import type { UpstreamConfig } from '../../src/config.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import type { AnyTool } from './any-tools.ts'

export type GuardedCall = {
  readonly name: string
  readonly arguments: JsonObject
  readonly headers: IncomingHttpHeaders
}

export type GuardedTools = {
  readonly url: string
  readonly config: UpstreamConfig
  readonly tools: readonly AnyTool[]
  readonly calls: () => readonly GuardedCall[]
  /** Calls that were turned away. */
  readonly turnedAway: () => readonly GuardedCall[]
  readonly close: () => void
}

const LISTING = 'may-list-and-nothing-else'
const SCHEMA: JsonObject = {
  type: 'object',
  properties: { target: { type: 'string' } },
  additionalProperties: true,
}

/** What a tool answers: its `says` argument, or the name. `echo`: the headers it was called with. */
export async function guardedTools(
  id: string,
  tools: readonly AnyTool[],
  mayCall: (call: GuardedCall) => boolean,
): Promise<GuardedTools> {
  const calls: GuardedCall[] = []
  const turnedAway: GuardedCall[] = []
  const http = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const message = text === '' ? {} : JSON.parse(text)
    const isCall = message.method === 'tools/call'
    const { headers } = req
    const call = isCall
      ? { name: message.params.name, arguments: message.params.arguments ?? {}, headers }
      : undefined
    const isLet = call === undefined ? mayList(headers) : mayCall(call)
    if (call !== undefined) (isLet ? calls : turnedAway).push(call)
    if (!isLet) {
      res.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
      return
    }
    const handler = createMcpHandler(() => serverOf(tools, headers))
    const given = new Headers(Object.entries(headers).map(([k, v]) => [k, String(v)] as const))
    const made = await handler.fetch(
      new Request('http://127.0.0.1/mcp', {
        method: req.method ?? 'POST',
        headers: given,
        ...(text === '' ? {} : { body: text }),
      }),
    )
    res.writeHead(made.status, Object.fromEntries(made.headers)).end(await made.text())
  })
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
  return {
    url,
    tools,
    calls: () => calls,
    turnedAway: () => turnedAway,
    config: {
      id,
      transport: 'streamable-http',
      url,
      trustsShippedEntries: false,
      credential: { kind: 'bearer', value: { token: LISTING } },
    },
    close: () => {
      http.closeAllConnections()
      http.close()
    },
  }

  /** A connection may also be opened with the credential of a call. */
  function mayList(headers: IncomingHttpHeaders): boolean {
    return (
      headers.authorization === `Bearer ${LISTING}` || mayCall({ name: '', arguments: {}, headers })
    )
  }
}

function serverOf(tools: readonly AnyTool[], headers: IncomingHttpHeaders): McpServer {
  const server = new McpServer({ name: 'guarded', version: '1' }, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', () => ({
    tools: tools.map(({ name, definition }) => ({
      ...{ name, description: `Does ${name}.`, inputSchema: SCHEMA as { type: 'object' } },
      ...definition,
    })),
  }))
  server.setRequestHandler('tools/call', ({ params }) => {
    const { name, arguments: args = {} } = params
    const echo = args.echo === true ? JSON.stringify(headers) : undefined
    if (typeof args.rpc_error === 'string') throw new ProtocolError(-32000, echo ?? args.rpc_error)
    const text = echo ?? (typeof args.says === 'string' ? args.says : `${name} done`)
    return { isError: args.fail === true, content: [{ type: 'text', text }] }
  })
  return server
}
