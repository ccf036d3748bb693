import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '../../src/command/sweep.ts'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import { TENANT } from '../../src/wiring.ts'
import { rest } from '../harness/people.ts'
import { type PlanWorld, startPlanWorld } from '../plans/world.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const LIMITS = {
  ...DEFAULT_LIMITS,
  freshness: { ...DEFAULT_LIMITS.freshness, caseMs: 3 * MINUTE_MS },
}
const STEPS = {
  steps: [
    { tool: 'soar__isolate', arguments: { target: 'ws-1' } },
    { tool: 'soar__block', arguments: { target: '203.0.113.7' } },
  ],
  deadline_seconds: 3_600,
}

describe('a plan that runs while something is away', () => {
  let world: PlanWorld
  beforeAll(async () => {
    world = await startPlanWorld({ config: { limits: LIMITS } })
  }, 60_000)
  afterAll(() => world?.plane.close())

  const reported = async () => {
    const body = { title: 'SSH brute force', state: 'open', severity: 2, tags: [], source: 'desk' }
    const { petra } = world.plane
    const { status } = await rest(world.plane, petra, 'PUT', '/api/v1/cases/INC-482', body)
    expect(status).toBe(200)
  }

  const statusOf = async (plan: string) =>
    (await rest(world.plane, world.plane.alex, 'GET', `/api/v1/plans/${plan}`)).body.status

  it.each([
    ['its case system', () => world.plane.clock.advance(4 * MINUTE_MS), async () => reported()],
    [
      'the time: its deadline has not passed because somebody set a clock',
      () => world.plane.clock.set(9 * HOUR_MS),
      async () => world.plane.clock.set(-9 * HOUR_MS),
    ],
  ])(
    'waits for %s, and goes on with its next step without a new yes',
    async (_what, begin, end) => {
      const { plane, ran } = world
      await reported()
      const agent = await world.newAgent()
      const before = [ran('isolate', 'ws-1'), ran('block', '203.0.113.7')]
      const { plan } = await agent.approved(STEPS)
      expect(await agent.call('isolate', { target: 'ws-1' })).toBeUndefined()

      begin()
      const step = () => agent.call('block', { target: '203.0.113.7' })
      expect(await step()).toMatchObject({ status: 'refused', code: 'facts_unavailable' })
      await sweep(plane.gateway.parts.spine, TENANT)
      expect(await statusOf(plan)).toBe('running')

      await end()
      expect(await step()).toBeUndefined()
      const after = [ran('isolate', 'ws-1'), ran('block', '203.0.113.7')]
      expect(after).toEqual(before.map((count) => count + 1))
      expect(await statusOf(plan)).toBe('completed')
      await agent.client.close()
    },
  )
})
