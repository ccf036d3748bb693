/**
 * The tool server of the stop bench, which sees what really happened: its one tool takes a while, and the instant
 * it is done counts as its effect. A call that is cancelled meanwhile has none. It also is the floor: with its own
 * switch, a flag in memory that every call looks at before it starts and before it is done.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { serveTarget } from '../gateway/target.ts'
import { ANSWER_MARK, TOOL } from '../gateway/wire.ts'

/** What a query of a SIEM takes on a good day. */
const WORK_MS = 400

let isStopped = false
let lastEffectMs = 0

const DEFINITION = {
  name: TOOL,
  description: 'Searches the events of a host.',
  inputSchema: { type: 'object' as const, properties: { target: { type: 'string' } } },
}

const handler = createMcpHandler(() => {
  const server = new Server(
    { name: 'bench-log', version: '1.0.0' },
    { capabilities: { tools: {} } },
  )
  server.setRequestHandler('tools/list', () => ({ tools: [DEFINITION] }))
  server.setRequestHandler('tools/call', async (_request, ctx) => {
    if (!isStopped) await wait(WORK_MS, undefined, { signal: ctx.mcpReq.signal })
    if (isStopped) return { isError: true, content: [{ type: 'text', text: 'stopped' }] }
    lastEffectMs = Date.now()
    return { content: [{ type: 'text', text: ANSWER_MARK }] }
  })
  return server
})
const listen = toNodeHandler(handler)
const http = createServer((request, response) => {
  if (request.url === '/mcp') return void listen(request as NodeIncomingMessageLike, response)
  isStopped = request.url === '/stop'
  response.end()
})
await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))

serveTarget({
  url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
  answers: { lastEffect: () => lastEffectMs },
  close: async () => {
    await handler.close()
    http.closeAllConnections()
  },
})
