import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ServedFace, serveFace } from '../harness/mcp-face.ts'
import { npmUpstream } from '../harness/mcp-upstreams.ts'
import { postBytes } from '../harness/mcp-wire.ts'
import { addAgent, type Plane, startPlane, taskToken } from '../harness/plane.ts'

let plane: Plane
let token: string
let face: ServedFace | undefined

beforeAll(async () => {
  plane = await startPlane({
    upstreams: [npmUpstream('every', '@modelcontextprotocol/server-everything', ['stdio'])],
  })
  token = await taskToken(plane)
}, 60_000)
afterEach(() => face?.close())
afterAll(() => plane?.close())

const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'raw', version: '1' },
  },
})
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' })

async function open(url: string, bearer = token): Promise<string> {
  const { headers } = await postBytes(url, bearer, INITIALIZE)
  return headers.get('mcp-session-id') ?? ''
}
const list = async (url: string, session: string | undefined, bearer = token) =>
  (await postBytes(url, bearer, LIST, { 'mcp-session-id': session })).status

describe('a session of the 2025 protocol', () => {
  it('belongs to its task: another agent, or another task of the same one, finds none', async () => {
    face = await serveFace(plane, {})
    const session = await open(face.url)
    expect(await list(face.url, session)).toBe(200)
    const other = await addAgent(plane.gateway, 'other', plane.alex)
    expect(await list(face.url, session, await taskToken(plane, 'respond', {}, other))).toBe(404)
    expect(await list(face.url, session, await taskToken(plane))).toBe(404)
    const stream = await fetch(face.url, {
      headers: {
        authorization: `Bearer ${await taskToken(plane)}`,
        accept: 'text/event-stream',
        'mcp-session-id': session,
      },
    })
    expect(stream.status).toBe(404)
  })

  it('is needed for every request after the first, at the address where it was opened', async () => {
    face = await serveFace(plane, {})
    const session = await open(face.url)
    expect(await list(face.url, undefined)).toBe(400)
    expect(await list(face.url, 'made-up')).toBe(404)
    expect(await list(`${face.url}/u/every`, session)).toBe(404)
  })

  it('ends when the agent ends it', async () => {
    face = await serveFace(plane, {})
    const session = await open(face.url)
    const headers = { authorization: `Bearer ${token}`, 'mcp-session-id': session }
    expect((await fetch(face.url, { method: 'DELETE', headers })).status).toBe(200)
    expect(await list(face.url, session)).toBe(404)
  })

  it('ends when nobody used it for half an hour', async () => {
    let aheadMs = 0
    face = await serveFace(plane, {}, { nowMs: () => plane.clock.nowMs() + aheadMs })
    const session = await open(face.url)
    aheadMs += 29 * 60_000
    expect(await list(face.url, session)).toBe(200)
    aheadMs += 31 * 60_000
    expect(await list(face.url, session)).toBe(404)
  })

  it('gives way to a newer one when a task has too many, the longest unused first', async () => {
    face = await serveFace(plane, { maxSessionsPerTask: 2 })
    const [first, second] = [await open(face.url), await open(face.url)]
    expect(await list(face.url, first)).toBe(200)
    const third = await open(face.url)
    expect(await list(face.url, second)).toBe(404)
    expect(await list(face.url, first)).toBe(200)
    expect(await list(face.url, third)).toBe(200)
  })

  it('is refused while every place is busy', async () => {
    face = await serveFace(plane, { maxSessions: 1 })
    const session = await open(face.url)
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      'mcp-session-id': session,
    }
    const stream = await fetch(face.url, { headers })
    expect(stream.status).toBe(200)
    expect((await postBytes(face.url, token, INITIALIZE)).status).toBe(429)
    await stream.body?.cancel()
  })

  it('streams notices no longer than the token that opened the stream lives', async () => {
    const soonOver = { nowMs: () => plane.clock.nowMs() + 299_800 }
    face = await serveFace(plane, {}, soonOver)
    const fresh = await taskToken(plane)
    const session = await open(face.url, fresh)
    const headers = {
      authorization: `Bearer ${fresh}`,
      accept: 'text/event-stream',
      'mcp-session-id': session,
    }
    const stream = await fetch(face.url, { headers })
    expect(await stream.text()).toBe('')
  })
})
