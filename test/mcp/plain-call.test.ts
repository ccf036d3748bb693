import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reviewAll } from '../harness/mcp-review.ts'
import { npmUpstream } from '../harness/mcp-upstreams.ts'
import { postBytes, postModern, type WireAnswer } from '../harness/mcp-wire.ts'
import { expectSoundLedger, type Plane, startPlane, taskToken } from '../harness/plane.ts'

let plane: Plane
let token: string
let url: string

beforeAll(async () => {
  plane = await startPlane({
    upstreams: [npmUpstream('every', '@modelcontextprotocol/server-everything', ['stdio'])],
  })
  await reviewAll(plane, 'every', (tool) =>
    tool.name === 'get-sum'
      ? {
          kind: 'tool',
          effect: 'contain',
          verb: 'contain',
          target: { kind: 'device', from: 'args.a' },
        }
      : { kind: 'tool', effect: 'read', verb: 'query' },
  )
  token = await taskToken(plane)
  url = `${plane.gateway.baseUrl}/mcp`
}, 60_000)
afterAll(() => plane?.close())

type Bent = {
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly meta?: Readonly<Record<string, unknown>>
}

/** The library reads a name spelled in base64; the short way leaves it to the library. */
function spelled(name: unknown): string {
  return `=?base64?${Buffer.from(String(name)).toString('base64')}?=`
}

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g

/** What was answered, without what is new with every call. */
function said({ status, headers, body }: WireAnswer): unknown {
  const text = JSON.stringify(body)
    .replace(ID, 'id')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'instant')
  return { status, type: headers.get('content-type'), body: JSON.parse(text) }
}

async function bothWays(params: Readonly<Record<string, unknown>>, bent: Bent = {}) {
  const library = await postModern(url, token, 'tools/call', params, {
    ...bent,
    headers: { 'mcp-name': spelled(params.name), ...bent.headers },
  })
  const short = await postModern(url, token, 'tools/call', params, bent)
  return { library: said(library), short: said(short) }
}

const now = { 'countersign/hold_ms': 0 }
const echo = { name: 'every__echo', arguments: { message: 'hällo' } }

const CALLS: readonly (readonly [string, Readonly<Record<string, unknown>>, Bent?])[] = [
  ['an allowed call', echo],
  ['a call without arguments that needs them', { name: 'every__echo' }],
  [
    'structured content',
    { name: 'every__get-structured-content', arguments: { location: 'Chicago' } },
  ],
  ['a picture', { name: 'every__get-tiny-image', arguments: {} }],
  ['a tool nobody offers', { name: 'every__nothing', arguments: {} }],
  ['a held call', { name: 'every__get-sum', arguments: { a: 1, b: 2 } }, { meta: now }],
  ['an approval that is not there', echo, { meta: { 'countersign/approval': 'none' } }],
  ['an own tool', { name: 'countersign_await', arguments: { approval_id: 'x' } }],
  ['an own tool with bad arguments', { name: 'countersign_await', arguments: {} }],
  ['a trace', echo, { meta: { traceparent: '00-1-2-03' } }],
  [
    'capabilities of the agent',
    echo,
    {
      meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, sampling: {} } },
    },
  ],
  [
    'an envelope without capabilities',
    echo,
    {
      meta: { 'io.modelcontextprotocol/clientCapabilities': undefined },
    },
  ],
  ['a bad envelope', echo, { meta: { 'io.modelcontextprotocol/clientInfo': { name: 7 } } }],
  [
    'a version nobody has',
    echo,
    { meta: { 'io.modelcontextprotocol/protocolVersion': '2030-01-01' } },
  ],
  ['a log level', echo, { meta: { 'io.modelcontextprotocol/logLevel': 'info' } }],
  ['a progress token', echo, { meta: { progressToken: 1 } }],
  ['arguments that are no object', { name: 'every__echo', arguments: [1] }],
  ['answers to a question', { ...echo, inputResponses: { a: { action: 'accept' } } }],
  ['a header of another version', echo, { headers: { 'mcp-protocol-version': '2025-11-25' } }],
  ['no version header', echo, { headers: { 'mcp-protocol-version': undefined } }],
  ['a header of another method', echo, { headers: { 'mcp-method': 'tools/list' } }],
  ['no method header', echo, { headers: { 'mcp-method': undefined } }],
]

describe('a call the short way', () => {
  for (const [name, params, bent] of CALLS) {
    it(`is answered as through the library: ${name}`, async () => {
      const { library, short } = await bothWays(params, bent)
      expect(short).toEqual(library)
    })
  }

  it('is refused when its header names another tool, or one that must be decoded to agree', async () => {
    for (const name of ['every__get-sum', spelled('every__get-sum')]) {
      const answer = await postModern(url, token, 'tools/call', echo, {
        headers: { 'mcp-name': name },
      })
      expect(answer).toMatchObject({ status: 400, body: { error: { code: -32020 } } })
    }
    const looksEncoded = { name: spelled('every__echo'), arguments: {} }
    expect(await postModern(url, token, 'tools/call', looksEncoded)).toMatchObject({ status: 400 })
  })

  it('is refused when it is no JSON-RPC request', async () => {
    const message = {
      jsonrpc: '2.0',
      id: 7,
      method: 'tools/call',
      params: { ...echo, _meta: ENVELOPE },
    }
    const headers = {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'every__echo',
    }
    const post = (bent: object) =>
      postBytes(url, token, JSON.stringify({ ...message, ...bent }), headers)
    expect(await post({})).toMatchObject({ status: 200, body: { id: 7 } })
    expect(await post({ id: 'seven' })).toMatchObject({ status: 200, body: { id: 'seven' } })
    for (const bent of [
      { id: null },
      { id: 1.5 },
      { jsonrpc: '1.0' },
      { extra: 1 },
      { params: [] },
    ]) {
      expect((await post(bent)).status).toBe(400)
    }
  })

  it('is on record like every other', async () => {
    await postModern(url, token, 'tools/call', echo)
    await expectSoundLedger(plane.gateway)
  })
})

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
}
