import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Stop } from '../../src/facts/facts.ts'
import type { Lease } from '../../src/lease/lease.ts'
import { openRestGateway, type RestGateway, TENANT, type Token } from '../harness/rest-gateway.ts'
import { forEachEngine } from '../harness/stores.ts'
import { aCall, aLease } from '../store/samples.ts'

forEachEngine((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let analyst: Token
  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    analyst = await gateway.enrol('ada', ['analyst'])
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  /** A call as dispatch leaves it, or one that came back. */
  const using = async (
    effect: string,
    state: 'dispatched' | 'settled',
    tool = 'firewall__block',
    more: Partial<Lease> = {},
  ) => {
    const { fresh, deps } = gateway
    const lease = aLease(fresh, { tool, ...more })
    const call = aCall(fresh, {
      id: lease.call,
      task: lease.task,
      lease: lease.id,
      effect,
      state,
      tool,
    })
    await deps.commit(TENANT, async (tx) => {
      await fresh.store.calls.put(tx, call)
      await fresh.store.leases.put(tx, lease)
      const entry = {
        id: fresh.nextId(),
        type: 'lease.requested',
        atMs: fresh.clock.nowMs(),
        actor: { kind: 'system', id: 'test' },
        data: { lease: lease.id, kind: 'local', tool: lease.tool },
      } as const
      return { value: undefined, entries: [entry] }
    })
    return { call, state: async () => (await fresh.store.leases.byId(TENANT, lease.id))?.state }
  }
  const press = (scope: Stop['scope'], subject?: string) =>
    gateway.send('POST', '/api/v1/stops', {
      token: analyst.token,
      body: { scope, ...(subject === undefined ? {} : { subject }) },
    })

  it('a stop takes back what calls in flight borrowed, in the commit that records it [R18 R146]', async () => {
    const contained = await using('contain', 'dispatched')
    const done = await using('contain', 'settled')
    const size = await gateway.size()
    expect((await press('tenant')).status).toBe(201)
    expect(await contained.state()).toBe('revoked')
    // A lease nobody uses any more runs out by itself: a stop is not slowed down by yesterday's calls.
    expect(await done.state()).toBe('live')
    expect((await gateway.types()).slice(size)).toEqual(['stop.pressed', 'lease.revoked'])
  })

  it('of the agent or the tool it names, and of nobody else [R18]', async () => {
    const mine = await using('contain', 'dispatched')
    const other = await using('contain', 'dispatched', 'firewall__open')
    await press('agent', mine.call.agent)
    expect([await mine.state(), await other.state()]).toEqual(['revoked', 'live'])
    await press('tool', 'firewall__open')
    expect(await other.state()).toBe('revoked')
  })

  it('spares what the gateway itself does: a probe or an undo under way', async () => {
    const own = await using('contain', 'dispatched', 'firewall__block', { isOwn: true })
    await press('tenant')
    expect(await own.state()).toBe('live')
  })

  it('a stop of all writes spares what only reads [R146]', async () => {
    const write = await using('write', 'dispatched')
    const read = await using('read', 'dispatched')
    await press('writes')
    expect([await write.state(), await read.state()]).toEqual(['revoked', 'live'])
  })
})
