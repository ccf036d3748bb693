import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { entriesOf } from '../harness/fence.ts'
import { giveKey, signedBy } from '../harness/passkeys.ts'
import { rest } from '../harness/people.ts'
import { addPerson, type TestPerson } from '../harness/plane.ts'
import { openWorld, type World } from './world.ts'

type Change = { readonly id: string; readonly digest: string; readonly kind: string }

/** Each publication checks a whole bundle, the first one with an engine that has yet to start. */
describe('the thresholds of risk', { timeout: 60_000 }, () => {
  let world: World
  beforeAll(async () => {
    world = await openWorld()
  }, 60_000)
  afterAll(() => world?.close())

  const documentsWith = async (changed: object) => {
    const { body } = await rest(world.plane, world.plane.petra, 'GET', '/api/v1/policies/active')
    const { policies, thresholds, owners, limits, monitored } = body.bundle as never as Record<
      string,
      object
    >
    return { policies, owners, limits, monitored, thresholds: { ...thresholds, ...changed } }
  }
  const publish = async (by: TestPerson, changed: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${world.plane.gateway.baseUrl}/api/v1/policies`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${by.token}`, 'content-type': 'application/json' },
        ...headers,
      },
      body: JSON.stringify({ documents: await documentsWith(changed) }),
    })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  it('are not published before the day they say they begin', async () => {
    const refused = await publish(world.plane.petra, {
      effectiveFrom: '2999-01-01',
      reviewBy: '2999-06-01',
    })
    expect(refused).toMatchObject({ status: 400, body: { code: 'policy_invalid' } })
    expect(refused.body.detail).toContain('in effect from 2999-01-01, not yet')
  })

  it('stand in every decision by version, and change only by two people, at an instant that is on record [R35]', async () => {
    const { plane } = world
    const scene = await world.scene()
    const cited = async () => {
      expect(await scene.ask('look', { text: 'x' })).toBe('ran')
      const decided = (await scene.record()).filter(({ type }) => type === 'tool.call.decided')
      return decided.at(-1)?.data.thresholds
    }
    const asked = async () => {
      const target = await world.asset('ticket', { criticality: 3 })
      return (await scene.hold('set', { target })).needs
    }
    expect([await cited(), await asked()]).toEqual(['base-1', 'confirm analyst'])
    const pia = await addPerson(plane.gateway, 'Pia', ['platform-engineer'])
    const { restParts, store } = plane.gateway.parts
    await giveKey({ ...restParts, store }, pia)

    const stricter = { version: 'q3-2', rationale: 'A file server counts.', criticalFrom: 3 }
    expect(await publish(plane.petra, stricter), 'by one person').toMatchObject({
      status: 409,
      body: { code: 'second_person_needed' },
    })
    const propose = { 'countersign-propose': encodeURIComponent('the review of July') }
    expect((await publish(plane.petra, stricter, propose)).body.code).toBe('change_proposed')
    expect([await cited(), await asked()], 'proposed is not in force').toEqual([
      'base-1',
      'confirm analyst',
    ])

    const { body } = await rest(plane, pia, 'GET', '/api/v1/changes?state=proposed')
    const [change] = body.changes as unknown as Change[]
    const { id = '', digest = '' } = change ?? {}
    const confirmed = await rest(plane, pia, 'POST', `/api/v1/changes/${id}/confirm`, {
      seen_digest: digest,
      ...signedBy(plane.gateway.baseUrl, pia, digest),
    })
    expect(confirmed.status).toBe(200)
    expect(await cited()).toBe('q3-2')
    expect(await asked()).toContain('approve shift-lead')

    const published = (await entriesOf(plane, 'policy.published')).at(-1)
    expect(published).toMatchObject({
      actor: { id: plane.petra.id },
      data: { thresholds: 'q3-2', proven: true },
    })
    expect((await entriesOf(plane, 'change.confirmed')).at(-1)).toMatchObject({
      actor: { id: pia.id },
      data: { change: id, digest },
    })
    const sinceMs = Date.parse(String(published?.time))
    for (const { time, data } of await entriesOf(plane, 'tool.call.decided')) {
      const { thresholds } = data as { readonly thresholds?: string }
      if (thresholds === undefined) continue
      const isNew = thresholds === 'q3-2'
      if (isNew) expect(Date.parse(String(time))).toBeGreaterThanOrEqual(sinceMs)
      else expect(Date.parse(String(time))).toBeLessThanOrEqual(sinceMs)
    }
  })
})
