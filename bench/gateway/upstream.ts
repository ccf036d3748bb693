/** The tool server behind every target: one tool that reads a log, its answer 2 KB of text. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { serveTarget } from './target.ts'
import { ANSWER_MARK, TOOL } from './wire.ts'

const DEFINITION = {
  name: TOOL,
  description: 'Searches the events of a host.',
  inputSchema: {
    type: 'object' as const,
    properties: {
      target: { type: 'string' },
      from: { type: 'string' },
      limit: { type: 'integer' },
    },
    required: ['target'],
  },
}

const handler = createMcpHandler(() => {
  const server = new Server(
    { name: 'bench-log', version: '1.0.0' },
    { capabilities: { tools: {} } },
  )
  server.setRequestHandler('tools/list', () => ({ tools: [DEFINITION] }))
  server.setRequestHandler('tools/call', ({ params }) => ({
    content: [{ type: 'text', text: linesOf(String(params.arguments?.target)) }],
  }))
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
    http.closeAllConnections()
  },
})

/** Twenty lines of an OpenSSH authentication log, about 100 bytes each. */
function linesOf(host: string): string {
  const line = (second: number) =>
    `Dec 10 06:55:${String(second).padStart(2, '0')} ${host} ${ANSWER_MARK} for invalid user webmaster from 173.234.31.186 port 38926 ssh2`
  return Array.from({ length: 20 }, (_, at) => line(at)).join('\n')
}
