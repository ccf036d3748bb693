import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '../../src/command/sweep.ts'
import { type Gateway, startGateway } from '../../src/main.ts'
import { TENANT } from '../../src/wiring.ts'
import { connectAgent } from '../harness/agent-client.ts'
import { sqliteDatabase } from '../harness/databases.ts'
import { entriesOf } from '../harness/fence.ts'
import { rest } from '../harness/people.ts'
import { expectSoundLedger, taskToken } from '../harness/plane.ts'
import { quiet } from '../harness/quiet.ts'
import { openWorld, type Scene, type World } from '../promises-e2e/world.ts'
import { decisionsIn, markOf, refusalIn } from './marks.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

describe('a clock that somebody sets', () => {
  let dataDir: string
  let world: World
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'countersign-clock-'))
    world = await openWorld({ dataDir })
  }, 60_000)
  afterAll(async () => {
    await world.close()
    rmSync(dataDir, { recursive: true })
  })

  const pendingState = async (id: string) =>
    (await rest(world.plane, world.plane.petra, 'GET', `/api/v1/approvals/${id}`)).body.state
  const look = () => world.plane.gateway.parts.watchClock()
  const lastOf = async (type: string) => (await entriesOf(world.plane, type)).at(-1)?.data
  const ready = async () => {
    const { status, body } = await rest(world.plane, undefined, 'GET', '/readyz')
    return { status, text: JSON.stringify(body) }
  }
  /** Held calls: one a person has said yes to, and one nobody has answered. */
  const asked = async (scene: Scene) => {
    const [target, other] = [await world.asset('device'), await world.asset('device')]
    const signed = await scene.hold('isolate', { target })
    const open = await scene.hold('isolate', { target: other })
    expect(await world.yes(world.plane.alex, signed.id)).toBe('released')
    return { target, open: open.id }
  }

  it.each([
    ['ahead', 3 * HOUR_MS],
    ['back', -3 * HOUR_MS],
  ])(
    '%s: refuses from a triage change up, reads on, ends nothing, and goes on when it is right again',
    async (direction, byMs) => {
      const { plane } = world
      const scene = await world.scene()
      const { target, open } = await asked(scene)

      plane.clock.set(byMs)
      const no = refusalIn(await scene.call('soc__raise_severity', { target: scene.caseRef }))
      expect(no).toMatchObject({ code: 'facts_unavailable' })
      expect(no.detail).toContain('Not known now: clock')
      expect(no.next).toMatch(/reads continue/)
      for (const tool of ['lower_severity', 'set', 'isolate', 'disable_account', 'wipe']) {
        expect(await scene.ask(tool, { target }), tool).toBe('facts_unavailable')
      }
      expect(world.ran(target)).toBe(0)
      expect(markOf(await scene.call('soc__look', { text: 'x' }))).toEqual(['clock'])
      expect(markOf(await scene.call('soc__note', {}))).toEqual(['clock'])
      expect(await ready()).toMatchObject({
        status: 503,
        text: expect.stringContaining('clock_skewed'),
      })
      await look()
      await sweep(plane.gateway.parts.spine, TENANT)
      expect(await pendingState(open), 'no timer ran out').toBe('pending')
      expect(await lastOf('clock.jumped')).toMatchObject({ direction })
      const paged = await sqliteDatabase(dataDir).run(
        "select urgency, to_role from notice where kind = 'clock.jumped' order by at_ms desc limit 1",
      )
      expect(paged).toEqual([{ urgency: 'page', to_role: 'platform-engineer' }])

      plane.clock.set(-byMs)
      await look()
      expect(await lastOf('clock.steady')).toMatchObject({ how: 'returned', direction })
      expect(markOf(await scene.call('soc__isolate', { target }))).toBeUndefined()
      expect(world.ran(target)).toBe(1)
      expect(await pendingState(open)).toBe('pending')
      expect((await ready()).status).toBe(200)
      const decisions = decisionsIn(await scene.record())
      expect(decisions.filter((one) => one.endsWith('clock'))).toHaveLength(8)
      expect(decisions.at(-1)).toBe('allow contain')
    },
  )

  it.each([
    ['ahead', 2 * HOUR_MS],
    ['back', -2 * HOUR_MS],
  ])('%s for good: is believed after five minutes, without a person', async (_direction, byMs) => {
    const { plane } = world
    const scene = await world.scene()
    plane.clock.set(byMs)
    expect(await scene.ask('raise_severity', { target: scene.caseRef })).toBe('facts_unavailable')
    await look()
    plane.clock.advance(5 * MINUTE_MS)
    await scene.report({})
    await look()
    expect(await lastOf('clock.steady')).toMatchObject({ how: 'believed' })
    const later = await world.scene()
    expect(await later.ask('raise_severity', { target: later.caseRef })).toBe('ran')
    const again = await world.renew(scene)
    const result = await again.call('soc__raise_severity', { target: scene.caseRef })
    expect(markOf(result), 'and the case once it was reported again').toBeUndefined()
  })
})

describe('a clock that was set back while the gateway was down', () => {
  it('is found out by what is on record', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'countersign-clock-'))
    const { plane, asset, scene: open } = await openWorld({ dataDir })
    const scene = await open()
    const held = await scene.hold('isolate', { target: await asset('device') })
    await scene.close()
    await plane.gateway.close()
    plane.clock.set(-HOUR_MS)
    const gateway: Gateway = await startGateway(plane.gateway.config, {
      log: quiet,
      clock: plane.clock,
    })
    const reach = { ...plane, gateway }
    try {
      await gateway.listed
      plane.clock.set(HOUR_MS)
      const details = { case: scene.caseRef, task: scene.task }
      const token = await taskToken(reach, 'respond', details, scene.agent)
      const agent = await connectAgent(gateway.baseUrl, token)
      plane.clock.set(-HOUR_MS)
      const target = scene.caseRef
      expect(refusalIn(await agent.call('soc__raise_severity', { target })).detail).toContain(
        'clock',
      )
      expect(markOf(await agent.call('soc__look', { text: 'x' }))).toEqual(['clock'])
      const shown = await rest(reach, plane.petra, 'GET', `/api/v1/approvals/${held.id}`)
      expect(shown.body.state).toBe('pending')
      plane.clock.set(HOUR_MS)
      expect(markOf(await agent.call('soc__raise_severity', { target }))).toBeUndefined()
      await agent.close()
      await expectSoundLedger(gateway)
    } finally {
      await gateway.close()
      rmSync(dataDir, { recursive: true })
    }
  }, 60_000)
})
