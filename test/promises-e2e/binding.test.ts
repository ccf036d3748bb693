import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentsOf } from '../../src/adapters/bundle-check.ts'
import { changePerson } from '../../src/command/register-person.ts'
import type { Role } from '../../src/identity/person.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { TENANT } from '../../src/wiring.ts'
import { saidBy } from '../harness/agent-client.ts'
import { rest } from '../harness/people.ts'
import { type Plane, putOnDuty, type TestPerson } from '../harness/plane.ts'
import { afterNextFacts, beforeNextCommit } from './between.ts'
import { openWorld, type Scene, type World } from './world.ts'

let world: World
let plane: Plane
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
}, 60_000)
afterAll(() => world?.close())

/** An isolation that Dana approved and that has not run. */
async function approved(purpose = 'respond') {
  const scene = await world.scene({ purpose })
  const target = await world.asset('device', { environment: 'production' })
  const held = await scene.hold('isolate', { target })
  expect(await world.yes(plane.dana, held.id)).toBe('released')
  return { scene, target, held }
}

type Change = { readonly state?: 'active' | 'suspended'; readonly roles?: readonly Role[] }

function changed(person: TestPerson, change: Change) {
  const by = { kind: 'system', part: 'test' } as const
  const deps = plane.gateway.parts.restParts
  return changePerson(deps, { tenant: TENANT, by, personId: person.id, ...change })
}

async function publish(id: string, action: string) {
  const active = await plane.gateway.parts.restParts.bundles.active(TENANT)
  const documents = documentsOf(active?.text ?? '')
  const text = `@id("${id}") @owner("test") @requires("approve") @role("owner") @reason("A test rule.")
@control("owasp-asi:ASI02 maestro:L7/x nist-ai-rmf:GOVERN-1.1")
forbid (principal, action in ${action}, resource) unless { context.discharged.contains("${id}") };`
  const policies = { ...(documents.policies as JsonObject), [id]: text }
  const body = { documents: { ...documents, policies } }
  expect((await rest(plane, plane.petra, 'POST', '/api/v1/policies', body)).status).toBe(201)
}

describe('an approval', () => {
  it('is for one tool, one target and one set of arguments; anything else under it is refused [R9 R22]', async () => {
    const { scene, target, held } = await approved()
    const meta = { 'countersign/approval': held.id }
    const other = await world.asset('device', { environment: 'production' })
    expect(await scene.ask('isolate', { target: other }, meta)).toBe('digest_mismatch')
    expect(await scene.ask('isolate', { target, text: 'more' }, meta)).toBe('digest_mismatch')
    expect(await scene.ask('reroute', { target }, meta)).toBe('digest_mismatch')
    expect(await scene.ask('isolate', { target: other })).toBe(held.needs)
    expect(await scene.ask('isolate', { target, text: 'more' })).toBe(held.needs)
    expect([world.ran(target), world.ran(other)]).toEqual([0, 0])
    expect(await scene.ask('isolate', { target }, meta)).toBe('ran')
    expect(await scene.ask('isolate', { target }, meta)).toBe('grant_used')
    expect(world.ran(target)).toBe(1)
  })

  it('upgrades a task to investigate by the one signature that releases the call, on record and shown [R10]', async () => {
    for (const purpose of ['investigate', 'respond', 'hunt', 'report']) {
      expect(await (await world.scene({ purpose })).tools()).toContain('countersign_recommend')
    }
    const scene = await world.scene({ purpose: 'investigate' })
    const target = await world.asset('ticket')
    const held = await scene.hold('set', { target })
    expect(held.policies).toContain('floor-purpose')
    expect(held.shown).toMatchObject({ upgrades_purpose: true })
    expect(await scene.ask('set', { target })).toBe(held.needs)
    expect(world.ran(target)).toBe(0)
    const purpose = async () => {
      const { tasks } = (await rest(plane, plane.alex, 'GET', '/api/v1/tasks')).body
      return (tasks as unknown as { id: string; purpose: string }[]).find(
        ({ id }) => id === scene.task,
      )?.purpose
    }
    expect(await purpose()).toBe('investigate')
    expect(await world.yes(plane.dana, held.id)).toBe('released')
    expect(await scene.ask('set', { target })).toBe('ran')
    expect(await purpose()).toBe('respond')
    const record = await scene.record()
    expect(record.find(({ type }) => type === 'task.changed')?.data).toEqual({
      task: scene.task,
      purpose: 'respond',
      reason: 'approved_write',
    })
    expect(record.filter(({ type }) => type === 'approval.granted')).toHaveLength(1)
    expect(world.ran(target)).toBe(1)
  })
})

describe('between the yes and the act', () => {
  it.each<[string, string, (scene: Scene) => Promise<unknown>]>([
    ['the outcome is a no now', 'case_closed', (scene) => scene.report({ state: 'closed' })],
    [
      'more is required than was approved',
      'approval_void',
      (scene) => scene.report({ severity: 1, tags: ['lateral-movement'] }),
    ],
    [
      'a person who approved is suspended',
      'approval_void',
      () => changed(plane.dana, { state: 'suspended' }),
    ],
    [
      'a person who approved lost the role',
      'approval_void',
      () => changed(plane.dana, { roles: ['auditor'] }),
    ],
    ['the yes grew old', 'approval_expired', async () => plane.clock.advance(11 * 60_000)],
  ])('the call is refused when %s [R22]', async (_when, code, change) => {
    const { scene, target, held } = await approved()
    await change(scene)
    const again = await world.renew(scene).catch(() => scene)
    const meta = { 'countersign/approval': held.id }
    const said = saidBy(await again.call('soc__isolate', { target }, meta))
    await changed(plane.dana, { state: 'active', roles: ['shift-lead', 'identity-owner'] })
    expect(said).toMatchObject({ status: 'refused', code })
    expect(world.ran(target)).toBe(0)
  })

  it('the call is refused when the approver is suspended after the decision and before its commit [R22]', async () => {
    const { scene, target } = await approved()
    beforeNextCommit(plane, () => changed(plane.dana, { state: 'suspended' }))
    const said = await scene.ask('isolate', { target })
    await changed(plane.dana, { state: 'active' })
    expect(said).toBe('approval_void')
    expect(world.ran(target)).toBe(0)
  })

  it('the end of the duty of who signed changes nothing [R22]', async () => {
    const { body } = await rest(plane, plane.dana, 'GET', '/api/v1/roster')
    const shifts = body.shifts as unknown as readonly { readonly to_ms: number }[]
    const dutyEndsMs = Math.max(...shifts.map(({ to_ms }) => to_ms))
    plane.clock.advance(dutyEndsMs - plane.clock.nowMs() - 60_000)
    const { scene, target } = await approved()
    plane.clock.advance(120_000)
    const other = await world.asset('device', { environment: 'production' })
    const later = await scene.hold('isolate', { target: other })
    expect(await world.yes(plane.dana, later.id)).toBe('advised: on_duty')
    expect(await scene.ask('isolate', { target })).toBe('ran')
    expect([world.ran(target), world.ran(other)]).toEqual([1, 0])
  })
})

describe('an allow', () => {
  it('is not remembered: the same call after the case closed is a no, on other facts [R14]', async () => {
    const scene = await world.scene()
    expect(await scene.ask('look', { text: 'x' })).toBe('ran')
    await scene.report({ state: 'closed' })
    expect(await scene.ask('look', { text: 'x' })).toBe('case_closed')
    const decided = (await scene.record()).filter(({ type }) => type === 'tool.call.decided')
    expect(decided.map(({ data }) => data.decision)).toEqual(['allow', 'deny'])
    expect(decided[0]?.data.facts).not.toBe(decided[1]?.data.facts)
    expect(decided[0]?.data.fingerprint).toBe(decided[1]?.data.fingerprint)
  })

  it('does not outlive the facts it was taken on, not even until it is carried out [R14]', async () => {
    const scene = await world.scene()
    const target = await world.asset('ticket')
    afterNextFacts(plane, () => scene.report({ state: 'closed' }))
    expect(await scene.ask('look', { text: target })).toBe('case_closed')
    const record = await scene.record()
    expect(record.find(({ type }) => type === 'tool.call.decided')?.data).toMatchObject({
      decision: 'deny',
      attempt: 1,
    })
    expect(record.map(({ type }) => type)).not.toContain('tool.call.dispatched')
  })
})

// Last in this file, because it changes the policy for good; each publication checks a whole bundle.
describe('a change of policy', { timeout: 60_000 }, () => {
  it('elsewhere voids nothing, and of the rule that decides voids the yes [R22]', async () => {
    // The clock of this file went past everybody's shift.
    await putOnDuty(plane.gateway, plane.clock, plane.dana)
    const scene = await world.scene()
    const [same, other] = [
      await world.asset('device', { environment: 'production' }),
      await world.asset('device', { environment: 'production' }),
    ]
    for (const target of [same, other]) {
      const held = await scene.hold('isolate', { target })
      expect(await world.yes(plane.dana, held.id)).toBe('released')
    }
    await publish('extra-wipe', 'Action::"delete:file"')
    expect(await scene.ask('isolate', { target: same })).toBe('ran')
    await publish('extra-contain', 'Action::"contain"')
    expect(await scene.ask('isolate', { target: other })).toBe('approval_void')
    expect([world.ran(same), world.ran(other)]).toEqual([1, 0])
  })
})
