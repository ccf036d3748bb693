import { expect, it } from 'vitest'
import { reviewAll } from '../harness/mcp-review.ts'
import { postModern } from '../harness/mcp-wire.ts'
import { startPlane, taskToken } from '../harness/plane.ts'
import { type ScriptedCall, scriptedServer } from '../harness/scripted-server.ts'

/** A gateway with one call out at a tool server that answers when the test says so. */
async function withCallOut(drainMs: number) {
  const arrived = Promise.withResolvers<ScriptedCall>()
  const server = await scriptedServer(arrived.resolve, ['look'])
  const plane = await startPlane({
    upstreams: [
      {
        id: 'slow',
        transport: 'streamable-http',
        url: server.url,
        trustsShippedEntries: false,
      },
    ],
    config: { drainMs },
  })
  await reviewAll(plane, 'slow')
  const token = await taskToken(plane)
  const url = `${plane.gateway.baseUrl}/mcp`
  const call = postModern(url, token, 'tools/call', { name: 'slow__look', arguments: {} })
  const { res, id } = await arrived.promise
  const answer = () => {
    const result = { resultType: 'complete', content: [{ type: 'text', text: 'seen' }] }
    res.writeHead(200, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  }
  return { plane, server, token, url, call, answer }
}

it('lets a call that is out come home, and takes no other', async () => {
  const { plane, server, token, url, call, answer } = await withCallOut(60_000)
  const closed = plane.gateway.close()
  await expect(postModern(url, token, 'tools/list')).rejects.toThrow()
  answer()
  expect(await call).toMatchObject({
    status: 200,
    body: { result: { content: [{ type: 'text', text: 'seen' }] } },
  })
  await closed
  server.close()
}, 60_000)

it('cuts a call that does not come home in time, and says that nobody knows what it did', async () => {
  const { plane, server, call } = await withCallOut(1)
  await plane.gateway.close()
  expect(JSON.stringify((await call).body)).toContain('outcome_unknown')
  server.close()
}, 60_000)
