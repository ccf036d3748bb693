import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOfJson } from '../../src/kernel/canonical-json.ts'
import type { DispatchSlot } from '../../src/kernel/dispatch-slot.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import { TENANT } from '../../src/wiring.ts'
import { saidBy } from '../harness/agent-client.ts'
import { rest } from '../harness/people.ts'
import type { Plane } from '../harness/plane.ts'
import { beforeNextCommit, holdAtTheDoor, type Sent, watchNextExchange } from './between.ts'
import type { RecordedEntry } from './record.ts'
import { openWorld, type World } from './world.ts'

let world: World
let plane: Plane
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
}, 60_000)
afterAll(() => world?.close())

/** What becomes of a frame that is sent with this right. */
async function sendWith(slot: DispatchSlot, frame: Sent['frame']): Promise<string> {
  const { spine } = plane.gateway.parts
  const digest = digestOfJson('countersign-frame-v1', frame)
  const back = { signal: new AbortController().signal }
  return spine.exchange(slot, frame, digest, undefined, 5_000, back).then(
    () => 'sent',
    (error: unknown) => codeOf(error),
  )
}

const ofType = (record: readonly RecordedEntry[], type: string) =>
  record.filter((entry) => entry.type === type)

const stateOf = async (lease: unknown) =>
  (await plane.gateway.parts.store.leases.byId(TENANT, String(lease)))?.state

describe('the right to call a tool', () => {
  it.each([
    ['a query', 'look', 'text', ''],
    ['an enrichment lookup', 'enrich', 'text', ''],
    ['a ticket update', 'set', 'ticket', 'alex'],
    ['a containment step', 'block', 'ipv4_net', 'dana'],
    ['an isolation', 'isolate', 'device', 'dana'],
  ] as const)(
    '%s runs on exactly one decision, and on the lease that decision minted [R5]',
    async (...row) => {
      const [, tool, kind, releaser] = row
      const scene = await world.scene()
      const target = await world.asset(kind, { environment: 'production' })
      const args = { target, text: target }
      const reached = () => world.tools.calls().length
      const before = reached()
      if (releaser !== '') {
        const held = await scene.hold(tool, args)
        expect(await world.yes(plane[releaser], held.id)).toBe('released')
      }
      const sent = watchNextExchange(plane)
      expect(await scene.ask(tool, args)).toBe('ran')
      expect(reached()).toBe(before + 1)

      const record = await scene.record()
      const allowing = ofType(record, 'tool.call.decided').filter(
        ({ data }) => data.decision === 'allow',
      )
      expect(allowing).toHaveLength(1)
      const [lease, ...moreLeases] = ofType(record, 'lease.issued')
      expect(moreLeases).toEqual([])
      expect(lease?.cites).toEqual([allowing[0]?.id])
      const [dispatched, ...more] = ofType(record, 'tool.call.dispatched')
      expect(more).toEqual([])
      expect(dispatched?.cites).toEqual([allowing[0]?.id, lease?.id])
      expect(dispatched?.data.lease).toBe(lease?.data.lease)

      const { slot, frame } = sent()
      expect(await sendWith(slot, frame)).toBe('slot_refused')
      expect(await sendWith(Object.freeze({}) as DispatchSlot, frame)).toBe('slot_refused')
      expect(reached()).toBe(before + 1)
    },
  )

  it('is minted after the decision and ends soon after the call may end [R16]', async () => {
    const scene = await world.scene()
    expect(await scene.ask('look', { text: 'x' })).toBe('ran')
    const record = await scene.record()
    const [decided] = ofType(record, 'tool.call.decided')
    const [lease] = ofType(record, 'lease.issued')
    expect(lease?.index).toBeGreaterThan(decided?.index ?? Number.POSITIVE_INFINITY)
    const livesMs = Date.parse(String(lease?.data.expires)) - plane.clock.nowMs()
    // The tool's own time limit of a minute and ten seconds for the way there and back.
    expect(livesMs).toBeLessThanOrEqual(70_000)
  })

  it('opens nothing else and nothing twice: not another tool, target or server, not the same call again [R31 R55 R89]', async () => {
    const scene = await world.scene()
    const sent = watchNextExchange(plane)
    const door = holdAtTheDoor(plane)
    const running = scene.ask('look', { text: 'mine' })
    await door.waiting(1)
    const before = world.tools.calls().length
    door.open()
    expect(await running).toBe('ran')
    const { slot, frame } = sent()
    const other = { ...frame, name: 'wipe', params: { ...frame.params, name: 'wipe' } }
    const elsewhere = { ...frame, upstream: 'edr' }
    const redirected = { ...frame, params: { ...frame.params, arguments: { text: 'yours' } } }
    for (const each of [other, elsewhere, redirected, frame]) {
      expect(await sendWith(slot, each)).toBe('slot_refused')
    }
    expect(world.tools.calls().length).toBe(before + 1)
  })
})

describe('the end of authority', () => {
  it('closing one of two tasks of an agent takes its lease and leaves that of the other [R17 R60]', async () => {
    const one = await world.scene()
    const { body } = await rest(plane, plane.alex, 'POST', '/api/v1/tasks', {
      agent: one.agent.id,
      case: one.caseRef,
      purpose: 'respond',
    })
    const task = (body.task as unknown as { id: string }).id
    const two = await world.renew({ ...one, task })
    const door = holdAtTheDoor(plane)
    const running = [one.ask('look', { text: '1' }), two.call('soc__look', { text: '2' })]
    await door.waiting(2)
    const leases = ofType(await one.record(), 'lease.issued')
    const ofTask = (id: string) => leases.find(({ data }) => data.task === id)?.data.lease
    expect(leases).toHaveLength(2)
    expect(ofTask(one.task)).not.toBe(ofTask(task))
    await rest(plane, plane.alex, 'POST', `/api/v1/tasks/${one.task}/close`)
    expect(await stateOf(ofTask(one.task))).toBe('revoked')
    expect(await stateOf(ofTask(task))).toBe('live')
    const revoked = ofType(await one.record(), 'lease.revoked')
    expect(revoked.map(({ data }) => data)).toEqual([
      { lease: ofTask(one.task), reason: 'task-closed' },
    ])
    door.open()
    await Promise.all(running)
    await expect(one.ask('look', { text: '3' })).rejects.toThrow()
    expect(saidBy(await two.call('soc__look', { text: '4' }))).toBeUndefined()
  })

  it('suspending an agent refuses its calls under way and ends its requests, approvals and leases [R18]', async () => {
    const scene = await world.scene()
    const [open, granted] = [
      await world.asset('device', { environment: 'production' }),
      await world.asset('device', { environment: 'production' }),
    ]
    const waiting = await scene.hold('isolate', { target: open })
    const ready = await scene.hold('isolate', { target: granted })
    expect(await world.yes(plane.dana, ready.id)).toBe('released')
    const door = holdAtTheDoor(plane)
    const atTheDoor = scene.ask('look', { text: 'x' })
    await door.waiting(1)
    const suspend = () =>
      rest(plane, plane.dana, 'POST', `/api/v1/agents/${scene.agent.id}/suspend`)
    beforeNextCommit(plane, suspend)
    expect(await scene.ask('isolate', { target: granted })).toMatch(
      /agent_not_active|approval_void/,
    )
    const record = await scene.record()
    expect(ofType(record, 'approval.cancelled')[0]?.data).toMatchObject({ request: waiting.id })
    expect(ofType(record, 'grant.voided')[0]?.data).toMatchObject({ request: ready.id })
    const [lease] = ofType(record, 'lease.issued')
    expect(await stateOf(lease?.data.lease)).toBe('revoked')
    expect(await world.yes(plane.dana, waiting.id)).toBe('409 approval_closed')
    await expect(scene.ask('look', { text: 'y' })).rejects.toThrow()
    door.open()
    await atTheDoor
    expect([world.ran(open), world.ran(granted)]).toEqual([0, 0])
  })

  it('a stop pressed by anybody, with nothing to confirm, halts what is approved; only leads lift it [R146]', async () => {
    const scene = await world.scene()
    const target = await world.asset('device', { environment: 'production' })
    const held = await scene.hold('isolate', { target })
    expect(await world.yes(plane.dana, held.id)).toBe('released')
    const pressed = await rest(plane, plane.alex, 'POST', '/api/v1/stops', { scope: 'writes' })
    expect(pressed.status).toBe(201)
    expect(await scene.ask('isolate', { target })).toBe('stopped')
    const { id } = pressed.body.stop as unknown as { id: string }
    const lift = (who: typeof plane.alex) =>
      rest(plane, who, 'DELETE', `/api/v1/stops/${id}`, { reason: 'all clear' })
    expect((await lift(plane.alex)).status).toBe(403)
    expect((await lift(plane.dana)).status).toBe(200)
    expect(await scene.ask('isolate', { target })).toBe(held.needs)
    expect(world.ran(target)).toBe(0)
  })
})
