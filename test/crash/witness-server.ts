/**
 * A stdio tool server that outlives the gateway it serves: what it writes down is what really happened in the
 * world, whatever the gateway's record says.
 *
 * TOOLS_FILE: JSON list of MCP tool definitions. CALLS_FILE: one JSON line per call, on disk before the answer.
 * LIFELINE_PORT: a local port it stays connected to; when that connection ends, this process has ended and
 * nothing will be written any more.
 */
import { once } from 'node:events'
import { fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Server } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'

const { TOOLS_FILE = '', CALLS_FILE = '', LIFELINE_PORT = '' } = process.env

// Connected before it serves, so that no call can reach a server nobody waits for.
const lifeline = connect(Number(LIFELINE_PORT), '127.0.0.1')
await once(lifeline, 'connect')
lifeline.unref()
const calls = openSync(CALLS_FILE, 'a')

serveStdio(() => {
  const server = new Server(
    { name: 'crash-witness', version: '1.0.0' },
    { capabilities: { tools: {} } },
  )
  server.setRequestHandler('tools/list', () => ({
    tools: JSON.parse(readFileSync(TOOLS_FILE, 'utf8')),
  }))
  server.setRequestHandler('tools/call', async ({ params }) => {
    const { name, arguments: args } = params
    writeSync(calls, `${JSON.stringify({ name, arguments: args })}\n`)
    fsyncSync(calls)
    await wait(Number(args?.wait_ms ?? 0))
    return { content: [{ type: 'text', text: `${name} done` }] }
  })
  return server
})
