import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toolsTouched } from '../../src/command/tools-touched.ts'
import { rest } from '../harness/people.ts'
import { type PlanWorld, startPlanWorld } from './world.ts'

let world: PlanWorld
beforeAll(async () => {
  world = await startPlanWorld()
}, 60_000)
afterAll(() => world?.plane.close())

type Touched = {
  readonly tools: readonly { readonly tool: string }[]
  readonly targets: readonly { readonly id: string }[]
  readonly budgets: readonly object[]
}
type Answer = {
  readonly total: number
  readonly sessions: readonly (Touched & { readonly agent: string })[]
  readonly plans: readonly (Touched & { readonly id: string; readonly steps_run: number })[]
}

const running = async (): Promise<Answer> => {
  const { plane } = world
  const answer = await rest(plane, plane.alex, 'GET', '/api/v1/running')
  expect(answer.status).toBe(200)
  return answer.body as unknown as Answer
}

describe('what runs now, over REST', () => {
  it('tells what a session touched by tool and target, and how much of its budgets it used', async () => {
    const { agent, call, approved } = await world.newAgent()
    await call('look', { target: 'ws-2' })
    await call('look', { target: 'ws-2' })
    await approved({ steps: [{ tool: 'soar__isolate', arguments: { target: 'ws-2' } }] })
    await call('isolate', { target: 'ws-2' })
    expect(await call('block', { target: '203.0.113.8' })).toMatchObject({
      status: 'pending_approval',
    })
    const { total, sessions } = await running()
    expect(total).toBeGreaterThan(0)
    const mine = sessions.find((session) => session.agent === agent.id)
    expect(mine?.tools).toMatchObject([
      { tool: 'soar__block', effect: 'contain', ran: 0, waiting: 1, refused: 0 },
      { tool: 'soar__isolate', effect: 'contain', ran: 1, waiting: 0, refused: 0 },
      { tool: 'soar__look', effect: 'read', ran: 2, waiting: 0, refused: 0 },
    ])
    // What waits has touched nothing yet.
    expect(mine?.targets).toMatchObject([
      { kind: 'device', id: 'ws-2', action: 'contain:device', state: 'standing' },
    ])
    expect(mine?.budgets).toEqual([
      { of: 'calls', used: 3, limit: 1000, window_ms: 3_600_000 },
      { of: 'writes', used: 1, limit: 50 },
      { of: 'targets', kind: 'device', used: 1, limit: 10, window_ms: expect.any(Number) },
    ])
  })

  it('tells of a plan the steps it took, what they touched and what its caps leave, until it ends', async () => {
    const agent = await world.newAgent()
    const { plan } = await agent.approved({
      steps: [
        { tool: 'soar__isolate', arguments: { target: 'ws-1' } },
        { tool: 'soar__disable', arguments: { target: 'bob' } },
      ],
    })
    const mine = async () => (await running()).plans.find(({ id }) => id === plan)
    expect(await mine()).toMatchObject({
      ...{ steps: 2, steps_run: 0, tools: [], targets: [] },
      budgets: [
        { of: 'calls', used: 0, limit: 2 },
        { of: 'targets', used: 0, limit: 2 },
      ],
    })
    await agent.call('isolate', { target: 'ws-1' })
    expect(await mine()).toMatchObject({
      steps_run: 1,
      tools: [{ tool: 'soar__isolate', ran: 1 }],
      targets: [{ kind: 'device', id: 'ws-1' }],
      budgets: [
        { of: 'calls', used: 1, limit: 2 },
        { of: 'targets', used: 1, limit: 2 },
      ],
    })
    await agent.call('disable', { target: 'bob' })
    expect(await mine()).toBeUndefined()
  })
})

describe('calls counted by tool', () => {
  const count = fc.record({
    tool: fc.constantFrom('a__x', 'a__y', 'b__z'),
    effect: fc.constantFrom('unclassified', 'read', 'contain'),
    state: fc.constantFrom('denied' as const, 'held' as const, 'settled' as const),
    calls: fc.integer({ min: 1, max: 9 }),
    lastAtMs: fc.nat(1000),
  })

  it('loses none and counts none twice, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(count), (counts) => {
        const touched = toolsTouched(counts)
        const sum = (of: readonly number[]) => of.reduce((a, b) => a + b, 0)
        expect(sum(touched.map(({ ran, waiting, refused }) => ran + waiting + refused))).toBe(
          sum(counts.map(({ calls }) => calls)),
        )
        expect(touched.length).toBe(new Set(counts.map(({ tool }) => tool)).size)
        expect(toolsTouched(counts.toReversed())).toEqual(touched)
        for (const { tool, effect } of touched) {
          const all = counts.filter((each) => each.tool === tool).map((each) => each.effect)
          expect(effect).toBe(
            all.includes('contain') ? 'contain' : all.includes('read') ? 'read' : 'unclassified',
          )
        }
      }),
    )
  })
})
