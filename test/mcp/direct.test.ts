import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConnectedUpstreams, connectUpstreams } from '../../src/adapters/upstream-mcp.ts'
import type { Frame, FrameBack } from '../../src/enforcement/upstream.ts'
import { digestOfJson } from '../../src/kernel/canonical-json.ts'
import { mintSlot } from '../../src/kernel/dispatch-slot.ts'
import { quiet } from '../harness/quiet.ts'
import { type ScriptedCall, scriptedServer } from '../harness/scripted-server.ts'

type Script = (call: ScriptedCall) => void

const TOKEN = 'a-token-of-the-server'
const TEXT = { resultType: 'complete', content: [{ type: 'text', text: 'found' }] }

const seen: ScriptedCall[] = []
let script: Script = () => undefined
let server: Awaited<ReturnType<typeof scriptedServer>>
let upstreams: ConnectedUpstreams

beforeAll(async () => {
  server = await scriptedServer((call) => {
    seen.push(call)
    script(call)
  })
  upstreams = connectUpstreams({
    upstreams: [
      { id: 'log', transport: 'streamable-http', url: server.url, asks: ['elicitation'] },
    ],
    clock: { nowMs: () => Date.now() },
    log: quiet,
    credentials: () => ({ kind: 'bearer', value: { token: TOKEN } }),
    limits: { maxResultBytes: 10_000 },
  })
})
afterAll(async () => {
  await upstreams?.close()
  server?.close()
})

type Way = 'direct' | 'library'

/** A call that wants progress goes through the library; the same call without goes directly. */
async function call(way: Way, given: Script, more: Partial<FrameBack> = {}, timeoutMs = 5_000) {
  script = given
  const params = { name: 'séarch', arguments: { host: 'h-1' } }
  const frame: Frame = { upstream: 'log', method: 'tools/call', name: 'séarch', params }
  const digest = digestOfJson('countersign-frame-v1', frame)
  const slot = mintSlot({ tenant: 'main', call: 'c', upstream: 'log', frame: digest })
  const back: FrameBack = {
    signal: new AbortController().signal,
    ...(way === 'library' ? { progress: () => undefined } : {}),
    ...more,
  }
  const secret = { kind: 'bearer', value: { token: TOKEN } } as const
  return upstreams.exchange(slot, frame, digest, secret, timeoutMs, back)
}

async function outcome(way: Way, given: Script): Promise<unknown> {
  try {
    return await call(way, given)
  } catch (error) {
    const { code, rpcCode, data } = error as { code?: string; rpcCode?: number; data?: unknown }
    return rpcCode === undefined ? { code } : { rpcCode, message: (error as Error).message, data }
  }
}

const json = (res: ServerResponse, status: number, body: unknown) =>
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const result =
  (value: unknown): Script =>
  ({ id, res }) => {
    json(res, 200, { jsonrpc: '2.0', id, result: value })
  }
const failing =
  (status: number, code: number): Script =>
  ({ id, res }) => {
    json(res, status, { jsonrpc: '2.0', id, error: { code, message: 'no', data: { why: 1 } } })
  }
const stream =
  (events: (id: unknown) => readonly string[]): Script =>
  ({ id, res }) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const event of events(id)) res.write(event)
    res.end()
  }
const event = (message: unknown) => `event: message\ndata: ${JSON.stringify(message)}\n\n`

const SAME: Readonly<Record<string, Script>> = {
  'a complete result': result(TEXT),
  'members nobody knows': result({ ...TEXT, later: { a: [null, 1.5] }, _meta: { trace: 'x' } }),
  'a result without content': result({ resultType: 'complete' }),
  'structured content': result({ ...TEXT, structuredContent: { rows: [1] } }),
  'an error of the tool': result({ ...TEXT, isError: true }),
  'a question': result({
    resultType: 'input_required',
    requestState: 's',
    inputRequests: { a: { method: 'elicitation/create', params: { message: 'which?' } } },
    strange: 1,
  }),
  'a question its entry does not allow': result({
    resultType: 'input_required',
    inputRequests: { a: { method: 'sampling/createMessage', params: {} } },
  }),
  'a question that asks nothing': result({ resultType: 'input_required' }),
  'a result that does not say what it is': result({ content: [] }),
  'a result of an unknown kind': result({ resultType: 'later', content: [] }),
  'content that is no content': result({ resultType: 'complete', content: [{ type: 'text' }] }),
  'content that is no list': result({ resultType: 'complete', content: 'found' }),
  'an error of the server': failing(200, -32602),
  'an error with status 400': failing(400, -32602),
  'an error with status 500': failing(500, -32603),
  'status 401': ({ res }) => void res.writeHead(401).end(),
  'status 404': ({ res }) => void res.writeHead(404, { 'content-type': 'text/plain' }).end('no'),
  'status 429': ({ res }) => void json(res, 429, {}),
  'status 503': ({ res }) => void res.writeHead(503).end(),
  'a redirect': ({ res }) => void res.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
  'a page': ({ res }) => void res.writeHead(200, { 'content-type': 'text/html' }).end('<p>'),
  'an answer that is too large': result({ ...TEXT, more: 'x'.repeat(20_000) }),
  'a connection that breaks': ({ socket }) => void socket.destroy(),
  'a lone surrogate': ({ id, res }) =>
    void res
      .writeHead(200, { 'content-type': 'application/json' })
      .end(
        `{"jsonrpc":"2.0","id":${id},"result":{"resultType":"complete","content":[],"x":"\\ud800"}}`,
      ),
  'a stream': stream((id) => [event({ jsonrpc: '2.0', id, result: TEXT })]),
  'a stream in pieces': stream((id) => {
    const text = `: hello\r\n\r\nid: 1\r\ndata:\r\n\r\n${event({ jsonrpc: '2.0', id, result: TEXT })}`
    return [...text]
  }),
  'a stream with notices before the answer': stream((id) => [
    event({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 1 } }),
    event({ jsonrpc: '2.0', id, error: { code: -32000, message: 'no' } }),
  ]),
}

describe('a call that goes directly', () => {
  for (const [name, given] of Object.entries(SAME)) {
    it(`means the same as through the library: ${name}`, async () => {
      const library = await outcome('library', given)
      expect(await outcome('direct', given)).toEqual(library)
    })
  }

  it('sends the same request, with the credential of its lease', async () => {
    seen.length = 0
    for (const way of ['library', 'direct'] as const) {
      await call(way, result(TEXT), { meta: { traceparent: '00-1-2-03' }, requestState: 's' })
    }
    const [library, direct] = seen.map(({ headers, message }) => {
      const { _meta, ...params } = message.params as Record<string, Record<string, unknown>>
      const { progressToken: _, ...meta } = _meta ?? {}
      const { authorization, accept } = headers
      const names = ['content-type', 'mcp-protocol-version', 'mcp-method', 'mcp-name'] as const
      return { params, meta, authorization, accept, some: names.map((each) => headers[each]) }
    })
    expect(direct).toEqual(library)
    expect(direct?.authorization).toBe(`Bearer ${TOKEN}`)
  })

  it('keeps its connection, after a stream as well', async () => {
    seen.length = 0
    await call('direct', result(TEXT))
    await call('direct', SAME['a stream'] ?? (() => undefined))
    await new Promise((done) => setImmediate(done))
    await call('direct', result(TEXT))
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(1)
  })

  it('says that nothing is known when no answer comes in time, and sends once', async () => {
    seen.length = 0
    await expect(call('direct', () => undefined, {}, 20)).rejects.toMatchObject({
      code: 'upstream_timeout',
    })
    expect(seen).toHaveLength(1)
  })

  it('ends with its agent', async () => {
    const gone = new AbortController()
    const waiting = call('direct', () => gone.abort(), { signal: gone.signal })
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('says so when a stream ends without an answer', async () => {
    const silent = stream(() => [': nothing\n\n'])
    await expect(call('direct', silent)).rejects.toMatchObject({ code: 'upstream_failed' })
  })

  it('refuses an answer to another request', async () => {
    const other: Script = ({ res }) => void json(res, 200, { jsonrpc: '2.0', id: -1, result: TEXT })
    await expect(call('direct', other)).rejects.toMatchObject({ code: 'upstream_protocol' })
  })
})
