/** A tool server of MCP 2026 over HTTP whose answers to calls a test writes byte by byte. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMcpHandler, Server as McpServer } from '@modelcontextprotocol/server'

export type ScriptedCall = {
  readonly id: unknown
  readonly headers: IncomingMessage['headers']
  readonly message: { readonly params?: unknown }
  readonly socket: IncomingMessage['socket']
  readonly res: ServerResponse
}

/** `answer` gets every `tools/call`; the rest is answered by the library. */
export async function scriptedServer(
  answer: (call: ScriptedCall) => void,
  tools: readonly string[] = [],
): Promise<{ readonly url: string; readonly server: Server; readonly close: () => void }> {
  const handler = createMcpHandler(() => {
    const mcp = new McpServer({ name: 'scripted', version: '1' }, { capabilities: { tools: {} } })
    mcp.setRequestHandler('tools/list', () => ({
      tools: tools.map((name) => ({ name, inputSchema: { type: 'object' as const } })),
    }))
    return mcp
  })
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = []
    for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const message = text === '' ? {} : JSON.parse(text)
    if (message.method === 'tools/call') {
      answer({ id: message.id, headers: req.headers, message, socket: req.socket, res })
      return
    }
    const headers = new Headers(
      Object.entries(req.headers).map(([k, v]) => [k, String(v)] as const),
    )
    const method = req.method ?? 'POST'
    const made = await handler.fetch(
      new Request('http://127.0.0.1/mcp', {
        method,
        headers,
        ...(text === '' ? {} : { body: text }),
      }),
    )
    res.writeHead(made.status, Object.fromEntries(made.headers)).end(await made.text())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, server, close }
}
