/** A secret that tool servers repeat wherever they can is seen by nobody: not by agents, people, logs or the store. */
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectAgent } from '../harness/agent-client.ts'
import { sqliteDatabase } from '../harness/databases.ts'
import { rest } from '../harness/people.ts'
import { taskToken } from '../harness/plane.ts'
import { exportBytes } from '../promises-e2e/record.ts'
import { KEY, type LendingWorld, openLending, takeBack } from './world.ts'

const logged: unknown[] = []
const log = (...said: unknown[]) => void logged.push(...said)
let world: LendingWorld
/** What came out of the gateway, by channel. */
const out: Record<string, string> = {}

beforeAll(async () => {
  world = await openLending({ log: { debug: log, info: log, warn: log, error: log } })
  const { plane } = world
  const events = new AbortController()
  const stream = await fetch(`${plane.gateway.baseUrl}/api/v1/events`, {
    headers: { authorization: `Bearer ${plane.dana.token}` },
    signal: events.signal,
  })
  out.events = ''
  const reading = (async () => {
    for await (const chunk of stream.body ?? []) out.events += Buffer.from(chunk).toString()
  })().catch(() => undefined)
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
  for (const path of PATHS) {
    out[path] = JSON.stringify(await rest(plane, plane.petra, 'GET', path))
  }
  const put = (body: unknown) => rest(plane, plane.petra, 'PUT', '/api/v1/secrets/edr', body)
  out['sealing it'] = JSON.stringify(await put({ fields: { key: KEY } }))
  out['sealing it wrongly'] = JSON.stringify([
    await put({ fields: { 'Not A Field': KEY } }),
    await put({ fields: { key: KEY.repeat(5_000) } }),
    await put({ key: KEY }),
  ])
  out.metrics = await (await fetch(`${plane.gateway.baseUrl}/metrics`)).text()
  out['the export of the case'] = Buffer.from(await exportBytes(plane, 'INC-482')).toString()
  out['the database at rest'] = Buffer.from(await sqliteDatabase(plane.dataDir).bytes()).toString(
    'latin1',
  )
  events.abort()
  await reading
  out.logs = inspect(logged, { depth: 12, maxStringLength: null, maxArrayLength: null })
  out.memory = inspect(plane.gateway.parts.spine.lending, { depth: 12, showHidden: true })
}, 60_000)
afterAll(() => world?.close())

const PATHS = [
  '/api/v1/secrets',
  '/api/v1/leases',
  '/api/v1/cases/INC-482',
  '/api/v1/cases/INC-482/calls',
  '/api/v1/cases/INC-482/timeline',
  '/api/v1/tools',
  '/api/v1/agents',
  '/api/openapi.json',
]

describe('a borrowed secret', () => {
  it('reached the tool, which repeated it', () => {
    expect(world.tools.calls()).toHaveLength(4)
    for (const { headers } of world.tools.calls()) expect(headers['x-api-key']).toBe(KEY)
    for (const name of ['result', 'tool error']) expect(out[name]).toContain('[credential removed]')
  })

  it('is in nothing that came out, was logged, kept or exported [R26]', () => {
    expect(Object.keys(out).length).toBeGreaterThan(15)
    const forms = [KEY, Buffer.from(KEY).toString('base64'), encodeURIComponent(KEY)]
    const leaks = Object.entries(out).flatMap(([channel, text]) =>
      forms.some((form) => text.includes(form)) ? [channel] : [],
    )
    expect(leaks).toEqual([])
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
