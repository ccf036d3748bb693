import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putShift } from '../../src/command/put-shift.ts'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import { TENANT } from '../../src/wiring.ts'
import { rest } from '../harness/people.ts'
import { openWorld, type Scene, type World } from '../promises-e2e/world.ts'
import { calendar, event } from '../roster/calendar.ts'
import { startTestServer, type TestServer } from '../roster/http-server.ts'
import { decisionsIn, markOf, refusalIn } from './marks.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const LIMITS = {
  ...DEFAULT_LIMITS,
  freshness: { ...DEFAULT_LIMITS.freshness, rosterMs: 3 * MINUTE_MS },
}

describe('a rota that cannot be read', () => {
  let server: TestServer
  let world: World
  let scene: Scene
  beforeAll(async () => {
    server = await startTestServer()
    const url = `${server.origin}/soc.ics`
    const rota = { id: 'soc', kind: 'ical', role: 'shift-lead', events: [], url } as const
    world = await openWorld({ config: { rosters: [rota], limits: LIMITS } })
    // The shifts the harness entered by hand are over: from now on only the feed says who is on duty.
    world.plane.clock.advance(13 * HOUR_MS)
    server.say({ status: 200, body: rotaOf(world.plane.dana.email) })
    await world.plane.gateway.refreshRosters()
    scene = await world.scene()
  }, 60_000)
  afterAll(async () => {
    await world.close()
    await server.close()
  })

  const rotaOf = (email: string) => {
    const stamp = (hours: number) =>
      new Date(world.plane.clock.nowMs() + hours * HOUR_MS).toISOString().replace(/[-:]|\.\d+/g, '')
    const span = [`DTSTART:${stamp(-2)}`, `DTEND:${stamp(20)}`]
    return calendar(...event(...span, `ATTENDEE:mailto:${email}`))
  }
  const requestState = async (id: string) =>
    (await rest(world.plane, world.plane.petra, 'GET', `/api/v1/approvals/${id}`)).body.state

  it('stands in for a while, then refuses from a triage change up, loses nothing, and recovers by itself', async () => {
    const { plane } = world
    const [target, other] = [await world.asset('device'), await world.asset('device')]
    const signed = await scene.hold('isolate', { target })
    const open = await scene.hold('isolate', { target: other })
    expect(await world.yes(plane.dana, signed.id)).toBe('released')

    server.say({ status: 503, body: 'down for maintenance' })
    await plane.gateway.refreshRosters()
    expect(await scene.ask('raise_severity', { target: scene.caseRef }), 'stands in').toBe('ran')

    plane.clock.advance(4 * MINUTE_MS)
    await plane.gateway.refreshRosters()
    const no = refusalIn(await scene.call('soc__raise_severity', { target: scene.caseRef }))
    expect(no).toMatchObject({ code: 'facts_unavailable' })
    expect(no.detail, 'why').toContain('Not known now: roster')
    expect(no.next, 'what next').toMatch(/reads continue/)
    for (const tool of ['lower_severity', 'set', 'isolate', 'disable_account', 'wipe']) {
      expect(await scene.ask(tool, { target }), tool).toBe('facts_unavailable')
    }
    expect(world.ran(target)).toBe(0)
    expect(markOf(await scene.call('soc__look', { text: 'x' }))).toEqual(['roster'])
    expect(markOf(await scene.call('soc__note', {}))).toEqual(['roster'])
    expect(await requestState(open.id), 'the question is still there').toBe('pending')

    server.say({ status: 200, body: rotaOf(plane.dana.email) })
    await plane.gateway.refreshRosters()
    expect(markOf(await scene.call('soc__isolate', { target })), 'the yes still stands').toBe(
      undefined,
    )
    expect(world.ran(target)).toBe(1)
    expect(await scene.ask('raise_severity', { target: scene.caseRef })).toBe('ran')
    expect(await requestState(open.id)).toBe('pending')
    expect(decisionsIn(await scene.record()).slice(3)).toEqual([
      'deny influence roster',
      'deny influence roster',
      'deny write roster',
      'deny contain roster',
      'deny identity roster',
      'deny destructive roster',
      'allow read roster',
      'allow annotate roster',
      'allow contain',
      'allow influence',
    ])
  })

  it('says the same over HTTP, and a shift entered by hand is the way out', async () => {
    const { plane } = world
    const own = await world.scene()
    const call = async (tool: string) => {
      const response = await fetch(`${plane.gateway.baseUrl}/api/v1/calls`, {
        method: 'POST',
        headers: { authorization: `Bearer ${own.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ tool: `soc__${tool}`, arguments: { target: own.caseRef } }),
      })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
    server.say({ status: 200, isBroken: true })
    plane.clock.advance(4 * MINUTE_MS)
    await plane.gateway.refreshRosters()
    expect(await call('raise_severity')).toMatchObject({
      status: 503,
      body: { code: 'facts_unavailable' },
    })
    expect((await call('look')).body.stale).toEqual(['roster'])
    const nowMs = plane.clock.nowMs()
    await putShift(plane.gateway.parts.restParts, {
      tenant: TENANT,
      by: { kind: 'system', part: 'test' },
      role: 'incident-commander',
      person: plane.ines.id,
      fromMs: nowMs,
      toMs: nowMs + HOUR_MS,
      source: 'by-hand',
    })
    expect((await call('raise_severity')).status).toBe(200)
    expect((await call('look')).body.stale).toBeUndefined()
  })
})
