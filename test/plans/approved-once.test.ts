import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decide, rest } from '../harness/people.ts'
import { approveAll, type PlanAgent, type PlanWorld, startPlanWorld } from './world.ts'

let world: PlanWorld
beforeAll(async () => {
  world = await startPlanWorld()
}, 60_000)
afterAll(() => world?.plane.close())

/** Isolate, block, disable: three classes, two of them reversible by a reviewed inverse. */
const CHAIN = {
  summary: 'contain the phished laptop',
  steps: [
    { tool: 'soar__isolate', arguments: { target: 'ws-1' } },
    { tool: 'soar__block', arguments: { target: '203.0.113.7' } },
    { tool: 'soar__disable', arguments: { target: 'bob' } },
  ],
}

async function withChain(
  steps: object = CHAIN,
): Promise<PlanAgent & { plan: string; approval: string }> {
  const agent = await world.newAgent()
  const { plan, approval_id: approval } = await agent.approved(steps as Record<string, unknown>)
  return { ...agent, plan, approval }
}

const planOf = async (id: string) =>
  (await rest(world.plane, world.plane.alex, 'GET', `/api/v1/plans/${id}`))
    .body as unknown as Record<string, unknown>

describe('a chain approved once [R151]', () => {
  it('asks for whoever any step needs, at the class of the worst step', async () => {
    const agent = await world.newAgent()
    const proposed = await agent.propose(CHAIN)
    const { body } = await rest(
      world.plane,
      world.plane.dana,
      'GET',
      `/api/v1/approvals/${proposed.approval_id}`,
    )
    expect(body).toMatchObject({
      state: 'pending',
      effect: 'identity',
      action: 'stop:account',
      plan: proposed.plan,
    })
    expect(new Set(proposed.roles)).toEqual(new Set(['shift-lead', 'identity-owner']))
    expect(world.ran('isolate', 'ws-1')).toBe(0)
  })

  it('runs its steps in order without asking again, each decided when it runs', async () => {
    const agent = await withChain()
    const before = (
      await rest(world.plane, world.plane.alex, 'GET', '/api/v1/approvals?state=pending')
    ).body
    expect(await agent.call('isolate', { target: 'ws-1' })).toBeUndefined()
    expect(await agent.call('look', { target: 'ws-1' })).toBeUndefined()
    expect(await agent.call('block', { target: '203.0.113.7' })).toBeUndefined()
    expect(await agent.call('disable', { target: 'bob' })).toBeUndefined()
    const after = (
      await rest(world.plane, world.plane.alex, 'GET', '/api/v1/approvals?state=pending')
    ).body
    expect(after).toEqual(before)
    expect(await planOf(agent.plan)).toMatchObject({ status: 'completed' })
  })

  it('runs no step twice', async () => {
    const agent = await withChain()
    const ran = world.ran('isolate', 'ws-1')
    expect(await agent.call('isolate', { target: 'ws-1' })).toBeUndefined()
    expect(await agent.call('isolate', { target: 'ws-1' })).toMatchObject({ code: 'plan_cap' })
    expect(world.ran('isolate', 'ws-1')).toBe(ran + 1)
  })

  it.each([
    ['a call that is nowhere in it', 'plan_off', 'disable', { target: 'eve' }],
    ['a step before its turn', 'plan_order', 'disable', { target: 'bob' }],
  ] as const)('stops at %s, and runs nothing of it', async (_what, code, name, args) => {
    const agent = await withChain()
    const ran = world.ran(name, args.target)
    expect(await agent.call('isolate', { target: 'ws-1' })).toBeUndefined()
    expect(await agent.call(name, args)).toMatchObject({ status: 'refused', code })
    expect(world.ran(name, args.target)).toBe(ran)
    expect(await planOf(agent.plan)).toMatchObject({ status: 'stopped', reason: code })
    // What was approved after it is approved no more, and nobody is asked about a part of the chain.
    expect(await agent.call('block', { target: '203.0.113.7' })).toMatchObject({
      code: 'plan_stopped',
    })
  })

  it('asks for the new chain at the worst class of the one that was left', async () => {
    const agent = await withChain()
    await agent.call('disable', { target: 'bob' })
    const again = await agent.propose({
      steps: [{ tool: 'soar__isolate', arguments: { target: 'ws-2' } }],
    })
    const { body } = await rest(
      world.plane,
      world.plane.dana,
      'GET',
      `/api/v1/approvals/${again.approval_id}`,
    )
    expect(body).toMatchObject({ effect: 'identity', action: 'stop:account' })
    expect(again.roles).toContain('identity-owner')
    expect(await agent.call('isolate', { target: 'ws-2' })).toMatchObject({ code: 'plan_stopped' })
    await approveAll(world.plane, world.leads, again.approval_id)
    expect(await agent.call('isolate', { target: 'ws-2' })).toBeUndefined()
  })

  it('goes no further than its caps', async () => {
    const agent = await withChain({
      steps: [
        {
          tool: 'soar__block',
          bounds: { target: { kind: 'cidr', net: '203.0.113.0/28' } },
          times: 3,
        },
      ],
      max_targets: 2,
    })
    expect(await agent.call('block', { target: '203.0.113.7' })).toBeUndefined()
    expect(await agent.call('block', { target: '203.0.113.8' })).toBeUndefined()
    const ran = world.ran('block', '203.0.113.9')
    expect(await agent.call('block', { target: '203.0.113.9' })).toMatchObject({ code: 'plan_cap' })
    expect(world.ran('block', '203.0.113.9')).toBe(ran)
  })

  it('stops when a step did not succeed', async () => {
    const agent = await withChain({
      steps: [
        { tool: 'soar__isolate', arguments: { target: 'ws-1', fail: true } },
        { tool: 'soar__block', arguments: { target: '203.0.113.7' } },
      ],
    })
    const ran = world.ran('block', '203.0.113.7')
    await agent.call('isolate', { target: 'ws-1', fail: true })
    expect(await agent.call('block', { target: '203.0.113.7' })).toMatchObject({
      code: 'plan_step_failed',
    })
    expect(world.ran('block', '203.0.113.7')).toBe(ran)
  })
})

describe('without a yes to the plan', () => {
  it('a read-only task that chains into a write is held or refused, never run [R36]', async () => {
    const agent = await world.newAgent('investigate')
    const proposed = await agent.propose(CHAIN)
    const ran = world.ran('isolate', 'ws-1')
    expect(await agent.call('look', { target: 'ws-1' })).toBeUndefined()
    expect(await agent.call('isolate', { target: 'ws-1' })).toMatchObject({
      status: 'pending_approval',
    })
    await decide(world.plane, world.plane.dana, 'deny', proposed.approval_id, 'not this laptop')
    expect(await agent.call('disable', { target: 'bob' })).toMatchObject({
      code: 'approval_denied',
    })
    expect(world.ran('isolate', 'ws-1')).toBe(ran)
  })
})
