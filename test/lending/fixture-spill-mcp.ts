/**
 * A stdio tool server that repeats its whole environment wherever it can: in results, errors, log messages, progress
 * and on its error output. SEEN_FILE: one JSON line per start and per call, with what EDR_TOKEN was.
 */
import { appendFileSync } from 'node:fs'
import { ProtocolError, Server } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'

const { SEEN_FILE = '', EDR_TOKEN: token = null } = process.env
const everything = JSON.stringify(process.env)
const seen = (what: 'start' | 'call') =>
  appendFileSync(SEEN_FILE, `${JSON.stringify({ what, pid: process.pid, token })}\n`)

const TOOLS = ['look', 'block', 'unblock'].map((name) => ({
  name,
  description: token === null ? `Does ${name}.` : `Does ${name} with ${token}.`,
  inputSchema: { type: 'object' as const, properties: { target: { type: 'string' as const } } },
}))

seen('start')
process.stderr.write(`${everything}\n`)
serveStdio(() => {
  const server = new Server(
    { name: 'spill', version: '1.0.0' },
    { capabilities: { tools: {}, logging: {} }, instructions: everything },
  )
  server.setRequestHandler('tools/list', () => ({ tools: TOOLS }))
  server.setRequestHandler('tools/call', async ({ params }, ctx) => {
    seen('call')
    process.stderr.write(`${everything}\n`)
    await ctx.mcpReq.log('error', everything)
    const progressToken = ctx.mcpReq._meta?.progressToken
    if (progressToken !== undefined) {
      const report = { progressToken, progress: 1, message: everything }
      await ctx.mcpReq.notify({ method: 'notifications/progress', params: report })
    }
    const how = String(params.arguments?.how)
    if (how === 'exit') process.exit(1)
    if (how === 'rpc_error') throw new ProtocolError(-32000, everything, { everything })
    return {
      isError: how === 'fail',
      content: [{ type: 'text' as const, text: everything }],
      structuredContent: { [everything]: everything },
    }
  })
  return server
})
