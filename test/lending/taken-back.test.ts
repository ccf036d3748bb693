/** Borrowed credentials live for their call and not longer, whatever happens to the gateway, the task or the broker. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { rest } from '../harness/people.ts'
import { taskToken } from '../harness/plane.ts'
import { holdAtTheDoor } from '../promises-e2e/between.ts'
import { type MintWorld, openMint, takeBack, typesOf, watchNotices } from './world.ts'

let world: MintWorld
beforeAll(async () => {
  world = await openMint()
}, 60_000)
afterAll(() => world?.close())

const alive = () => world.mint.alive().length
const last = async (type: string) =>
  (await world.record()).filter((entry) => entry.type === type).at(-1)
const look = (target = 'web-1') => world.agent.call('edr__look', { target })

describe('a borrowed credential', () => {
  it('is minted after the decision, for no longer than rule, task and backend allow [R16]', async () => {
    expect(saidBy(await look())).toBeUndefined()
    const [request] = world.mint.issued().slice(-1)
    expect(request?.ttlMs).toBe(120_000)
    const decided = await last('tool.call.decided')
    const requested = await last('lease.requested')
    expect(requested?.cites).toEqual([decided?.id])
    expect(request?.decided.entryId).toBe(requested?.id)
  })

  it('is of no use at the tool once it has ended, nor for another tool or target [R16 R89]', async () => {
    expect(saidBy(await look())).toBeUndefined()
    const [one] = world.mint.alive().slice(-1)
    const token = one?.token ?? ''
    expect(world.mint.accepts(token, 'look', 'web-1')).toBe(true)
    const call = (name: string, target: string) =>
      fetch(world.tools.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({
          ...{ jsonrpc: '2.0', id: 1, method: 'tools/call' },
          params: { name, arguments: { target } },
        }),
      })
    expect((await call('block', 'web-1')).status).toBe(401)
    expect((await call('look', 'web-2')).status).toBe(401)
    world.plane.clock.advance(121_000)
    expect((await call('look', 'web-1')).status).toBe(401)
    await takeBack(world)
  })

  it('is taken back when its call is settled, and the record says so [R17]', async () => {
    const agent = await connectAgent(world.plane.gateway.baseUrl, await taskToken(world.plane))
    expect(saidBy(await agent.call('edr__look', { target: 'web-1' }))).toBeUndefined()
    await agent.close()
    await takeBack(world)
    expect(alive()).toBe(0)
    const revoked = await last('lease.revoked')
    expect(revoked?.data).toMatchObject({ reason: 'call_settled' })
    expect(revoked?.actor).toEqual({ kind: 'system', id: 'lease-keeper' })
  })

  it('ends with its task while the call is out, and the call with it [R17]', async () => {
    const { plane } = world
    const token = await taskToken(plane)
    const agent = await connectAgent(plane.gateway.baseUrl, token)
    const door = holdAtTheDoor(plane)
    const running = agent.call('edr__look', { target: 'web-1' })
    await door.waiting(1)
    expect(alive()).toBe(1)
    const { body } = await rest(plane, plane.alex, 'GET', '/api/v1/tasks')
    const tasks = body.tasks as unknown as { id: string }[]
    for (const { id } of tasks) await rest(plane, plane.alex, 'POST', `/api/v1/tasks/${id}/close`)
    await takeBack(world)
    expect(alive()).toBe(0)
    expect((await last('lease.ending'))?.data).toMatchObject({ reason: 'task-closed' })
    door.open()
    await running
    await agent.close()
  })

  it('ends when its time, which is never longer than that of its task, is over though its call is out [R17]', async () => {
    const { plane } = world
    const agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
    const door = holdAtTheDoor(plane)
    const running = agent.call('edr__look', { target: 'web-1' })
    await door.waiting(1)
    expect(alive()).toBe(1)
    plane.clock.advance(121_000)
    await takeBack(world)
    expect(alive()).toBe(0)
    const ending = (await world.record()).filter(({ type }) => type === 'lease.ending').at(-1)
    expect(ending?.data).toMatchObject({ reason: 'expired' })
    door.open()
    await running
    await agent.close()
  })
})

describe('a broker that is away', () => {
  it('refuses the call before anything is sent, and the call runs when it is back', async () => {
    const { plane, mint } = world
    const agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
    const called = world.tools.calls().length
    mint.be('away')
    const said = saidBy(await agent.call('edr__look', { target: 'web-1' }))
    expect(said).toMatchObject({ status: 'refused', code: 'broker_unreachable' })
    mint.be('refusing')
    const no = saidBy(await agent.call('edr__look', { target: 'web-1' }))
    expect(no).toMatchObject({ status: 'refused', code: 'broker_refused' })
    expect(world.tools.calls()).toHaveLength(called)
    mint.be('well')
    expect(saidBy(await agent.call('edr__look', { target: 'web-1' }))).toBeUndefined()
    plane.clock.advance(61_000)
    await takeBack(world)
    expect(alive()).toBe(0)
    await agent.close()
  })

  it('that makes a credential and never answers leaves none alive', async () => {
    const { plane, mint } = world
    const agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
    const before = (await world.record()).length
    mint.be('mute')
    const said = saidBy(await agent.call('edr__look', { target: 'web-1' }))
    expect(said).toMatchObject({ status: 'refused', code: 'broker_unreachable' })
    expect(alive()).toBe(1)
    mint.be('well')
    plane.clock.advance(61_000)
    await takeBack(world)
    expect(alive()).toBe(0)
    const types = typesOf((await world.record()).slice(before))
    expect(types).not.toContain('tool.call.dispatched')
    expect(types).toContain('lease.revoked')
    await agent.close()
  })

  it('is asked again until it has taken everything back, and people are paged after a minute [R17]', async () => {
    const { plane, mint } = world
    const agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
    const before = (await world.record()).length
    const door = holdAtTheDoor(plane)
    const paged = watchNotices(plane)
    const running = [1, 2, 3].map((n) => agent.call('edr__look', { target: `web-${n}` }))
    await door.waiting(3)
    mint.be('away')
    door.open()
    await Promise.all(running)
    await takeBack(world)
    expect(alive()).toBe(3)
    plane.clock.advance(61_000)
    await takeBack(world)
    const failed = (await world.record())
      .slice(before)
      .filter(({ type, data }) => type === 'lease.revocation_failed' && data.stuck === true)
    expect(failed).toHaveLength(3)
    expect(
      paged.filter(({ kind, urgency }) => kind === 'lease.stuck' && urgency === 'page'),
    ).toHaveLength(3)
    mint.be('well')
    plane.clock.advance(31_000)
    await takeBack(world)
    expect(alive()).toBe(0)
    await agent.close()
  })

  it('and holds what had ended is made to give it up; what is a stranger is told of and left alone', async () => {
    const { plane, mint } = world
    const agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
    expect(saidBy(await agent.call('edr__look', { target: 'web-1' }))).toBeUndefined()
    await agent.close()
    await takeBack(world)
    const known = mint.revocations().at(-1) ?? ''
    const stranger = plane.gateway.parts.spine.nextId()
    mint.leave(known)
    mint.leave(stranger)
    const { findOrphans } = await import('../../src/enforcement/find-orphans.ts')
    const { spine } = plane.gateway.parts
    const told = new Set<string>()
    const find = () =>
      findOrphans(spine, 'main', mint.reconcile, told, new AbortController().signal)
    expect(await find()).toBe(1)
    await takeBack(world)
    expect(mint.revocations().at(-1)).toBe(known)
    expect(await find()).toBe(0)
    const left: string[] = []
    for await (const { lease } of mint.reconcile(new AbortController().signal)) left.push(lease)
    expect(left).toEqual([stranger])
  })
})
