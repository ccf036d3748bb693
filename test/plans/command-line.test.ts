import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Asker, run } from '../cli/terminal.ts'
import { profileFor } from '../harness/passkeys.ts'
import type { TestPerson } from '../harness/plane.ts'
import { type PlanWorld, startPlanWorld } from './world.ts'

let world: PlanWorld
beforeAll(async () => {
  world = await startPlanWorld()
}, 60_000)
afterAll(() => world?.plane.close())

const as = (person: TestPerson): Asker => ({
  profile: profileFor(world.plane.dataDir, world.plane.gateway.baseUrl, person),
})

const BLOCKS = {
  summary: 'block what the scanner found',
  steps: [
    { tool: 'soar__block', bounds: { target: { kind: 'cidr', net: '203.0.113.0/28' } }, times: 2 },
    { tool: 'soar__isolate', arguments: { target: 'ws-1' } },
  ],
}

describe('a plan on the command line', () => {
  it('is shown, approved, followed and stopped, with what takes back what was done', async () => {
    const agent = await world.newAgent()
    const { plan } = await agent.propose(BLOCKS)
    const listed = await run(as(world.plane.dana), 'plan', 'list', '--status', 'proposed')
    expect(listed.out).toContain(plan)
    const shown = await run(as(world.plane.dana), 'plan', 'show', plan.slice(-8))
    for (const words of [
      '1. soar__block, up to 2 times  [deny:ipv4_net, contain, reversible]',
      'target inside 203.0.113.0/28',
      'target = "ws-1"',
      'at most 3 calls on 3 targets',
    ])
      expect(shown.out).toContain(words)
    for (const person of [world.plane.dana, world.iris, world.plane.ines]) {
      await run(as(person), 'plan', 'approve', plan, '--yes', '--reason', 'the scanner is theirs')
    }
    expect(await agent.call('block', { target: '203.0.113.7' })).toBeUndefined()
    const stopped = await run(as(world.plane.alex), 'plan', 'stop', plan, '--reason', 'wrong net')
    expect([stopped.code, stopped.out]).toEqual([0, 'Stopped. Nothing more of this plan runs.\n'])
    const after = (await run(as(world.plane.dana), 'plan', 'show', plan)).out
    expect(after).toContain('stopped (stopped_by_person)')
    expect(after).toMatch(
      /takes back what was done, in this order\n {2}unblock \{"target":"203.0.113.7"\}/,
    )
    const ran = world.ran('block', '203.0.113.8')
    expect(await agent.call('block', { target: '203.0.113.8' })).toMatchObject({
      status: 'pending_approval',
    })
    expect(world.ran('block', '203.0.113.8')).toBe(ran)
  }, 40_000)

  it('exits 2 for a status that does not exist and 1 for a plan that does not', async () => {
    expect((await run(as(world.plane.dana), 'plan', 'list', '--status', 'odd')).code).toBe(2)
    expect((await run(as(world.plane.dana), 'plan', 'show', 'ffffffff')).code).toBe(1)
  })
})
