import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeAgentMode, changeAgentState } from '../../src/command/change-agent.ts'
import { closeTask } from '../../src/command/close-task.ts'
import { heldBack, leastMode } from '../../src/enforcement/ancestry.ts'
import { mayUse } from '../../src/enforcement/session.ts'
import { AGENT_MODES } from '../../src/identity/agent.ts'
import { TENANT } from '../../src/wiring.ts'
import { saidBy } from '../harness/agent-client.ts'
import { rest } from '../harness/people.ts'
import { addAgent, type TestAgent, taskToken } from '../harness/plane.ts'
import { anAgent, aTask } from '../store/samples.ts'
import { approveAll, type PlanAgent, type PlanWorld, planAgent, startPlanWorld } from './world.ts'

let world: PlanWorld
beforeAll(async () => {
  world = await startPlanWorld()
}, 60_000)
afterAll(() => world?.plane.close())

const SYSTEM = { kind: 'system', part: 'test' } as const
let names = 0

async function taker(grants = ['soar/*']): Promise<TestAgent & { name: string }> {
  const name = `taker-${++names}`
  return { ...(await addAgent(world.plane.gateway, name, world.plane.alex, { grants })), name }
}

type Handed = {
  task: string
  parent: string
  scope: string[]
  said?: { code?: string } | undefined
}

async function handOff(from: PlanAgent, args: Record<string, unknown>): Promise<Handed> {
  const answer = await from.client.call('countersign_hand_off', { purpose: 'respond', ...args })
  return { ...(answer.structuredContent as unknown as Handed), said: saidBy(answer) }
}

async function working(agent: TestAgent, task: string): Promise<PlanAgent> {
  return planAgent(
    world.plane,
    world.leads,
    agent,
    await taskToken(world.plane, 'respond', { task }, agent),
  )
}

describe('what is handed over [R121]', () => {
  it('is a part of what the giver may do, also when the taker could do more', async () => {
    const from = await world.newAgent()
    const to = await taker()
    const { task, scope } = await handOff(from, {
      agent: to.name,
      scope: ['soar/look', 'soar/note'],
    })
    expect(scope).toEqual(['soar/look', 'soar/note'])
    const child = await working(to, task)
    expect(await child.call('look', { target: 'ws-1' })).toBeUndefined()
    expect(await child.call('block', { target: '203.0.113.7' })).toMatchObject({
      code: 'tool_not_granted',
    })
    const again = await handOff(child, { agent: (await taker()).name, scope: ['soar/block'] })
    expect(again.said).toMatchObject({ code: 'tool_not_granted' })
  })

  it('serves no other purpose and lives no longer', async () => {
    const from = await world.newAgent('investigate')
    const to = await taker()
    expect((await handOff(from, { agent: to.name })).said).toMatchObject({
      code: 'purpose_forbids',
    })
    const { task, parent } = await handOff(from, { agent: to.name, purpose: 'investigate' })
    const { body } = await rest(world.plane, world.plane.alex, 'GET', '/api/v1/tasks')
    const tasks = new Map(
      (body.tasks as unknown as { id: string; expires_at_ms: number }[]).map((each) => [
        each.id,
        each.expires_at_ms,
      ]),
    )
    expect(tasks.get(task)).toBeLessThanOrEqual(tasks.get(parent) ?? 0)
  })

  it('lives no longer even when a moment passes while it is opened', async () => {
    const from = await world.newAgent()
    const to = await taker()
    const { tasks } = world.plane.gateway.parts.store
    // Each look at the clock is later than the one before.
    const { clock } = world.plane
    const ticking = Reflect.get(clock, 'aheadMs') as number
    let ticks = 0
    Object.defineProperty(clock, 'aheadMs', { get: () => ticking + ++ticks, configurable: true })
    const { task, parent } = await handOff(from, { agent: to.name }).finally(() => {
      const value = ticking + ticks
      Object.defineProperty(clock, 'aheadMs', { value, writable: true, configurable: true })
    })
    const [child, giver] = [await tasks.byId(TENANT, task), await tasks.byId(TENANT, parent)]
    expect(child?.expiresAtMs).toBeLessThanOrEqual(giver?.expiresAtMs ?? 0)
  })

  it('carries labels and taint, and both tasks stand in the record', async () => {
    const from = await world.newAgent()
    const { store } = world.plane.gateway.parts
    const to = await taker()
    const before = await handOff(from, { agent: to.name })
    await store.commit(TENANT, async (tx) => {
      await store.tasks.addExposure(tx, before.parent, ['secret'], ['soar__look'])
      return { value: undefined, entries: [await anEntry()] }
    })
    const { task, parent } = await handOff(from, { agent: to.name })
    expect(await store.tasks.exposure(TENANT, task)).toMatchObject({
      labels: ['secret'],
      untrustedSources: ['soar__look'],
      approvedSources: [],
    })
    const { size } = await store.ledger.head(TENANT)
    const entries = (await store.ledger.entries(TENANT, 0, size)).map(({ bytes }) =>
      JSON.parse(new TextDecoder().decode(bytes)),
    )
    expect(entries.filter(({ type }) => type === 'task.handed_over').at(-1)).toMatchObject({
      data: { task, parent, agent: to.id, from: from.agent.id, labels: ['secret'], untrusted: 1 },
    })
  })

  it('ends with what it came from: a closed parent closes it, and its grants end', async () => {
    const from = await world.newAgent()
    const to = await taker()
    const { task, parent } = await handOff(from, { agent: to.name })
    const child = await working(to, task)
    const grandchild = await handOff(child, { agent: (await taker()).name })
    await closeTask(world.plane.gateway.parts.restParts, {
      tenant: TENANT,
      by: SYSTEM,
      taskId: parent,
      reason: 'done',
    })
    const { tasks } = world.plane.gateway.parts.store
    for (const id of [task, grandchild.task])
      expect(await tasks.byId(TENANT, id)).toMatchObject({ state: 'closed' })
    await expect(child.call('look', { target: 'ws-1' })).rejects.toThrow()
  })

  it('is frozen while the giver is suspended, and no freer than the giver', async () => {
    const from = await world.newAgent()
    const to = await taker()
    const { task } = await handOff(from, { agent: to.name })
    const child = await working(to, task)
    const deps = world.plane.gateway.parts.restParts
    const giver = { tenant: TENANT, by: SYSTEM, agentId: from.agent.id }
    await changeAgentMode(deps, { ...giver, mode: 'advisory' })
    expect(await child.call('block', { target: '203.0.113.8' })).toMatchObject({
      code: 'mode_forbids',
    })
    await changeAgentState(deps, { ...giver, state: 'suspended' })
    expect(await child.call('look', { target: 'ws-1' })).toMatchObject({ code: 'agent_not_active' })
  })

  it('works under the plan of the giver, each agent at its own steps [R151]', async () => {
    const from = await world.newAgent()
    const to = await taker()
    const { approval_id } = await from.propose({
      steps: [
        { tool: 'soar__isolate', arguments: { target: 'ws-1' } },
        { tool: 'soar__block', arguments: { target: '203.0.113.7' }, agent: to.name },
      ],
    })
    await approveAll(world.plane, world.leads, approval_id)
    const { task } = await handOff(from, { agent: to.name })
    const child = await working(to, task)
    expect(await from.call('isolate', { target: 'ws-1' })).toBeUndefined()
    const ran = world.ran('block', '203.0.113.7')
    expect(await child.call('block', { target: '203.0.113.7' })).toBeUndefined()
    expect(world.ran('block', '203.0.113.7')).toBe(ran + 1)
  })
})

describe('whatever was granted where', () => {
  const grant = fc.constantFrom('a/x', 'a/y', 'a/*', 'b/x')
  const tool = fc.constantFrom(
    { upstream: 'a', name: 'x' },
    { upstream: 'a', name: 'y' },
    { upstream: 'b', name: 'x' },
  )
  const holder = fc.record({
    grants: fc.uniqueArray(grant),
    scope: fc.uniqueArray(grant),
    state: fc.constantFrom('active' as const, 'suspended' as const),
    isOpen: fc.boolean(),
    expiresAtMs: fc.constantFrom(5, 15),
    mode: fc.constantFrom(...AGENT_MODES),
  })

  it('the taker may do only what every giver above may do at that moment [R121]', () => {
    let id = 0
    const ids = { nextId: () => `id-${++id}` }
    fc.assert(
      fc.property(
        fc.array(holder, { maxLength: 3 }),
        tool,
        fc.constantFrom(...AGENT_MODES),
        (givers, wanted, mode) => {
          const above = givers.map((each) => ({
            agent: anAgent(ids, { grants: each.grants, state: each.state, mode: each.mode }),
            task: aTask(ids, {
              scope: each.scope,
              state: each.isOpen ? 'open' : 'closed',
              expiresAtMs: each.expiresAtMs,
            }),
          }))
          const isLetThrough = heldBack(above, 10, [wanted]) === undefined
          const may = givers.every(
            (each, at) =>
              each.state === 'active' &&
              each.isOpen &&
              each.expiresAtMs > 10 &&
              mayUse(above[at] as (typeof above)[number], wanted.upstream, wanted.name),
          )
          expect(isLetThrough).toBe(may)
          const rank = (one: string) => (AGENT_MODES as readonly string[]).indexOf(one)
          for (const each of [mode, ...givers.map((giver) => giver.mode)])
            expect(rank(leastMode(mode, above))).toBeLessThanOrEqual(rank(each))
        },
      ),
    )
  })
})

async function anEntry() {
  const { nextId, nowMs } = world.plane.gateway.parts.restParts
  return {
    id: nextId(),
    type: 'log.gap.declared',
    atMs: nowMs(),
    actor: { kind: 'system', id: 'test' },
    data: { reason: 'test' },
  } as const
}
