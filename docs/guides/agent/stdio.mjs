// node stdio.mjs: for an MCP client that starts a program and speaks to it over stdin and stdout.
import { createInterface } from 'node:readline'
import { taskTokens } from './token.mjs'

const base = process.env.COUNTERSIGN_URL ?? 'http://localhost:7070'
const token = taskTokens()
// Of clients before MCP 2026-07-28, which open a session; later ones say all of it in each request.
let session
let version

async function headersFor({ method, params } = {}) {
  const said = params?._meta?.['io.modelcontextprotocol/protocolVersion']
  const name = params?.name ?? params?.uri
  return {
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${await token()}`,
    ...(session === undefined ? {} : { 'mcp-session-id': session }),
    ...((said ?? version) === undefined ? {} : { 'mcp-protocol-version': said ?? version }),
    ...(said === undefined || method === undefined ? {} : { 'mcp-method': method }),
    ...(said === undefined || name === undefined ? {} : { 'mcp-name': name }),
  }
}

async function relay(message) {
  const headers = { ...(await headersFor(message)), 'content-type': 'application/json' }
  const body = JSON.stringify(message)
  const answer = await fetch(`${base}/mcp`, { method: 'POST', headers, body })
  session = answer.headers.get('mcp-session-id') ?? session
  for await (const line of messagesIn(answer)) {
    version = JSON.parse(line).result?.protocolVersion ?? version
    process.stdout.write(`${line}\n`)
  }
  if (message.method === 'notifications/initialized' && session !== undefined) void listen()
}

// What the gateway says by itself: a list of tools that changed, a person who decided.
async function listen() {
  const answer = await fetch(`${base}/mcp`, { headers: await headersFor() })
  if (answer.ok) for await (const line of messagesIn(answer)) process.stdout.write(`${line}\n`)
}

async function* messagesIn(answer) {
  const type = answer.headers.get('content-type') ?? ''
  if (!type.startsWith('text/event-stream')) {
    const text = await answer.text()
    if (text !== '') yield JSON.stringify(JSON.parse(text))
    return
  }
  let rest = ''
  for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()
    for (const line of lines)
      if (line.startsWith('data:') && line.length > 6) yield line.slice(5).trim()
  }
}

function refuse({ id }, error) {
  if (id === undefined) return
  const said = { code: -32000, message: error.message }
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, error: said })}\n`)
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue
  const message = JSON.parse(line)
  relay(message).catch((error) => refuse(message, error))
}
process.exit(0)
