import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ConnectedUpstreams, connectUpstreams } from '../../src/adapters/upstream-mcp.ts'
import type { Frame } from '../../src/enforcement/upstream.ts'
import { digestOfJson } from '../../src/kernel/canonical-json.ts'
import { mintSlot } from '../../src/kernel/dispatch-slot.ts'
import { quiet } from '../harness/quiet.ts'

type Message = { readonly id?: number; readonly method?: string }

const servers: Server[] = []
const elsewhere: string[] = []
let upstreams: ConnectedUpstreams

async function serve(answer: (message: Message, res: ServerResponse) => void): Promise<string> {
  const server = createServer(async (req, res) => answer(await bodyOf(req), res))
  servers.push(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

async function bodyOf(req: IncomingMessage): Promise<Message> {
  const chunks: Buffer[] = []
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())
}

function json(res: ServerResponse, id: number | undefined, member: object): void {
  res.writeHead(200, { 'content-type': 'application/json' })
  res.end(JSON.stringify({ jsonrpc: '2.0', id, ...member }))
}

beforeAll(async () => {
  const other = await serve(({ id, method }, res) => {
    elsewhere.push(String(method))
    json(res, id, { result: { content: [] } })
  })
  const serverInfo = { name: 'moved', version: '1' }
  const initialized = { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo }
  const url = await serve(({ id, method }, res) => {
    if (method === 'initialize') json(res, id, { result: initialized })
    else if (method === 'tools/call') res.writeHead(307, { location: other }).end()
    else if (id === undefined) res.writeHead(method === undefined ? 405 : 202).end()
    else json(res, id, { error: { code: -32601, message: 'Method not found' } })
  })
  upstreams = connectUpstreams({
    upstreams: [{ id: 'moved', transport: 'streamable-http', url }],
    clock: { nowMs: () => Date.now() },
    log: quiet,
    credentials: () => undefined,
  })
})
afterAll(async () => {
  await upstreams?.close()
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

it('does not carry a call to where a tool server points: one dispatch is one frame to one server [R5]', async () => {
  const params = { name: 'isolate', arguments: { host: 'host-1' } }
  const frame: Frame = { upstream: 'moved', method: 'tools/call', name: 'isolate', params }
  const digest = digestOfJson('countersign-frame-v1', frame)
  const slot = mintSlot({ tenant: 'main', call: 'c', upstream: 'moved', frame: digest })
  const back = { signal: new AbortController().signal }
  const sent = upstreams.exchange(slot, frame, digest, undefined, 5_000, back)
  await expect(sent).rejects.toMatchObject({ code: 'upstream_failed' })
  expect(elsewhere).toEqual([])
})
