import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweepContainments } from '../../src/command/sweep.ts'
import { Failure } from '../../src/kernel/failure.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { saidBy } from '../harness/agent-client.ts'
import { sqliteDatabase } from '../harness/databases.ts'
import { entriesOf, FENCE_ENTRIES, type FencePlane, startFence } from '../harness/fence.ts'
import { decide, rest } from '../harness/people.ts'
import { addAsset } from '../harness/plane.ts'

const account = { kind: 'account', from: 'args.account' }
const groupsOf = { tool: 'groups_of', arguments: { account: 'args.account' } }
const statusOf = { tool: 'status', arguments: { target: 'args.target' } }

const ENTRIES: Readonly<Record<string, JsonObject>> = {
  ...FENCE_ENTRIES,
  isolate: {
    ...FENCE_ENTRIES.isolate,
    preimage: statusOf,
    affected: 'has(result.structuredContent.also) ? result.structuredContent.also : []',
  },
  set_groups: {
    effect: 'identity',
    verb: 'set',
    target: account,
    reversibility: 'reversible',
    preimage: groupsOf,
    inverse: {
      tool: 'set_groups',
      arguments: { account: 'args.account', groups: 'before.structuredContent.groups' },
    },
    probe: { ...groupsOf, expect: 'result.structuredContent.groups == args.groups' },
  },
  remark: {
    effect: 'annotate',
    verb: 'annotate',
    target: { kind: 'device', from: 'args.target' },
    preimage: statusOf,
    unchanged: 'result.structuredContent.isolated == before.structuredContent.isolated',
  },
}

let fence: FencePlane
/** The label at which the gateway is made to lose its thread, once. */
let breaksAt: string | undefined
beforeAll(async () => {
  fence = await startFence(ENTRIES, {
    at: (label) => {
      if (label !== breaksAt) return
      breaksAt = undefined
      throw new Failure('internal', 'the node is gone')
    },
  })
  for (const name of ['mallory', 'trent']) await addAsset(fence.plane.gateway, 'account', name)
}, 60_000)
afterAll(() => fence?.plane.close())

async function paged(kind: string): Promise<readonly unknown[]> {
  const rows = await sqliteDatabase(fence.plane.dataDir).run(
    `select to_role, to_person from notice where kind = '${kind}' order by to_role`,
  )
  return rows.map(({ to_role, to_person }) => to_role ?? to_person)
}

describe('what a target looked like before', () => {
  it('is what an undo restores', async () => {
    const { plane, change, done, state, undo } = fence
    change({ groups: { mallory: ['staff', 'vpn', 'finance'] } })
    const call = await done('set_groups', { account: 'mallory', groups: ['staff'] })
    expect(state().groups.mallory).toEqual(['staff'])
    const dispatched = (await entriesOf(plane, 'tool.call.dispatched')).find(
      (entry) => entry.call === call,
    )
    const { before = '' } = (dispatched?.data ?? {}) as { before?: string }
    const evidence = await plane.gateway.parts.store.evidence.byId('main', before)
    expect(evidence).toMatchObject({ tool: 'fence__groups_of', caseId: plane.caseId })
    expect((await undo(plane.dana, call)).body).toMatchObject({ outcome: 'applied_verified' })
    expect(state().groups.mallory).toEqual(['staff', 'vpn', 'finance'])
  }, 60_000)

  it('must be known: without it the call is not made, and its approval is not used', async () => {
    const { change, done, ran } = fence
    change({ faults: { groups_of: 'fail' } })
    const args = { account: 'trent', groups: [] }
    await expect(done('set_groups', args)).rejects.toThrow('facts_unavailable')
    expect(ran('set_groups', 'trent')).toBe(0)
    change({ faults: {} })
  }, 60_000)

  it('is not taken away by an undo when the effect was there already', async () => {
    const { plane, change, done, host, state, undo } = fence
    const target = host()
    change({ isolated: [target] })
    const call = await done('isolate', { target })
    expect((await undo(plane.dana, call)).body).toMatchObject({ code: 'undo_impossible' })
    expect(state().isolated).toContain(target)
  }, 60_000)
})

describe('a call that does more than was decided about', () => {
  it('is alarmed and taken back when it touched other targets', async () => {
    const { plane, change, done, host, state, ran } = fence
    const target = host()
    change({ also: ['host-19'] })
    const call = await done('isolate', { target })
    change({ also: [] })
    expect((await entriesOf(plane, 'effect.exceeded')).at(-1)).toMatchObject({
      call,
      data: { what: 'more_targets', targets: 1, approved: 1 },
    })
    expect(ran('release', target)).toBe(1)
    expect(state().isolated).not.toContain(target)
    expect(await paged('effect.exceeded')).toEqual(
      expect.arrayContaining(['shift-lead', 'platform-engineer', plane.alex.id]),
    )
    expect((await entriesOf(plane, 'undo.started')).at(-1)).toMatchObject({
      data: { undoes: call, by: 'compensation' },
    })
  }, 60_000)

  it('is taken back by whoever comes next when the gateway dies right after the outcome, and once', async () => {
    const { plane, change, connect, host, ran, state } = fence
    const target = host()
    change({ also: ['host-18'] })
    const agent = await connect()
    const held = saidBy(await agent.call('fence__isolate', { target }))
    await decide(plane, plane.dana, 'approve', held?.approval_id ?? '')
    breaksAt = 'excess:after'
    await agent.call('fence__isolate', { target })
    change({ also: [] })
    expect(breaksAt, 'died there').toBeUndefined()
    expect(ran('release', target)).toBe(0)
    const { spine } = plane.gateway.parts
    plane.clock.advance(11_000)
    await sweepContainments(spine)
    expect(ran('release', target)).toBe(1)
    expect(state().isolated).not.toContain(target)
    await sweepContainments(spine)
    expect(ran('release', target)).toBe(1)
    await agent.close()
  }, 60_000)

  it('classed a remark and changing state, is suspended and re-classed, and its owner told [R53]', async () => {
    const { plane, change, connect, host } = fence
    const target = host()
    const agent = await connect()
    expect(saidBy(await agent.call('fence__remark', { target }))).toBeUndefined()
    expect(saidBy(await agent.call('fence__remark', { target })), 'as classed').toBeUndefined()
    change({ faults: { remark: 'isolates' } })
    expect(saidBy(await agent.call('fence__remark', { target }))).toBeUndefined()
    change({ faults: {} })
    const said = saidBy(await agent.call('fence__remark', { target }))
    expect(said).toMatchObject({ status: 'refused', code: 'tool_quarantined' })
    await agent.close()
    const { tools } = (await rest(plane, plane.petra, 'GET', '/api/v1/tools')).body as unknown as {
      tools: readonly Record<string, unknown>[]
    }
    expect(tools.find(({ name }) => name === 'remark')).toMatchObject({
      status: 'suspended',
      effect: 'write',
      findings: ['observed-effect', 'suspended'],
    })
    expect((await entriesOf(plane, 'effect.exceeded')).at(-1)).toMatchObject({
      data: { tool: 'fence__remark', what: 'state_change', observed: 'write' },
    })
  }, 60_000)
})
