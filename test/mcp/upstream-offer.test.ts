import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type NodeIncomingMessageLike, toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, Server } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConnectedUpstreams, connectUpstreams } from '../../src/adapters/upstream-mcp.ts'
import { quiet } from '../harness/quiet.ts'

const WORKING_DIRECTORY = { name: 'Directory', uri: 'git://working-directory' }

function makeServer(): Server {
  const capabilities = { tools: {}, resources: {} }
  const server = new Server({ name: 'git', version: '1' }, { capabilities })
  server.setRequestHandler('tools/list', () => ({ tools: [] }))
  server.setRequestHandler('resources/list', () => ({ resources: [WORKING_DIRECTORY] }))
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [
      { name: 'directory', uriTemplate: 'git://working-directory' },
      { name: 'commit', uriTemplate: 'git://commit/{id}' },
    ],
  }))
  return server
}

const handler = createMcpHandler(makeServer)
const listen = toNodeHandler({ fetch: handler.fetch })
const http = createServer((req, res) => void listen(req as NodeIncomingMessageLike, res))
let upstreams: ConnectedUpstreams

beforeAll(async () => {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
  upstreams = connectUpstreams({
    upstreams: [{ id: 'git', transport: 'streamable-http', url }],
    clock: { nowMs: () => 0 },
    log: quiet,
    credentials: () => undefined,
  })
})
afterAll(async () => {
  await upstreams.close()
  http.closeAllConnections()
  await new Promise((resolve) => http.close(resolve))
})

describe('what a tool server offers', () => {
  it('holds a resource once, also when the server lists it again as a template', async () => {
    const { definitions } = await upstreams.offer('git')
    expect(definitions.map(({ definition }) => definition)).toEqual([
      WORKING_DIRECTORY,
      { name: 'commit', uriTemplate: 'git://commit/{id}' },
    ])
  })
})
