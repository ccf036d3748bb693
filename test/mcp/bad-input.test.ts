import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TENANT } from '../../src/wiring.ts'
import { npmUpstream } from '../harness/mcp-upstreams.ts'
import { postBytes, postModern } from '../harness/mcp-wire.ts'
import { type Plane, startPlane, taskToken } from '../harness/plane.ts'

let plane: Plane
let token: string
let url: string

beforeAll(async () => {
  plane = await startPlane({
    upstreams: [npmUpstream('every', '@modelcontextprotocol/server-everything', ['stdio'])],
  })
  token = await taskToken(plane)
  url = `${plane.gateway.baseUrl}/mcp`
}, 60_000)
afterAll(() => plane?.close())

/** Nothing changes: no entry is written and no call recorded. */
async function unchanged(work: () => Promise<void>): Promise<void> {
  const { ledger } = plane.gateway.parts.store
  const before = await ledger.head(TENANT)
  await work()
  expect((await ledger.head(TENANT))?.size).toBe(before?.size)
}

const call = (args: string) =>
  `{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"every__echo","arguments":${args},"_meta":{` +
  '"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}'
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
const callHeaders = {
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'every__echo',
}

const BODIES: readonly (readonly [string, string | Uint8Array, number, number, string])[] = [
  ['no JSON', '{"jsonrpc":', 400, -32700, 'json_malformed'],
  ['nothing', '', 400, -32700, 'json_malformed'],
  ['text after the message', `${call('{}')}x`, 400, -32700, 'json_malformed'],
  ['bytes that are not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 400, -32700, 'json_malformed'],
  ['a member twice', call('{"message":"a","message":"b"}'), 400, -32700, 'json_duplicate_key'],
  [
    'a method twice',
    call('{}').replace('"id":7', '"method":"tools/list"'),
    400,
    -32700,
    'json_duplicate_key',
  ],
  ['a number beyond 2^53', call('{"a":9007199254740993}'), 400, -32700, 'json_unsafe_number'],
  ['200 levels', call(nested(200)), 400, -32700, 'json_too_deep'],
  ['10 MB', call(`{"message":"${'x'.repeat(10_000_000)}"}`), 413, -32600, 'json_too_large'],
  [
    'more values than are read',
    call(`{"a":[${'0,'.repeat(100_001)}0]}`),
    413,
    -32600,
    'json_too_large',
  ],
  ['a batch', `[${call('{}')}]`, 400, -32600, 'request_invalid'],
  ['a bare value', '7', 400, -32600, 'request_invalid'],
]

describe('a request nobody can act on', () => {
  it.each(BODIES)(
    'with %s gets a typed error and changes nothing',
    async (_what, body, status, code, ours) => {
      await unchanged(async () => {
        const answer = await postBytes(url, token, body, callHeaders)
        expect(answer.status).toBe(status)
        expect(answer.body.error).toMatchObject({
          code,
          data: { countersign: { code: ours, next: expect.any(String) } },
        })
      })
    },
  )

  it('with an unknown method gets 404 and "method not found"', async () => {
    const answer = await postModern(url, token, 'tools/destroy')
    expect(answer).toMatchObject({ status: 404, body: { id: 7, error: { code: -32601 } } })
  })

  it('with a method of the server that /mcp does not have gets "method not found"', async () => {
    for (const method of ['resources/list', 'prompts/get', 'completion/complete', 'tasks/list']) {
      expect((await postModern(url, token, method, { uri: 'x', name: 'x' })).body.error?.code).toBe(
        -32601,
      )
    }
  })

  it.each([
    ['Mcp-Name', { 'mcp-name': 'every__get-env' }],
    ['Mcp-Method', { 'mcp-method': 'tools/list' }],
    ['MCP-Protocol-Version', { 'mcp-protocol-version': '2025-11-25' }],
    ['no Mcp-Method', { 'mcp-method': undefined }],
  ])('whose %s does not repeat the body is refused before it is a call', async (_what, headers) => {
    await unchanged(async () => {
      const params = { name: 'every__echo', arguments: { message: 'x' } }
      const answer = await postModern(url, token, 'tools/call', params, { headers })
      expect(answer).toMatchObject({ status: 400, body: { error: { code: -32020 } } })
    })
  })

  it('with params of the wrong type is told which', async () => {
    const answer = await postModern(url, token, 'tools/call', {
      name: 'every__echo',
      arguments: [1],
    })
    expect(answer.body.error?.code).toBe(-32602)
  })

  it('with another media type, another verb or another path is turned away', async () => {
    const text = await postBytes(url, token, call('{}'), {
      ...callHeaders,
      'content-type': 'text/plain',
    })
    expect(text.status).toBe(415)
    const put = await fetch(url, { method: 'PUT', headers: { authorization: `Bearer ${token}` } })
    expect(put.status).toBe(405)
    const path = await postBytes(`${url}/x`, token, call('{}'), callHeaders)
    expect(path).toMatchObject({
      status: 404,
      body: { error: { data: { countersign: { code: 'not_found' } } } },
    })
  })
})

describe('a request from the wrong place', () => {
  it('without a token learns where tokens come from', async () => {
    const answer = await postBytes(url, undefined, call('{}'), callHeaders)
    expect(answer.status).toBe(401)
    const challenge = answer.headers.get('www-authenticate') ?? ''
    expect(challenge).toBe(
      `Bearer resource_metadata="${plane.gateway.baseUrl}/.well-known/oauth-protected-resource/mcp"`,
    )
    const metadata = await fetch(/"(.*)"/.exec(challenge)?.[1] ?? '')
    expect(await metadata.json()).toMatchObject({ resource: url })
  })

  it('with a token of a person, a made-up one or a changed one is not let in', async () => {
    const changed = `${token.slice(0, -4)}${token.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`
    for (const bearer of [plane.dana.token, 'made-up', changed]) {
      const answer = await postBytes(url, bearer, call('{}'), callHeaders)
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"')
    }
  })

  it.each([
    ['Host', { host: 'attacker.example' }],
    ['Origin', { origin: 'http://attacker.example' }],
  ])('whose %s is a stranger is refused before its token is read', async (_what, headers) => {
    const status = await new Promise((resolve, reject) => {
      const { port } = new URL(url)
      const sent = request({
        port,
        path: '/mcp',
        method: 'POST',
        headers: { ...headers, authorization: 'Bearer x' },
      })
      sent.on('response', (answer) => resolve(answer.resume().statusCode))
      sent.on('error', reject)
      sent.end('{}')
    })
    expect(status).toBe(403)
  })

  it('that goes on past the limit without having said so is answered, and its connection ended', async () => {
    const { port } = new URL(url)
    const sent = request({
      port,
      path: '/mcp',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    })
    const answered = new Promise((resolve, reject) => {
      sent.on('response', (answer) =>
        resolve([answer.resume().statusCode, answer.headers.connection]),
      )
      sent.on('error', reject)
    })
    // No length is announced. Nothing follows the byte too many, so that no reset overtakes the answer.
    for (let piece = 0; piece < 64; piece++) sent.write('x'.repeat(65_536))
    sent.write('x')
    expect(await answered).toEqual([413, 'close'])
    sent.on('error', () => undefined)
    sent.destroy()
  })
})
