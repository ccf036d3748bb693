/**
 * A stdio tool server that offers whatever tools its environment lists and writes down every call it gets:
 * the outside witness of what really reached a tool server.
 *
 * TOOLS_FILE: JSON list of MCP tool definitions. CALLS_FILE: one JSON line per call, appended before the answer.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { RpcError, serveTools } from './stdio-tools.ts'

const { TOOLS_FILE = '', CALLS_FILE = '' } = process.env

serveTools({
  name: 'any-tools',
  tools: () => JSON.parse(readFileSync(TOOLS_FILE, 'utf8')),
  call: async (name, args) => {
    appendFileSync(CALLS_FILE, `${JSON.stringify({ name, arguments: args })}\n`)
    const waitMs = Number(args?.wait_ms ?? 0)
    if (waitMs > 0) await new Promise((done) => setTimeout(done, waitMs))
    if (args?.exit === true) process.exit(1)
    if (typeof args?.rpc_error === 'string') throw new RpcError(-32000, args.rpc_error)
    if (args?.fail === true)
      return { isError: true, content: [{ type: 'text', text: 'the tool failed' }] }
    const text = typeof args?.says === 'string' ? args.says : `${name} done`
    return { content: [{ type: 'text', text }] }
  },
})
