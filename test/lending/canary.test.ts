/** A secret that tool servers repeat wherever they can is seen by nobody: not by agents, people, logs or the store. */
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectAgent } from '../harness/agent-client.ts'
import { rest } from '../harness/people.ts'
import { taskToken } from '../harness/plane.ts'
import { heardEvents, keptLog, leaksIn, readChannels } from './channels.ts'
import { KEY, type LendingWorld, openLending, takeBack } from './world.ts'

const kept = keptLog()
let world: LendingWorld
/** What came out of the gateway, by channel. */
const out: Record<string, string> = {}

beforeAll(async () => {
  world = await openLending({ log: kept.log })
  const { plane } = world
  const events = await heardEvents(plane)
  const say = async (name: string, tool: string, args: Record<string, unknown>) => {
    out[name] = JSON.stringify(
      await world.agent.call(tool, { target: 'web-1', ...args }).catch(inspect),
    )
  }
  await say('result', 'edr__look', { echo: true })
  await say('tool error', 'edr__look', { echo: true, fail: true })
  await say('protocol error', 'edr__look', { echo: true, rpc_error: 'no' })
  const older = await connectAgent(plane.gateway.baseUrl, await taskToken(plane), 'legacy-v1')
  const args = { target: 'web-1', echo: true, rpc_error: 'no' }
  out['older client'] = JSON.stringify(await older.call('edr__look', args).catch(inspect))
  await older.close()
  await takeBack(world)
  const put = (body: unknown) => rest(plane, plane.petra, 'PUT', '/api/v1/secrets/edr', body)
  out['sealing it'] = JSON.stringify(await put({ fields: { key: KEY } }))
  out['sealing it wrongly'] = JSON.stringify([
    await put({ fields: { 'Not A Field': KEY } }),
    await put({ fields: { key: KEY.repeat(5_000) } }),
    await put({ key: KEY }),
  ])
  Object.assign(out, await readChannels(plane), { events: await events(), logs: kept.text() })
}, 60_000)
afterAll(() => world?.close())

describe('a borrowed secret', () => {
  it('reached the tool, which repeated it', () => {
    expect(world.tools.calls()).toHaveLength(4)
    for (const { headers } of world.tools.calls()) expect(headers['x-api-key']).toBe(KEY)
    for (const name of ['result', 'tool error']) expect(out[name]).toContain('[credential removed]')
  })

  it('is in nothing that came out, was logged, kept or exported [R26]', () => {
    expect(Object.keys(out).length).toBeGreaterThan(15)
    expect(leaksIn(out, [KEY])).toEqual([])
  })

  it('is told of by name, age and who sealed it [R8]', () => {
    const { body } = JSON.parse(out['/api/v1/secrets'] ?? '{}')
    expect(body.secrets).toMatchObject([
      { name: 'edr', fields: ['key'], sealed_by: world.plane.petra.id },
    ])
  })

  it('that only a platform engineer may seal is refused to anybody else', async () => {
    const { plane } = world
    const put = await rest(plane, plane.dana, 'PUT', '/api/v1/secrets/edr', {
      fields: { key: 'x' },
    })
    expect(put.status).toBe(403)
    expect(put.body.code).toBe('not_permitted')
  })
})
