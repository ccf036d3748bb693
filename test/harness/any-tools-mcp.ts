/**
 * A stdio tool server that offers whatever tools its environment lists and writes down every call it gets:
 * the outside witness of what really reached a tool server.
 *
 * TOOLS_FILE: JSON list of MCP tool definitions. CALLS_FILE: one JSON line per call, appended before the answer.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { ProtocolError, Server } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'

const { TOOLS_FILE = '', CALLS_FILE = '' } = process.env

serveStdio(() => {
  const server = new Server(
    { name: 'any-tools', version: '1.0.0' },
    { capabilities: { tools: {} } },
  )
  server.setRequestHandler('tools/list', () => ({
    tools: JSON.parse(readFileSync(TOOLS_FILE, 'utf8')),
  }))
  server.setRequestHandler('tools/call', async ({ params }) => {
    const { name, arguments: args } = params
    appendFileSync(CALLS_FILE, `${JSON.stringify({ name, arguments: args })}\n`)
    const waitMs = Number(args?.wait_ms ?? 0)
    if (waitMs > 0) await new Promise((done) => setTimeout(done, waitMs))
    if (args?.exit === true) process.exit(1)
    if (typeof args?.rpc_error === 'string') throw new ProtocolError(-32000, args.rpc_error)
    if (args?.fail === true)
      return { isError: true, content: [{ type: 'text', text: 'the tool failed' }] }
    const text = typeof args?.says === 'string' ? args.says : `${name} done`
    return { content: [{ type: 'text', text }] }
  })
  return server
})
