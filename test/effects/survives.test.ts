import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweepContainments } from '../../src/command/sweep.ts'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import { createBreaker } from '../../src/enforcement/breaker.ts'
import { type AgentClient, saidBy } from '../harness/agent-client.ts'
import { sqliteDatabase } from '../harness/databases.ts'
import { entriesOf, FENCE_ENTRIES, type FencePlane, startFence } from '../harness/fence.ts'
import { decide } from '../harness/people.ts'
import { testClock } from '../harness/stores.ts'

const WIDTH = { windowMs: 3_600_000, perTask: 3, perAgent: 4, perTenant: 1_000 }
/** The clock is turned by days here; how old facts may be is tested elsewhere. */
const FRESH = { caseMs: 7 * 86_400_000, assetMs: 7 * 86_400_000, rosterMs: 86_400_000 }

let fence: FencePlane
beforeAll(async () => {
  const isolate = {
    ...FENCE_ENTRIES.isolate,
    idempotencyArgument: 'request_key',
  }
  const grow = {
    effect: 'write',
    verb: 'set',
    target: { kind: 'device', from: 'args.account' },
    reversibility: 'compensable',
    completesWithinMs: 600_000,
    probe: {
      tool: 'groups_of',
      arguments: { account: 'args.account' },
      expect: 'result.structuredContent.groups == args.groups',
    },
  }
  const { probe: _, ...unseen } = FENCE_ENTRIES.isolate
  const remark = { ...unseen, ends: { minutes: '30', atEnd: 'hold' } }
  fence = await startFence(
    { ...FENCE_ENTRIES, isolate, set_groups: grow, remark },
    { config: { limits: { ...DEFAULT_LIMITS, freshness: FRESH, fanOut: WIDTH } } },
  )
}, 60_000)
afterAll(() => fence?.plane.close())

const call = (id: string) => fence.plane.gateway.parts.store.calls.byId('main', id)
const effect = (id: string) => fence.plane.gateway.parts.store.effects.byCall('main', id)

async function look(minutes: number): Promise<void> {
  fence.plane.clock.advance(minutes * 60_000)
  await sweepContainments(fence.plane.gateway.parts.spine)
}

describe('a call whose answer was lost', () => {
  it('is found applied by a look at its effect, and never sent again', async () => {
    const { change, done, host, ran } = fence
    const target = host()
    change({ faults: { isolate: 'exit' } })
    const id = await done('isolate', { target, minutes: 120 })
    change({ faults: {} })
    await look(1)
    expect(await call(id)).toMatchObject({ outcome: 'applied_verified' })
    expect(await effect(id)).toMatchObject({ state: 'standing' })
    expect(ran('isolate', target)).toBe(1)
    const { endsAtMs = 0, dueAtMs } = (await effect(id)) ?? {}
    expect(dueAtMs, 'its end is watched again').toBe(endsAtMs)
  }, 60_000)

  it('stays unknown while its target cannot be seen, and is settled when it can', async () => {
    const { plane, change, done, host } = fence
    const target = host()
    change({ faults: { isolate: 'exit', status: 'fail' } })
    const id = await done('isolate', { target, minutes: 600 })
    await look(1)
    await look(1)
    expect(await call(id)).toMatchObject({ outcome: 'unknown' })
    expect((await entriesOf(plane, 'effect.unseen')).at(-1)).toMatchObject({
      data: { effect_of: id },
    })
    change({ faults: {}, isolated: [] })
    await look(30)
    expect(await call(id)).toMatchObject({ outcome: 'no_effect' })
    expect(await effect(id)).toMatchObject({ state: 'none' })
  }, 60_000)
})

describe('a tool whose effect no read shows', () => {
  it('is noted once when its answer is lost, and its containment still ends on time', async () => {
    const { plane, change, done, host } = fence
    change({ faults: { remark: 'exit' } })
    const id = await done('remark', { target: host() })
    change({ faults: {} })
    const unseen = async () =>
      (await entriesOf(plane, 'effect.unseen')).filter(({ call: of }) => of === id).length
    for (let at = 0; at < 3; at++) await look(1)
    expect(await call(id)).toMatchObject({ outcome: 'unknown' })
    expect(await unseen()).toBe(1)
    await look(30)
    expect(await effect(id)).toMatchObject({ state: 'held' })
    expect(await unseen()).toBe(1)
  }, 60_000)
})

describe('a tool that answers before it is done', () => {
  it('is followed to its end', async () => {
    const { change, done, ran } = fence
    change({ faults: { set_groups: 'noop' } })
    const id = await done('set_groups', { account: 'host-1', groups: ['a'] })
    change({ faults: {} })
    await look(1)
    expect(await call(id)).toMatchObject({ outcome: 'unknown' })
    change({ groups: { 'host-1': ['a'] } })
    await look(5)
    expect(await call(id)).toMatchObject({ outcome: 'applied_verified' })
    expect(ran('set_groups', 'host-1')).toBe(1)
  }, 60_000)

  it('has had no effect when its time is over and none is seen', async () => {
    const { change, done } = fence
    change({ faults: { set_groups: 'noop' } })
    const id = await done('set_groups', { account: 'host-2', groups: ['a'] })
    change({ faults: {} })
    await look(11)
    expect(await call(id)).toMatchObject({ outcome: 'no_effect' })
  }, 60_000)
})

describe('the key by which a tool knows a repeated call', () => {
  it('is the id of the call, and not the agent to give', async () => {
    const { connect, done, host, state } = fence
    const target = host()
    fence.plane.clock.advance(2 * 3_600_000)
    const id = await done('isolate', { target, minutes: 5 })
    expect(state().calls.findLast(({ name }) => name === 'isolate')?.arguments).toEqual({
      target,
      minutes: 5,
      request_key: id,
    })
    const agent = await connect()
    const said = saidBy(await agent.call('fence__isolate', { target, request_key: 'mine' }))
    expect(said).toMatchObject({ code: 'confirmation_not_yours' })
    await agent.close()
  }, 60_000)
})

describe('many calls that each reach one target', () => {
  async function isolated(agent: AgentClient, target: string): Promise<string | undefined> {
    const held = saidBy(await agent.call('fence__isolate', { target }))
    await decide(fence.plane, fence.plane.dana, 'approve', held?.approval_id ?? '')
    return saidBy(await agent.call('fence__isolate', { target }))?.code
  }

  it('are as wide as one call that reaches many: refused beyond the limit and escalated [R41]', async () => {
    const { plane, connect, ran } = fence
    plane.clock.advance(2 * 3_600_000)
    const agent = await connect()
    const hosts = ['host-10', 'host-11', 'host-12', 'host-13', 'host-14']
    for (const target of hosts.slice(0, 3)) expect(await isolated(agent, target)).toBeUndefined()
    expect(await isolated(agent, 'host-10'), 'the same one again is no wider').toBeUndefined()
    expect(await isolated(agent, 'host-13')).toBe('fan_out_exceeded')
    expect(await isolated(agent, 'host-14')).toBe('fan_out_exceeded')
    expect(ran('isolate', 'host-13') + ran('isolate', 'host-14')).toBe(0)
    const rows = await sqliteDatabase(plane.dataDir).run(
      "select to_role from notice where kind = 'effect.exceeded'",
    )
    expect(rows, 'told once').toEqual([{ to_role: 'shift-lead' }])
    expect((await entriesOf(plane, 'oversight.finding')).at(-1)).toMatchObject({
      data: { finding: 'fan_out', severity: 'high' },
    })
    await agent.close()
    const next = await connect()
    expect(await isolated(next, 'host-13'), 'another task of the agent').toBeUndefined()
    expect(await isolated(next, 'host-14')).toBe('fan_out_exceeded')
    await next.close()
    plane.clock.advance(2 * 3_600_000)
    const later = await connect()
    expect(await isolated(later, 'host-14'), 'in another window').toBeUndefined()
    await later.close()
  }, 60_000)
})

describe('a tool server that does not answer', () => {
  it('is left alone for a while after so many failures, then asked once', () => {
    const clock = testClock()
    const breaker = createBreaker(clock)
    for (let at = 0; at < 7; at++) breaker.saw('edr', false)
    expect(breaker.lets('edr')).toBe(true)
    breaker.saw('edr', false)
    expect(breaker.lets('edr')).toBe(false)
    expect(breaker.lets('siem'), 'others are not its fault').toBe(true)
    clock.advance(30_000)
    expect(breaker.lets('edr')).toBe(true)
    expect(breaker.lets('edr'), 'one at a time').toBe(false)
    breaker.saw('edr', true)
    expect(breaker.lets('edr')).toBe(true)
  })

  it('gets nothing, and the refusal says so', async () => {
    const { plane, change, connect, state } = fence
    plane.clock.advance(2 * 3_600_000)
    const agent = await connect()
    change({ faults: { status: 'exit' } })
    for (let at = 0; at < 8; at++) await agent.call('fence__status', { target: 'host-1' })
    const before = state().calls.length
    const said = saidBy(await agent.call('fence__status', { target: 'host-1' }))
    expect(said).toMatchObject({ code: 'upstream_unreachable' })
    expect(said?.detail).toContain('has not answered lately')
    expect(state().calls).toHaveLength(before)
    change({ faults: {} })
    plane.clock.advance(31_000)
    expect(saidBy(await agent.call('fence__status', { target: 'host-1' }))).toBeUndefined()
    await agent.close()
  }, 60_000)
})
