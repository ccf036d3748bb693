import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TENANT } from '../../src/wiring.ts'
import { connectAgent } from '../harness/agent-client.ts'
import { postModern } from '../harness/mcp-wire.ts'
import { rest } from '../harness/people.ts'
import { type Plane, type TestAgent, taskToken } from '../harness/plane.ts'
import { fresh, openWorld, type World } from './world.ts'

let world: World
let plane: Plane
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
}, 60_000)
afterAll(() => world?.close())

const socTools = (names: readonly string[]) => names.filter((name) => name.startsWith('soc__'))

/** The token endpoint with these tokens in place of the workload's own. */
async function exchange(form: Record<string, string>): Promise<[number, unknown]> {
  const { baseUrl } = plane.gateway
  const jwt = 'urn:ietf:params:oauth:token-type:jwt'
  const details = { type: 'countersign_task', case: 'INC-482', purpose: 'respond' }
  const response = await fetch(`${baseUrl}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      actor_token_type: jwt,
      subject_token_type: jwt,
      resource: `${baseUrl}/mcp`,
      authorization_details: JSON.stringify([details]),
      ...form,
    }),
  })
  return [response.status, ((await response.json()) as Record<string, unknown>).countersign_code]
}

/** Entries that belong to no case, by type. */
async function logged(type: string): Promise<readonly Record<string, unknown>[]> {
  const { ledger } = plane.gateway.parts.store
  const { size } = await ledger.head(TENANT)
  const entries = await ledger.entries(TENANT, 0, size)
  return entries
    .map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)))
    .filter((entry) => entry.type === type)
}

describe('what an agent may reach', () => {
  it('a tool outside its grants is not listed, and calling it is refused and recorded [R1]', async () => {
    const scene = await world.scene({ grants: ['soc/look', 'soc/note'] })
    expect(socTools(await scene.tools())).toEqual(['soc__look', 'soc__note'])
    const target = await world.asset('ticket')
    expect(await scene.ask('set', { target })).toBe('tool_not_granted')
    expect(world.ran(target)).toBe(0)
    const [decided] = (await scene.record()).filter(({ type }) => type === 'tool.call.decided')
    expect(decided?.actor).toEqual({ kind: 'agent', id: scene.agent.id })
    expect(decided?.data).toMatchObject({
      tool: 'soc__set',
      decision: 'deny',
      reason: 'tool_not_granted',
    })
  })

  it('a task to investigate lists no tool that writes and gets no lease for one; another task does [R23]', async () => {
    const scene = await world.scene({ purpose: 'investigate' })
    const visible = socTools(await scene.tools())
    expect(visible).toContain('soc__look')
    for (const tool of ['set', 'block', 'isolate', 'disable_account', 'wipe', 'set_status']) {
      expect(visible).not.toContain(`soc__${tool}`)
    }
    const target = await world.asset('ticket')
    const held = await scene.hold('set', { target })
    expect(held.policies).toContain('floor-purpose')
    const types = (await scene.record()).map(({ type }) => type)
    expect(types).not.toContain('lease.issued')
    const responding = await taskToken(plane, 'respond', { case: scene.caseRef }, scene.agent)
    expect(decodeJwt(responding).task).not.toBe(scene.task)
    const client = await connectAgent(plane.gateway.baseUrl, responding)
    expect(await client.tools()).toContain('soc__set')
    await client.close()
    expect(world.ran(target)).toBe(0)
  })

  it('an assisting agent that only advises gets no lease that writes [R84]', async () => {
    const scene = await world.scene({ mode: 'advisory', purpose: 'report' })
    for (const tool of ['note', 'cluster', 'look']) {
      expect(await scene.ask(tool, { text: 'x' })).toBe('ran')
    }
    const target = await world.asset('ticket')
    expect(await scene.ask('set', { target })).toBe('mode_forbids')
    const leases = (await scene.record()).filter(({ type }) => type === 'lease.issued')
    expect(leases.map(({ data }) => data.tool)).toEqual(['soc__note', 'soc__cluster', 'soc__look'])
  })
})

describe('who acts', () => {
  it("a person's token opens no door of an agent; the analyst is named only as whom the work is for [R11]", async () => {
    const { baseUrl } = plane.gateway
    const person = plane.dana.token
    const listed = await postModern(`${baseUrl}/mcp`, person, 'tools/list')
    expect(listed.status).toBe(401)
    const called = await fetch(`${baseUrl}/api/v1/calls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${person}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tool: 'soc__look', arguments: { text: 'x' } }),
    })
    expect([called.status, ((await called.json()) as { code: string }).code]).toEqual([
      401,
      'human_token_refused',
    ])
    const as = { actor_token: person, subject_token: person }
    expect(await exchange(as)).toEqual([400, 'human_token_refused'])

    const scene = await world.scene()
    expect(decodeJwt(scene.token)).toMatchObject({
      sub: plane.alex.id,
      act: { sub: scene.agent.subject },
    })
    expect(await scene.ask('look', { text: 'x' })).toBe('ran')
    const record = await scene.record()
    const opened = record.find(({ type }) => type === 'task.opened')
    expect(opened?.data.on_behalf_of).toBe(plane.alex.id)
    const acts = record.filter(({ type }) => type.startsWith('tool.') || type.startsWith('lease.'))
    expect(acts.length).toBeGreaterThan(3)
    for (const { actor } of acts) expect(actor).toEqual({ kind: 'agent', id: scene.agent.id })
  })

  it('two agents have subjects, grants and records of their own, and one key is registered once [R12]', async () => {
    const reader = await world.scene({ grants: ['soc/look'] })
    const writer = await world.scene({ grants: ['soc/set'] })
    expect(decodeJwt(reader.token).act).not.toEqual(decodeJwt(writer.token).act)
    expect(socTools(await reader.tools())).toEqual(['soc__look'])
    expect(socTools(await writer.tools())).toEqual(['soc__set'])
    expect(await reader.ask('look', { text: 'x' })).toBe('ran')
    expect(await writer.ask('look', { text: 'x' })).toBe('tool_not_granted')
    for (const { agent, record } of [reader, writer]) {
      const actors = (await record()).filter(({ actor }) => actor.kind === 'agent')
      expect(new Set(actors.map(({ actor }) => actor.id))).toEqual(new Set([agent.id]))
    }
    const register = (key: TestAgent['jwk'], subject: string) =>
      rest(plane, plane.petra, 'POST', '/api/v1/agents', {
        name: fresh('twin'),
        subject,
        owner: plane.alex.id,
        grants: ['soc/look'],
        key,
      })
    const twin = await register(reader.agent.jwk, `spiffe://test.example/${fresh('twin')}`)
    expect([twin.status, twin.body.code]).toEqual([409, 'conflict'])
  })

  it('admits the workload that proves itself by token exchange, and no fixed secret [R19]', async () => {
    const scene = await world.scene()
    expect(await scene.tools()).toContain('soc__look')
    for (const secret of ['s3cr3t', 'cs_agent_1234567890', 'Basic dXNlcjpwYXNz']) {
      const answer = await postModern(`${plane.gateway.baseUrl}/mcp`, secret, 'tools/list')
      expect(answer.status).toBe(401)
      const as = { actor_token: secret, subject_token: secret }
      expect((await exchange(as))[0]).toBe(400)
    }
  })

  it('signs agent, task and purpose into the token; a task of another agent is not to be had [R20]', async () => {
    const [mine, other] = [await world.scene(), await world.scene()]
    expect(decodeJwt(mine.token)).toMatchObject({
      client_id: mine.agent.id,
      task: mine.task,
      authorization_details: [{ purpose: 'respond' }],
    })
    const foreign = { case: mine.caseRef, task: mine.task }
    await expect(taskToken(plane, 'respond', foreign, other.agent)).rejects.toThrow('no such task')
    const [head = '', , signature = ''] = mine.token.split('.')
    const claims = { ...decodeJwt(mine.token), task: other.task }
    const body = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const forged = [head, body, signature].join('.')
    const answer = await postModern(`${plane.gateway.baseUrl}/mcp`, forged, 'tools/list')
    expect(answer.status).toBe(401)
  })

  it('refuses an agent without an owner, and a retired one keeps its history and no way in [R21]', async () => {
    const scene = await world.scene()
    expect(await scene.ask('look', { text: 'x' })).toBe('ran')
    const path = `/api/v1/agents/${scene.agent.id}/retire`
    expect((await rest(plane, plane.petra, 'POST', path)).status).toBe(200)
    await expect(scene.ask('look', { text: 'x' })).rejects.toThrow()
    const wanted = { case: scene.caseRef }
    await expect(taskToken(plane, 'respond', wanted, scene.agent)).rejects.toThrow('retired')
    const { agents } = (await rest(plane, plane.petra, 'GET', '/api/v1/agents')).body
    expect(agents).toContainEqual(expect.objectContaining({ id: scene.agent.id, state: 'retired' }))
    expect((await scene.record()).map(({ type }) => type)).toContain('tool.call.outcome')
    const ownerless = await rest(plane, plane.petra, 'POST', '/api/v1/agents', {
      name: fresh('ownerless'),
      subject: `spiffe://test.example/${fresh('ownerless')}`,
      grants: ['soc/look'],
      key: scene.agent.jwk,
    })
    expect([ownerless.status, ownerless.body.code]).toEqual([400, 'request_invalid'])
  })

  it('denies a workload that nobody registered [R56]', async () => {
    const { agent } = await world.scene()
    const stranger = { ...agent, subject: `spiffe://test.example/${fresh('stranger')}` }
    await expect(taskToken(plane, 'respond', {}, stranger)).rejects.toThrow('agent_unknown')
  })

  it('a change of what an agent may use is attributed and in the log [R6]', async () => {
    const { agent } = await world.scene()
    const path = `/api/v1/agents/${agent.id}/grants`
    const answer = await rest(plane, plane.petra, 'POST', path, { grants: ['soc/look'] })
    expect(answer.status).toBe(200)
    const entry = (await logged('agent.changed')).at(-1)
    expect(entry).toMatchObject({
      actor: { kind: 'person', id: plane.petra.id },
      data: { agent: agent.id, grants: expect.stringMatching(/^sha256:/) },
    })
    expect((await rest(plane, plane.alex, 'POST', path, { grants: ['soc/*'] })).status).toBe(403)
  })

  it('starts as a shadow, is raised and taken back one call at a time [R100]', async () => {
    const { agent } = await world.scene({ mode: 'shadow', grants: ['soc/look'] })
    const to = async (mode: string) => {
      const path = `/api/v1/agents/${agent.id}/mode`
      const { body } = await rest(plane, plane.petra, 'POST', path, { mode })
      return (body.agent as unknown as { mode: string }).mode
    }
    for (const mode of ['advisory', 'supervised', 'delegated', 'shadow']) {
      expect(await to(mode)).toBe(mode)
    }
  })
})
