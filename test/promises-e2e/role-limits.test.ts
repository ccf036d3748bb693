import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { rest } from '../harness/people.ts'
import { addPerson, type Plane, putOnDuty, type TestPerson } from '../harness/plane.ts'
import { fresh, type Held, openWorld, type World } from './world.ts'

/** Each publication checks a whole bundle, the first one with an engine that has yet to start. */
const PATIENTLY = { timeout: 60_000 }
const HOUR_MS = 3_600_000
const PRODUCTION = { environment: 'production' } as const

let world: World
let plane: Plane
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
}, 60_000)
afterAll(() => world?.close())

type Limit = { role: string; upTo: string; maxCriticality: number; maxTargets: number }
type Documents = JsonObject & { readonly limits: readonly Limit[] }

async function documents(): Promise<Documents> {
  const { body } = await rest(plane, plane.petra, 'GET', '/api/v1/policies/active')
  const { policies, thresholds, owners, limits, monitored } = body.bundle as unknown as Documents
  return { policies, thresholds, owners, limits, monitored } as Documents
}

async function publish(limits: readonly object[]): Promise<string> {
  const now = await documents()
  const body = { documents: { ...now, limits } }
  const answer = await rest(plane, plane.petra, 'POST', '/api/v1/policies', body)
  return answer.status === 201 ? 'published' : `${answer.body.code} ${answer.body.detail}`
}

const changed = (limits: readonly Limit[], role: string, more: Partial<Limit>) =>
  limits.map((limit) => (limit.role === role ? { ...limit, ...more } : limit))

async function person(roles: Parameters<typeof addPerson>[2]): Promise<TestPerson> {
  const made = await addPerson(plane.gateway, fresh('person'), roles)
  await putOnDuty(plane.gateway, plane.clock, made)
  return made
}

const failingOf = async (who: TestPerson, { id }: Held) => {
  const { body } = await rest(plane, who, 'GET', `/api/v1/approvals/${id}`)
  return (body.eligibility as unknown as { failing?: string }).failing
}

describe('how far a role reaches', PATIENTLY, () => {
  it('is data of the policy: commander, shift lead and tier-3 analyst differ, and so do the owners [R134]', async () => {
    const { limits } = await documents()
    const of = (role: string) => limits.find((limit) => limit.role === role)
    expect(of('incident-commander')).toMatchObject({ upTo: 'destructive', maxTargets: 10_000 })
    expect(of('shift-lead')).toMatchObject({ upTo: 'contain', maxCriticality: 5, maxTargets: 50 })
    expect(of('tier3-analyst')).toMatchObject({
      upTo: 'contain',
      maxCriticality: 4,
      maxTargets: 10,
    })
    const reach = limits.map(({ role: _, ...limit }) => JSON.stringify(limit))
    expect(new Set(reach).size).toBe(limits.length)
  })

  it('bounds a delegated tier-3 analyst below whom they stand in for; the failing test is named [R131 R134]', async () => {
    const junior = await person(['tier3-analyst'])
    const lent = await rest(plane, plane.dana, 'POST', '/api/v1/delegations', {
      delegate: junior.id,
      role: 'shift-lead',
      classes: ['contain'],
      to_ms: plane.clock.nowMs() + HOUR_MS,
      reason: 'I am in a crisis call',
    })
    expect(lent.status).toBe(201)
    const scene = await world.scene()
    const stranger = await scene.hold('isolate', { target: fresh('unknown-host') })
    expect(await failingOf(junior, stranger)).toBe('limit')
    expect(await world.yes(junior, stranger.id)).toBe('advised: limit')
    const known = await scene.hold('isolate', { target: await world.asset('device', PRODUCTION) })
    expect(await failingOf(junior, known)).toBe('not_owner')
    const { id } = lent.body.delegation as unknown as { id: string }
    expect((await rest(plane, plane.dana, 'DELETE', `/api/v1/delegations/${id}`)).status).toBe(200)
  })

  it('is changed like any policy, counts from then on, and beyond it the next role answers [R131 R134]', async () => {
    const before = (await documents()).limits
    const scene = await world.scene()
    const targets = [
      await world.asset('device', PRODUCTION),
      await world.asset('device', PRODUCTION),
    ]
    const held = await scene.hold('isolate_all', { targets })
    expect(held.shown.owner).toBe(plane.dana.id)
    expect(await publish(changed(before, 'shift-lead', { maxTargets: 1 }))).toBe('published')
    expect(await failingOf(plane.dana, held)).toBe('limit')
    expect(await world.yes(plane.dana, held.id)).toBe('advised: limit')
    expect(world.ran(targets[0] ?? '')).toBe(0)
    const next = (await rest(plane, plane.petra, 'GET', `/api/v1/approvals/${held.id}`)).body
    expect(next).toMatchObject({ owner: plane.ines.id, accountable: 'incident-commander' })
    const other = await (await world.scene()).hold('isolate_all', { targets })
    expect(other.shown.owner).toBe(plane.ines.id)
    expect(await publish(changed(before, 'shift-lead', { upTo: 'write' }))).toBe('published')
    const one = await (await world.scene()).hold('isolate', {
      target: await world.asset('device', PRODUCTION),
    })
    expect(one.shown.owner).toBe(plane.ines.id)
    expect(await publish(before)).toBe('published')
  })

  it('must be said for every role that can be asked, once, and mean something [R134]', async () => {
    const { limits } = await documents()
    const without = limits.filter(({ role }) => role !== 'identity-owner')
    expect(await publish(without)).toContain('limit_missing: nothing says how far identity-owner')
    expect(await publish([...limits, ...limits.slice(0, 1)])).toContain('limit_conflict')
    expect(await publish(changed(limits, 'analyst', { maxCriticality: 9 }))).toContain(
      'limit_invalid',
    )
    expect(await publish(changed(limits, 'analyst', { upTo: 'everything' }))).toContain(
      'is no effect',
    )
  })
})
