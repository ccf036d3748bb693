/**
 * The shortest proxy that the MCP library allows: its `Server` towards the agent, its `Client` towards the tool
 * server, a call handed from one to the other. What Countersign costs beyond this is Countersign's own.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { serveTarget } from './target.ts'

const WHO = { name: 'bench-proxy', version: '1.0.0' }

const client = new Client(WHO, { versionNegotiation: { mode: 'auto' } })
await client.connect(new StreamableHTTPClientTransport(new URL(process.env.BENCH_UPSTREAM ?? '')))

const handler = createMcpHandler(() => {
  const server = new Server(WHO, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', ({ params }) => client.listTools(params))
  server.setRequestHandler('tools/call', ({ params }, ctx) =>
    client.callTool(
      { name: params.name, arguments: params.arguments },
      { signal: ctx.mcpReq.signal },
    ),
  )
  return server
})
const listen = toNodeHandler(handler)
const http = createServer(
  (request, response) => void listen(request as NodeIncomingMessageLike, response),
)
await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))

serveTarget({
  url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
  close: async () => {
    await handler.close()
    await client.close()
    http.closeAllConnections()
  },
})
