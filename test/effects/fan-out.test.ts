import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { sqliteDatabase } from '../harness/databases.ts'
import { approveAsOwner } from '../harness/people.ts'
import { taskToken } from '../harness/plane.ts'
import { openWorld, type Scene, type World } from '../promises-e2e/world.ts'

const WINDOW_MS = 3_600_000
const LIMITS = {
  ...DEFAULT_LIMITS,
  freshness: { ...DEFAULT_LIMITS.freshness, caseMs: 8 * WINDOW_MS },
  fanOut: { windowMs: WINDOW_MS, perTask: 2, perAgent: 3, perTenant: 4 },
}

/** One gateway: each test goes on where the one before left the counts. */
describe('many small calls are as wide as one wide call', () => {
  let world: World
  let first: Scene
  let second: Scene
  beforeAll(async () => {
    world = await openWorld({ config: { limits: LIMITS } })
    first = await world.scene()
    second = await world.scene()
  }, 60_000)
  afterAll(() => world?.close())

  /** Asks, has it approved, asks again; the code of the refusal, or `ran`. */
  async function reach(
    agent: Pick<Scene, 'call'>,
    tool: string,
    kind: string,
    target?: string,
  ): Promise<string> {
    const own = target ?? (await world.asset(kind))
    const held = saidBy(await agent.call(`soc__${tool}`, { target: own }))
    const { plane } = world
    for (const person of [plane.alex, plane.dana, plane.ines]) {
      await approveAsOwner(plane, person, held?.approval_id ?? '')
    }
    const said = saidBy(await agent.call(`soc__${tool}`, { target: own }))
    expect(world.ran(own)).toBeLessThanOrEqual(said === undefined ? 2 : 0)
    return said?.code ?? 'ran'
  }

  it('for a task, whose next target is refused before anything is sent, and people are paged [R41]', async () => {
    const again = await world.asset('device')
    expect(await reach(first, 'isolate', 'device', again)).toBe('ran')
    expect(await reach(first, 'isolate', 'device')).toBe('ran')
    expect(await reach(first, 'isolate', 'device', again), 'the same is no wider').toBe('ran')
    expect(await reach(first, 'isolate', 'device')).toBe('fan_out_exceeded')
    const rows = await sqliteDatabase(world.plane.dataDir).run(
      "select to_role, urgency from notice where kind = 'effect.exceeded'",
    )
    expect(rows).toEqual([{ to_role: 'shift-lead', urgency: 'page' }])
    const findings = (await first.record()).filter(({ data }) => data.finding === 'fan_out')
    expect(findings).toMatchObject([{ type: 'oversight.finding', data: { severity: 'high' } }])
  })

  it('for each kind of target by itself: accounts and addresses have their own width [R41]', async () => {
    expect(await reach(first, 'disable_account', 'account')).toBe('ran')
    expect(await reach(first, 'block', 'ipv4_net')).toBe('ran')
  })

  it('for an agent, which gains nothing by opening a second task [R41]', async () => {
    const { plane } = world
    const details = { case: first.caseRef }
    const token = await taskToken(plane, 'respond', details, first.agent)
    const next = await connectAgent(plane.gateway.baseUrl, token)
    expect(await reach(next, 'isolate', 'device'), 'the third of the agent').toBe('ran')
    const wide = await reach(next, 'isolate', 'device')
    expect(wide).toBe('fan_out_exceeded')
    await next.close()
  })

  it('for everybody together, and for nobody once the window is over [R41]', async () => {
    expect(await reach(second, 'isolate', 'device'), 'the fourth of all').toBe('ran')
    expect(await reach(second, 'isolate', 'device')).toBe('fan_out_exceeded')
    world.plane.clock.advance(WINDOW_MS + 1)
    expect(await reach(await world.renew(second), 'isolate', 'device')).toBe('ran')
  })
})
