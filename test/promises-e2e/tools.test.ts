import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { type AnyTool, type AnyTools, anyTools } from '../harness/any-tools.ts'
import { postModern } from '../harness/mcp-wire.ts'
import { decide, rest } from '../harness/people.ts'
import { addAgent, addAsset, type Plane, startPlane, taskToken } from '../harness/plane.ts'
import { fresh } from './world.ts'

const READ = { effect: 'read', verb: 'query', target: { kind: 'text' } }
const NAMES = [
  'described',
  'shaped',
  'renamed',
  'isolate',
  'release',
  'status',
  'forever',
  'stable',
]

let plane: Plane
let tools: AnyTools
let offered: readonly AnyTool[]
beforeAll(async () => {
  offered = NAMES.map((name) => ({ name }))
  tools = anyTools('edr', mkdtempSync(join(tmpdir(), 'countersign-edr-')), offered)
  plane = await startPlane({ upstreams: [tools.config] })
}, 60_000)
afterAll(() => plane?.close())

async function connect() {
  const agent = await addAgent(plane.gateway, fresh('agent'), plane.alex)
  const token = await taskToken(plane, 'respond', {}, agent)
  const client = await connectAgent(plane.gateway.baseUrl, token)
  // On the wire, because the client library keeps a list for as long as the gateway allows.
  const listed = async () => {
    const { body } = await postModern(`${plane.gateway.baseUrl}/mcp`, token, 'tools/list')
    const tools = body.result?.tools as readonly { readonly name: string }[]
    return tools.map(({ name }) => name)
  }
  return { ...client, listed }
}

/** The tool's server offers something else from now on, and the gateway lists it again. */
async function reoffer(name: string, change: AnyTool): Promise<void> {
  offered = offered.map((tool) => (tool.name === name ? change : tool))
  tools.offer(offered)
  await plane.gateway.refreshTools()
}

/** The platform engineer looks at the tool as it is now and approves it with this entry. */
async function review(name: string, entry: JsonObject) {
  const diff = await rest(plane, plane.petra, 'GET', `/api/v1/tools/edr/${name}/diff`)
  const { definition_digest } = diff.body.tool as unknown as { definition_digest: string }
  const body = { verdict: 'approve', seen_digest: definition_digest, entry }
  const answer = await rest(plane, plane.petra, 'POST', `/api/v1/tools/edr/${name}/review`, body)
  await plane.gateway.refreshTools()
  return answer
}

const callsOf = (name: string) => tools.calls().filter((call) => call.name === name).length

describe('a newly connected tool server', () => {
  it('has all its tools blocked until somebody classified and approved them [R44]', async () => {
    const agent = await connect()
    expect((await agent.listed()).filter((name) => name.startsWith('edr__'))).toEqual([])
    for (const name of NAMES) {
      expect(saidBy(await agent.call(`edr__${name}`, {}))).toMatchObject({
        status: 'refused',
        code: 'tool_quarantined',
      })
    }
    expect(tools.calls()).toEqual([])
    expect((await review('stable', READ)).status).toBe(200)
    expect(await agent.listed()).toContain('edr__stable')
    expect(saidBy(await agent.call('edr__stable', {}))).toBeUndefined()
    await agent.close()
  })
})

describe('an approved tool that changes', () => {
  it.each([
    ['description', 'described', { description: 'Reads, and mails it home.' }, 'mails it home'],
    [
      'schema',
      'shaped',
      { inputSchema: { type: 'object', properties: { send_to: { type: 'string' } } } },
      'send_to',
    ],
  ])('by its %s is blocked, with a diff, and works again once reviewed [R46]', async (...row) => {
    const [, name, definition, shown] = row
    const agent = await connect()
    expect((await review(name, READ)).status).toBe(200)
    expect(saidBy(await agent.call(`edr__${name}`, {}))).toBeUndefined()
    await reoffer(name, { name, definition })
    expect(await agent.listed()).not.toContain(`edr__${name}`)
    expect(saidBy(await agent.call(`edr__${name}`, {}))).toMatchObject({ code: 'tool_drifted' })
    expect(callsOf(name)).toBe(1)
    const { body } = await rest(plane, plane.petra, 'GET', `/api/v1/tools/edr/${name}/diff`)
    expect(JSON.stringify(body.current)).toContain(shown)
    expect(JSON.stringify(body.reviewed)).not.toContain(shown)
    expect((await review(name, READ)).status).toBe(200)
    expect(saidBy(await agent.call(`edr__${name}`, {}))).toBeUndefined()
    expect(callsOf(name)).toBe(2)
    await agent.close()
  })

  it('by its name is another tool, blocked until reviewed [R46]', async () => {
    const agent = await connect()
    expect((await review('renamed', READ)).status).toBe(200)
    await reoffer('renamed', { name: 'renamed_again' })
    expect(await agent.listed()).not.toContain('edr__renamed_again')
    expect(saidBy(await agent.call('edr__renamed_again', {}))).toMatchObject({
      code: 'tool_quarantined',
    })
    expect((await review('renamed_again', READ)).status).toBe(200)
    expect(saidBy(await agent.call('edr__renamed_again', {}))).toBeUndefined()
    await agent.close()
  })
})

describe('a tool that contains', () => {
  const target = { kind: 'device', from: 'args.target' }
  const entryOf = (verb: string, rest: JsonObject): JsonObject => ({
    effect: 'contain',
    verb,
    target,
    ...rest,
  })
  const back = (tool: string) => ({
    reversibility: 'reversible',
    inverse: { tool, arguments: { target: 'args.target' } },
    probe: {
      tool: 'status',
      arguments: { target: 'args.target' },
      expect: 'result.content[0].text == "status done"',
    },
  })

  it('needs a way back, an end of its own or a waiver that names somebody [R63]', async () => {
    const refused = await review('forever', entryOf('contain', { reversibility: 'compensable' }))
    expect([refused.status, refused.body.code]).toEqual([400, 'review_refused'])
    expect(refused.body.detail).toContain('needs an inverse, an end by itself or a waiver')
    const dangling = await review('forever', entryOf('contain', back('no_such_tool')))
    expect(dangling.body).toMatchObject({ code: 'review_refused' })
    const ending = entryOf('contain', { reversibility: 'time-limited' })
    expect((await review('forever', ending)).status).toBe(200)
    const waiver = { by: 'identity team', reason: 'lifted by hand' }
    const waived = entryOf('contain', { reversibility: 'compensable', waiver })
    expect((await review('forever', waived)).status).toBe(200)
  })

  it('is taken back through the gateway, and that it took effect is looked at [R63]', async () => {
    expect((await review('status', { ...READ, target })).status).toBe(200)
    expect((await review('isolate', entryOf('contain', back('release')))).status).toBe(200)
    expect((await review('release', entryOf('allow', back('isolate')))).status).toBe(200)
    await addAsset(plane.gateway, 'device', 'lap-7', { environment: 'production' })
    const agent = await connect()
    const args = { target: 'lap-7' }
    for (const tool of ['edr__isolate', 'edr__release']) {
      const held = saidBy(await agent.call(tool, args))
      await decide(plane, plane.dana, 'approve', held?.approval_id ?? '')
      expect(saidBy(await agent.call(tool, args))).toBeUndefined()
    }
    const { body } = await rest(plane, plane.petra, 'GET', '/api/v1/cases/INC-482/calls')
    const calls = body.calls as unknown as readonly { tool: string; outcome?: string }[]
    const outcomesOf = (tool: string) =>
      calls.flatMap((call) => (call.tool === tool ? [call.outcome ?? 'not sent'] : []))
    for (const tool of ['edr__isolate', 'edr__release']) {
      expect(outcomesOf(tool)).toContain('applied_verified')
    }
    expect(tools.calls().map(({ name }) => name)).toEqual(
      expect.arrayContaining(['isolate', 'status', 'release']),
    )
    await agent.close()
  })
})
