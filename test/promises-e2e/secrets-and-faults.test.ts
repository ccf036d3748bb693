import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { UpstreamConfig } from '../../src/config.ts'
import type { Log } from '../../src/kernel/log.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { reviewAll } from '../harness/mcp-review.ts'
import { rest } from '../harness/people.ts'
import { type Plane, startPlane, taskToken } from '../harness/plane.ts'
import { exportBytes } from './record.ts'
import { openWorld } from './world.ts'

const CANARY = 'canary-7c1f0d5e9b2a'
const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

type Rpc = { id?: number; method: string; params?: { name?: string } }

/** A tool server over HTTP of the 2025 protocol that repeats its credential wherever a server could. */
async function tactlessServer(): Promise<{ config: UpstreamConfig; seen: () => number }> {
  let seen = 0
  const tools = ['fetch', 'fail', 'explode', 'break'].map((name) => ({
    name,
    description: `Called with ${CANARY}.`,
    inputSchema: { type: 'object' },
  }))
  const answerTo = ({ id, method, params }: Rpc, token: string): [number, object] => {
    const result = (value: object): [number, object] => [200, { jsonrpc: '2.0', id, result: value }]
    if (method === 'initialize') {
      const serverInfo = { name: 'tactless', version: '1' }
      const capabilities = { tools: {} }
      return result({ protocolVersion: '2025-11-25', capabilities, serverInfo })
    }
    if (method === 'tools/list') return result({ tools })
    if (method !== 'tools/call') {
      return [200, { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } }]
    }
    const text = `you sent ${token}`
    if (params?.name === 'break') return [500, { message: text }]
    if (params?.name === 'explode') {
      const error = { code: -32000, message: text, data: { [token]: token } }
      return [200, { jsonrpc: '2.0', id, error }]
    }
    const isError = params?.name === 'fail'
    return result({ isError, content: [{ type: 'text', text }], structuredContent: { token } })
  }
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const token = request.headers.authorization?.replace('Bearer ', '') ?? ''
    if (token === CANARY) seen += 1
    if (request.method !== 'POST') return response.writeHead(405).end()
    const message = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Rpc
    if (message.id === undefined) return response.writeHead(202).end()
    const [status, body] = answerTo(message, token)
    response.writeHead(status, { 'content-type': 'application/json' })
    return response.end(JSON.stringify(body))
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  undo.push(() => server.closeAllConnections())
  undo.push(() => server.close())
  const { port } = server.address() as AddressInfo
  return {
    seen: () => seen,
    config: {
      id: 'web',
      transport: 'streamable-http',
      url: `http://127.0.0.1:${port}/mcp`,
      trustsShippedEntries: false,
      credential: { kind: 'bearer', value: { token: CANARY } },
    },
  }
}

/** All bytes of all files below a folder. */
function filesBelow(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString('latin1'))
    .join('\n')
}

async function seenByPeople(plane: Plane): Promise<string> {
  const paths = ['tools', 'tools/web/fetch/diff', 'cases/INC-482/calls', 'approvals', 'agents']
  const answers = await Promise.all(
    paths.map((path) => rest(plane, plane.petra, 'GET', `/api/v1/${path}`)),
  )
  expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200))
  return JSON.stringify(answers)
}

describe('the credential of a tool server', () => {
  it('reaches the server and nobody else: no agent, person, record, file or log [R26]', async () => {
    const { config, seen } = await tactlessServer()
    const logged: unknown[] = []
    const take = (...parts: unknown[]) => void logged.push(...parts.map(readable))
    const log: Log = { debug: take, info: take, warn: take, error: take }
    const dataDir = mkdtempSync(join(tmpdir(), 'countersign-canary-'))
    const plane = await startPlane({ upstreams: [config], log, dataDir })
    undo.push(() => plane.close())
    await reviewAll(plane, 'web')
    const token = await taskToken(plane)
    const agent = await connectAgent(plane.gateway.baseUrl, token)
    undo.push(() => agent.close())
    const told: unknown[] = [await agent.tools()]
    const called = seen()
    for (const tool of ['fetch', 'fail', 'explode', 'break']) {
      told.push(await agent.call(`web__${tool}`, {}).catch(readable))
      const response = await fetch(`${plane.gateway.baseUrl}/api/v1/calls`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ tool: `web__${tool}` }),
      })
      told.push([...response.headers], await response.text())
    }
    expect(seen() - called).toBeGreaterThanOrEqual(8)
    expect(JSON.stringify(told)).toContain('you sent [credential removed]')
    const exported = new TextDecoder().decode(await exportBytes(plane, 'INC-482'))
    const payloads = exported.replace(/"([\w+/=]{12,})"/g, (_, text: string) =>
      Buffer.from(text, 'base64').toString('latin1'),
    )
    expect(payloads).toContain('credential removed')
    const channels = {
      agent: JSON.stringify(told),
      people: await seenByPeople(plane),
      export: exported + payloads,
      log: JSON.stringify(logged),
      files: filesBelow(dataDir),
    }
    for (const [channel, text] of Object.entries(channels)) {
      expect(text.length, channel).toBeGreaterThan(2)
      expect(text.includes(CANARY), channel).toBe(false)
    }
  })
})

function readable(value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  return { ...value, name, message, stack, cause: cause === undefined ? '' : readable(cause) }
}

describe('a ledger that cannot be written', () => {
  it.each(['commit:before-append', 'commit:before-db-commit'])(
    'at %s: no write and no read is carried out, and work goes on when it can be written again [R3]',
    async (where) => {
      let isBroken = false
      const world = await openWorld({
        at: (label) => {
          if (isBroken && label === where) throw new Error('disk full')
        },
      })
      undo.push(() => world.close())
      const scene = await world.scene()
      const target = await world.asset('device', { environment: 'production' })
      const held = await scene.hold('isolate', { target })
      expect(await world.yes(world.plane.dana, held.id)).toBe('released')
      isBroken = true
      expect(await scene.ask('isolate', { target })).toBe('ledger_unwritable')
      expect(await scene.ask('look', { text: target })).toBe('ledger_unwritable')
      expect(world.tools.calls()).toEqual([])
      isBroken = false
      expect(saidBy(await scene.call('soc__isolate', { target }))).toBeUndefined()
      expect(world.ran(target)).toBe(1)
    },
  )
})
