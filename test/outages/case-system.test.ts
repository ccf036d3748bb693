import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import { rest } from '../harness/people.ts'
import { openWorld, type Scene, type World } from '../promises-e2e/world.ts'
import { decisionsIn, markOf, refusalIn } from './marks.ts'

const MINUTE_MS = 60_000
const LIMITS = {
  ...DEFAULT_LIMITS,
  freshness: { ...DEFAULT_LIMITS.freshness, caseMs: 3 * MINUTE_MS },
}

describe('a case system that has fallen silent', () => {
  let world: World
  let scene: Scene
  beforeAll(async () => {
    world = await openWorld({ config: { limits: LIMITS } })
    scene = await world.scene({ severity: 4 })
  }, 60_000)
  afterAll(() => world.close())

  /** What the connector of the ticket system sends over REST. */
  const reported = async (ref: string) => {
    const body = { title: 'SSH brute force', state: 'open', severity: 4, tags: [], source: 'desk' }
    const { status } = await rest(
      world.plane,
      world.plane.petra,
      'PUT',
      `/api/v1/cases/${ref}`,
      body,
    )
    expect(status).toBe(200)
  }

  it('refuses from a triage change up, marks what it reads, keeps questions and yeses, and recovers with the next report', async () => {
    const { plane } = world
    const [target, other] = [await world.asset('device'), await world.asset('device')]
    const signed = await scene.hold('isolate', { target })
    const open = await scene.hold('isolate', { target: other })
    expect(await world.yes(plane.alex, signed.id)).toBe('released')

    plane.clock.advance(4 * MINUTE_MS)
    const no = refusalIn(await scene.call('soc__raise_severity', { target: scene.caseRef }))
    expect(no).toMatchObject({ code: 'facts_unavailable' })
    expect(no.detail).toContain('Not known now: case')
    expect(no.next).toMatch(/reads continue/)
    for (const tool of ['lower_severity', 'set', 'isolate', 'disable_account', 'wipe']) {
      expect(await scene.ask(tool, { target }), tool).toBe('facts_unavailable')
    }
    expect(world.ran(target)).toBe(0)
    expect(markOf(await scene.call('soc__look', { text: 'x' }))).toEqual(['case'])
    expect(markOf(await scene.call('soc__note', {}))).toEqual(['case'])
    const shown = await rest(plane, plane.petra, 'GET', `/api/v1/approvals/${open.id}`)
    expect(shown.body.state).toBe('pending')

    await reported(scene.caseRef)
    expect(markOf(await scene.call('soc__isolate', { target }))).toBeUndefined()
    expect(world.ran(target)).toBe(1)
    expect(markOf(await scene.call('soc__look', { text: 'x' }))).toBeUndefined()
    expect(await world.yes(plane.alex, open.id), 'people can still answer it').toBe('released')
    expect(decisionsIn(await scene.record()).slice(2)).toEqual([
      'deny influence case',
      'deny influence case',
      'deny write case',
      'deny contain case',
      'deny identity case',
      'deny destructive case',
      'allow read case',
      'allow annotate case',
      'allow contain',
      'allow read',
    ])
  })

  it('of which one case is silent leaves the others alone', async () => {
    const [silent, other] = [await world.scene(), await world.scene()]
    world.plane.clock.advance(4 * MINUTE_MS)
    await reported(other.caseRef)
    expect(await silent.ask('raise_severity', { target: silent.caseRef })).toBe('facts_unavailable')
    expect(await other.ask('raise_severity', { target: other.caseRef })).toBe('ran')
  })
})
