/** What becomes of open questions and running plans when the shift of whoever owns them ends. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putShift } from '../../src/command/put-shift.ts'
import { sweep } from '../../src/command/sweep.ts'
import { TENANT } from '../../src/wiring.ts'
import { sqliteDatabase } from '../harness/databases.ts'
import { giveKey } from '../harness/passkeys.ts'
import { approveAsOwner, decide, rest } from '../harness/people.ts'
import { addPerson, certify, type TestPerson, taskToken } from '../harness/plane.ts'
import { exportBytes, readRecord } from '../promises-e2e/record.ts'
import { type PlanAgent, type PlanWorld, planAgent, startPlanWorld } from './world.ts'

const MINUTE_MS = 60_000
const STEPS = {
  steps: [
    { tool: 'soar__block', arguments: { target: '203.0.113.7' } },
    { tool: 'soar__block', arguments: { target: '203.0.113.8' } },
  ],
  deadline_seconds: 1_200,
}

let world: PlanWorld
/** Owns what is asked now; goes home in five minutes. */
let lee: TestPerson
/** Comes in early, so that the shifts of several leads overlap. */
let mia: TestPerson
beforeAll(async () => {
  world = await startPlanWorld()
  lee = await lead('Lee', -120, 5, 0)
  mia = await lead('Mia', -90, 600, 0)
  // There longest of all, but only to stand in.
  await lead('Nia', -200, 600, 1)
}, 60_000)
afterAll(() => world?.plane.close())

async function lead(name: string, from: number, to: number, precedence: number) {
  const { gateway, clock } = world.plane
  const deps = gateway.parts.restParts
  const person = await addPerson(gateway, name, ['shift-lead'])
  await giveKey({ ...deps, store: gateway.parts.store }, person)
  await certify(gateway, clock, person)
  await putShift(deps, {
    tenant: TENANT,
    by: { kind: 'system', part: 'test' },
    role: 'shift-lead',
    person: person.id,
    fromMs: clock.nowMs() + from * MINUTE_MS,
    toMs: clock.nowMs() + to * MINUTE_MS,
    precedence,
    source: 'test',
  })
  return person
}

const show = async (path: string) =>
  (await rest(world.plane, world.plane.alex, 'GET', `/api/v1/${path}`)).body as unknown as Record<
    string,
    unknown
  >

/** Tokens live five minutes, which these tests turn the clock by. */
async function again({ agent }: PlanAgent, task: string): Promise<PlanAgent> {
  const token = await taskToken(world.plane, 'respond', { task }, agent)
  return planAgent(world.plane, world.leads, agent, token)
}

const ofType = async (type: string) =>
  (await readRecord(world.plane, 'INC-482')).filter((entry) => entry.type === type)

describe('at the end of a shift', () => {
  it('open questions and running plans pass to the next by precedence, on record; stale ones expire [R145]', async () => {
    const { plane } = world
    const planner = await world.newAgent()
    const { plan, approval_id: chain } = await planner.propose(STEPS)
    expect((await decide(plane, lee, 'approve', chain)).body.outcome).toBe('released')
    expect(await planner.call('block', { target: '203.0.113.7' })).toBeUndefined()
    const asker = await world.newAgent()
    const asked = await asker.call('block', { target: '203.0.113.9' })
    const question = `approvals/${asked?.approval_id}`
    // Lee and Mia overlap with equal right: whoever began first holds the role.
    expect(await show(question)).toMatchObject({ owner: lee.id, state: 'pending' })
    await sweep(plane.gateway.parts.spine, TENANT)
    expect(await show(`plans/${plan}`)).not.toHaveProperty('holder')

    plane.clock.advance(5 * MINUTE_MS)
    await sweep(plane.gateway.parts.spine, TENANT)
    expect(await show(question)).toMatchObject({ owner: mia.id, state: 'pending' })
    expect(await show(`plans/${plan}`)).toMatchObject({ holder: mia.id, status: 'running' })
    const passed = { person: mia.id, previous: lee.id, reason: 'off_duty' }
    expect((await ofType('approval.handed_over')).map(({ data }) => data)).toMatchObject([passed])
    expect((await ofType('plan.handed_over')).map(({ data }) => data)).toEqual([
      { ...passed, plan, calls: 1 },
    ])
    const heard = await sqliteDatabase(plane.dataDir).run(
      "select to_person from notice where kind in ('plan.handed_over', 'approval.handed_over')",
    )
    expect(heard.map((row) => row.to_person)).toEqual([mia.id, mia.id])
    // The earlier owner only advises, the next one releases; the plan goes on as it was approved.
    const late = await decide(plane, lee, 'approve', asked?.approval_id ?? '')
    expect(late.body).toMatchObject({ outcome: 'advised', failing: 'on_duty' })
    const { task } = await show(`plans/${plan}`)
    const resumed = await again(planner, String(task))
    expect(await resumed.call('block', { target: '203.0.113.8' })).toBeUndefined()

    const second = await again(planner, String(task))
    const next = await second.propose(STEPS)
    expect((await approveAsOwner(plane, mia, next.approval_id)).body.outcome).toBe('released')
    plane.clock.advance(20 * MINUTE_MS)
    await sweep(plane.gateway.parts.spine, TENANT)
    expect(await show(question)).toMatchObject({ state: 'expired' })
    expect(await show(`plans/${next.plan}`)).toMatchObject({ status: 'stopped', reason: 'expired' })
    expect((await exportBytes(plane, 'INC-482')).length).toBeGreaterThan(0)
  }, 120_000)

  it('a plan that nobody can hold runs on, and everybody in the role hears of it', async () => {
    const { plane } = world
    const agent = await world.newAgent()
    const { plan, approval_id: chain } = await agent.propose(STEPS)
    expect((await approveAsOwner(plane, mia, chain)).body.outcome).toBe('released')
    await sqliteDatabase(plane.dataDir).run(`update shift set to_ms = ${plane.clock.nowMs()}`)
    await sweep(plane.gateway.parts.spine, TENANT)
    await sweep(plane.gateway.parts.spine, TENANT)
    expect(
      (await ofType('plan.handed_over')).filter(({ data }) => data.plan === plan),
    ).toMatchObject([{ data: { previous: mia.id, reason: 'no_holder', calls: 0 } }])
    expect(await show(`plans/${plan}`)).not.toHaveProperty('holder')
    const otto = await lead('Otto', -1, 60, 0)
    await sweep(plane.gateway.parts.spine, TENANT)
    expect(await show(`plans/${plan}`)).toMatchObject({ holder: otto.id })
  }, 120_000)
})
