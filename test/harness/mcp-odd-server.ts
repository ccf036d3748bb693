/**
 * A hand-written tool server of the 2025 protocol over stdio that misbehaves on request. It appends every
 * method it receives to the file named by its first argument, so that a test can see what really arrived. The second
 * says what becomes of it when anything comes before `initialize`: it `ends`, or it `sulks` and refuses everything.
 */
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

type Message = {
  readonly id?: number | string
  readonly method?: string
  readonly params?: { readonly name?: string; readonly requestId?: number; readonly level?: string }
  readonly result?: unknown
}

const [, , journal = '', whenAskedEarly = ''] = process.argv
const tools = [
  'pid',
  'crash',
  'hang',
  'big',
  'deep',
  'surrogate',
  'shapeless',
  'refuse',
  'ask',
  'log',
  'env',
]
let questions = 0
let isBegun = false
let isSulking = false
const answers = new Map<string, (result: unknown) => void>()

const send = (message: object) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line) as Message
  const { id, method, params } = message
  if (method === undefined) {
    answers.get(String(id))?.(message.result ?? 'refused')
    return
  }
  appendFileSync(journal, `${process.pid} ${method} ${params?.name ?? params?.level ?? ''}\n`)
  if (id === undefined) return
  if (!isBegun && method !== 'initialize') {
    if (whenAskedEarly === 'ends') process.exit(1)
    isSulking = whenAskedEarly === 'sulks'
  }
  isBegun = true
  if (isSulking) send({ id, error: { code: -32600, message: 'not before initialize' } })
  else if (method === 'initialize') {
    const capabilities = { tools: {}, logging: {} }
    send({
      id,
      result: {
        protocolVersion: '2025-11-25',
        capabilities,
        serverInfo: { name: 'odd', version: '1' },
      },
    })
  } else if (method === 'tools/list') {
    send({
      id,
      result: {
        tools: tools.map((name) => ({ name, description: name, inputSchema: { type: 'object' } })),
      },
    })
  } else if (method === 'tools/call') void call(id, params?.name ?? '')
  else if (method === 'logging/setLevel') send({ id, result: {} })
  else send({ id, error: { code: -32601, message: 'Method not found' } })
})

async function call(id: number | string, name: string): Promise<void> {
  const text = (said: string) => send({ id, result: { content: [{ type: 'text', text: said }] } })
  switch (name) {
    case 'pid':
      text(String(process.pid))
      return
    case 'env':
      text(JSON.stringify(process.env))
      return
    case 'crash':
      return process.exit(1)
    case 'hang':
      return
    case 'big':
      text('x'.repeat(100_000))
      return
    case 'deep':
      send({ id, result: { content: [], structuredContent: nested(100) } })
      return
    case 'surrogate':
      process.stdout.write(
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":[{"type":"text","text":"\\ud800"}]}}\n`,
      )
      return
    case 'shapeless':
      send({ id, result: { content: [{ type: 'hologram' }] } })
      return
    case 'refuse':
      send({ id, error: { code: -32042, message: 'not like this', data: { why: 'because' } } })
      return
    case 'log':
      send({ method: 'notifications/message', params: { level: 'info', data: 'for whom?' } })
      text('logged')
      return
    case 'ask':
      text(JSON.stringify(await ask()))
      return
    default:
      send({ id, error: { code: -32602, message: 'no such tool' } })
  }
}

function ask(): Promise<unknown> {
  questions++
  const id = `question-${questions}`
  send({ id, method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } })
  return new Promise((resolve) => answers.set(id, resolve))
}

function nested(depth: number): object {
  return depth === 0 ? {} : { a: nested(depth - 1) }
}
