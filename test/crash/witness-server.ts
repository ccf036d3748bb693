/**
 * A stdio tool server that outlives the gateway it serves: what it writes down is what really happened in the
 * world, whatever the gateway's record says. Its `look` tells the truth about it, so that a probe can find out what
 * became of a call nobody knows the end of.
 *
 * TOOLS_FILE: JSON list of MCP tool definitions. CALLS_FILE: one JSON line per call, on disk before the answer.
 * LIFELINE_PORT: a local port it stays connected to; when that connection ends, this process has ended and
 * nothing will be written any more.
 */
import { once } from 'node:events'
import { fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { serveTools } from '../harness/stdio-tools.ts'

const { TOOLS_FILE = '', CALLS_FILE = '', LIFELINE_PORT = '' } = process.env

// Connected before it serves, so that no call can reach a server nobody waits for.
const lifeline = connect(Number(LIFELINE_PORT), '127.0.0.1')
await once(lifeline, 'connect')
lifeline.unref()
const calls = openSync(CALLS_FILE, 'a')

serveTools({
  name: 'crash-witness',
  tools: () => JSON.parse(readFileSync(TOOLS_FILE, 'utf8')),
  call: async (name, args) => {
    writeSync(calls, `${JSON.stringify({ name, arguments: args })}\n`)
    fsyncSync(calls)
    await wait(Number(args?.wait_ms ?? 0))
    const isSeen = name !== 'look' || isThere(args?.target)
    return { content: [{ type: 'text', text: isSeen ? `${name} done` : 'nothing there' }] }
  },
})

/** Whether anything but a look has reached the target, as far as the disk knows. */
function isThere(target: unknown): boolean {
  const lines = readFileSync(CALLS_FILE, 'utf8').split('\n')
  const acts = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Act)
  return acts.some(({ name, arguments: args }) => name !== 'look' && args?.target === target)
}

type Act = { readonly name: string; readonly arguments?: { readonly target?: unknown } }
