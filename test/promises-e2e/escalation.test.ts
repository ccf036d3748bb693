import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '../../src/command/sweep.ts'
import { TENANT } from '../../src/wiring.ts'
import { rest } from '../harness/people.ts'
import { addPerson, type Plane, putOnDuty, type TestPerson } from '../harness/plane.ts'
import { fresh, type Held, openWorld, type Scene, type World } from './world.ts'

const MINUTE_MS = 60_000
let world: World
let plane: Plane
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
}, 60_000)
afterAll(() => world?.close())

async function isolation(): Promise<{ scene: Scene; target: string; held: Held }> {
  const scene = await world.scene()
  const target = await world.asset('device', { environment: 'production' })
  return { scene, target, held: await scene.hold('isolate', { target }) }
}

const person = async (roles: Parameters<typeof addPerson>[2]): Promise<TestPerson> => {
  const made = await addPerson(plane.gateway, fresh('person'), roles)
  await putOnDuty(plane.gateway, plane.clock, made)
  return made
}
const now = async ({ id }: Held) =>
  (await rest(plane, plane.petra, 'GET', `/api/v1/approvals/${id}`)).body
const timer = () => sweep(plane.gateway.parts.spine, TENANT)
const pages = async (scene: Scene) =>
  (await scene.record())
    .filter(({ type }) => type === 'approval.escalated' || type === 'approval.handed_over')
    .map(({ data }) => [data.reason, data.person])

describe('a request nobody answers', () => {
  it('pages the next after two minutes and the next role at half the time; the earlier yes is advice [R94 R150]', async () => {
    const backup = await person(['shift-lead'])
    const { scene, target, held } = await isolation()
    plane.clock.advance(2 * MINUTE_MS)
    await timer()
    expect(await pages(scene)).toEqual([['unacknowledged', backup.id]])
    expect(await now(held)).toMatchObject({ owner: plane.dana.id, accountable: 'shift-lead' })
    plane.clock.advance(6 * MINUTE_MS)
    await timer()
    expect(await now(held)).toMatchObject({
      owner: plane.ines.id,
      accountable: 'incident-commander',
    })
    expect(await world.yes(plane.dana, held.id)).toBe('advised: role')
    expect(world.ran(target)).toBe(0)
    expect(await world.yes(plane.ines, held.id)).toBe('released')
    expect(await (await world.renew(scene)).call('soc__isolate', { target })).toBeDefined()
    expect(world.ran(target)).toBe(1)
  })

  it('has climbed when it is used, even if no timer ran [R94]', async () => {
    const { target, held } = await isolation()
    plane.clock.advance(8 * MINUTE_MS)
    expect(await world.yes(plane.dana, held.id)).toBe('advised: role')
    expect(await now(held)).toMatchObject({ owner: plane.ines.id })
    expect(world.ran(target)).toBe(0)
  })
})

describe('an owner who may not sign', () => {
  it('is passed over at once, and the next eligible person is asked [R128]', async () => {
    const { held } = await isolation()
    expect((await now(held)).owner).toBe(plane.dana.id)
    const path = `/api/v1/people/${plane.dana.id}`
    const backup = await person(['shift-lead'])
    await rest(plane, plane.petra, 'POST', path, { state: 'suspended' })
    await timer()
    expect((await now(held)).owner).not.toBe(plane.dana.id)
    expect(backup.state).toBe('active')
    await rest(plane, plane.petra, 'POST', path, { state: 'active' })
  })

  it('because somebody marked them as suspect in the case, with a reason, until it is cleared [R131]', async () => {
    const { scene, target, held } = await isolation()
    const caseId = String(held.shown.case)
    const path = `/api/v1/cases/${caseId}/suspects/${plane.dana.id}`
    const marked = await rest(plane, plane.alex, 'PUT', path, { reason: 'the session is hers' })
    expect(marked.status).toBe(200)
    expect(await world.yes(plane.dana, held.id)).toBe('advised: suspect')
    expect(world.ran(target)).toBe(0)
    const own = await rest(plane, plane.dana, 'DELETE', path, { reason: 'it was not me' })
    expect([own.status, own.body.code]).toEqual([403, 'not_permitted'])
    const cleared = await rest(plane, plane.ines, 'DELETE', path, { reason: 'it was her laptop' })
    expect(cleared.status).toBe(200)
    const types = (await scene.record()).map(({ type }) => type)
    expect(types).toEqual(expect.arrayContaining(['suspect.marked', 'suspect.cleared']))
  })
})

describe('authority that was lent', () => {
  const lend = (by: TestPerson, to: TestPerson, more: object = {}) =>
    rest(plane, by, 'POST', '/api/v1/delegations', {
      delegate: to.id,
      role: 'shift-lead',
      classes: ['contain'],
      to_ms: plane.clock.nowMs() + 30 * MINUTE_MS,
      reason: 'I am in a crisis call',
      ...more,
    })
  const take = (by: TestPerson, held: Held) =>
    rest(plane, by, 'POST', `/api/v1/approvals/${held.id}/take-over`, {
      seen_digest: held.shown.action_digest,
      reason: 'on behalf of the lead',
    })

  it('releases in the name of both, until it is taken back; it cannot be lent on [R134]', async () => {
    const junior = await person(['tier3-analyst'])
    const third = await person(['tier3-analyst'])
    const { scene, held } = await isolation()
    expect((await take(junior, held)).body.code).toBe('not_eligible')
    const lent = await lend(plane.dana, junior)
    expect(lent.status).toBe(201)
    expect((await lend(junior, third)).body.code).toBe('not_permitted')
    expect((await take(junior, held)).status).toBe(200)
    expect(await world.yes(junior, held.id)).toBe('released')
    const granted = (await scene.record()).find(({ type }) => type === 'approval.granted')
    const { id } = lent.body.delegation as unknown as { id: string }
    expect(granted?.data).toMatchObject({ person: junior.id, role: 'shift-lead', delegation: id })
    const ended = await rest(plane, plane.dana, 'DELETE', `/api/v1/delegations/${id}`)
    expect(ended.status).toBe(200)
    const again = await isolation()
    expect((await take(junior, again.held)).body.code).toBe('not_eligible')
  })

  it('never reaches beyond the lender, is worth nothing to the uncertified, and has an end [R134]', async () => {
    const junior = await addPerson(plane.gateway, fresh('junior'), ['tier3-analyst'])
    const able = await person(['tier3-analyst'])
    expect((await lend(plane.dana, junior)).body.code).toBe('request_invalid')
    expect((await lend(plane.dana, able, { role: 'incident-commander' })).body.code).toBe(
      'not_permitted',
    )
    expect((await lend(plane.dana, able, { classes: ['contain:device'] })).body.code).toBe(
      'not_permitted',
    )
    expect((await lend(plane.dana, able, { to_ms: plane.clock.nowMs() - 1 })).body.code).toBe(
      'request_invalid',
    )
    const far = { to_ms: plane.clock.nowMs() + 15 * 24 * 60 * MINUTE_MS }
    expect((await lend(plane.dana, able, far)).body.code).toBe('request_invalid')
  })

  it('ends when either of the two is suspended, for good [R134]', async () => {
    const lead = await person(['shift-lead'])
    const junior = await person(['tier3-analyst'])
    await lend(lead, junior)
    const { held } = await isolation()
    const path = `/api/v1/people/${lead.id}`
    await rest(plane, plane.petra, 'POST', path, { state: 'suspended' })
    await rest(plane, plane.petra, 'POST', path, { state: 'active' })
    expect((await take(junior, held)).body.code).toBe('not_eligible')
  })
})
