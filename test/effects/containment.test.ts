import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweepContainments } from '../../src/command/sweep.ts'
import { sqliteDatabase } from '../harness/databases.ts'
import { entriesOf, FENCE_ENTRIES, type FencePlane, startFence } from '../harness/fence.ts'
import { rest } from '../harness/people.ts'

const MINUTE_MS = 60_000

/** The same act in its three endings; the tool server is one and does not know of them. */
const { isolate } = FENCE_ENTRIES
const fences: Record<string, FencePlane> = {}
beforeAll(async () => {
  const { inverse, ...rest } = isolate
  void inverse
  const entries = (entry: object) => ({ ...FENCE_ENTRIES, isolate: entry as typeof isolate })
  fences.hold = await startFence()
  fences.revert = await startFence(
    entries({ ...isolate, ends: { minutes: 'args.minutes', atEnd: 'revert' } }),
  )
  fences.self = await startFence(
    entries({ ...rest, reversibility: 'time-limited', ends: { minutes: 'args.minutes' } }),
  )
}, 90_000)
afterAll(async () => {
  for (const { plane } of Object.values(fences)) {
    await plane.close()
  }
})

function fenceThat(atEnd: 'hold' | 'revert' | 'self'): FencePlane {
  const fence = fences[atEnd]
  if (fence === undefined) throw new Error('not started')
  return fence
}

type Row = Record<string, unknown>

async function board({ plane }: FencePlane): Promise<readonly Row[]> {
  const answer = await rest(plane, plane.alex, 'GET', '/api/v1/containments')
  return (answer.body as unknown as { containments: readonly Row[] }).containments
}

async function pass({ plane }: FencePlane, minutes: number): Promise<void> {
  plane.clock.advance(minutes * MINUTE_MS)
  // The gateway's own timer runs too; whoever is first does it, and doing it twice does it once.
  while ((await sweepContainments(plane.gateway.parts.spine)) > 0);
}

async function paged({ plane }: FencePlane, call: string): Promise<readonly unknown[]> {
  const rows = await sqliteDatabase(plane.dataDir).run(
    "select to_role, about from notice where kind = 'containment.ended' and urgency = 'page'",
  )
  return rows.filter(({ about }) => JSON.parse(String(about)).containment === call)
}

async function endOf({ plane }: FencePlane, call: string): Promise<readonly unknown[]> {
  const both = ['containment.ended', 'containment.overdue'].map((type) => entriesOf(plane, type))
  return (await Promise.all(both))
    .flat()
    .map((entry) => entry.data as Row)
    .filter(({ contained }) => contained === call)
    .map(({ how }) => how)
}

describe('a containment', () => {
  it('is on the board with its target and its end, and leaves it when it is lifted', async () => {
    const fence = fenceThat('hold')
    const target = fence.host()
    const call = await fence.done('isolate', { target, minutes: 30 })
    const row = (await board(fence)).find((each) => each.call === call)
    expect(row).toMatchObject({
      targets: [{ kind: 'device', id: target }],
      state: 'standing',
      at_end: 'hold',
      overdue: false,
    })
    const leftMs = Number(row?.ends_at_ms) - fence.plane.clock.nowMs()
    expect(leftMs).toBeGreaterThan(29 * MINUTE_MS)
    expect(leftMs).toBeLessThanOrEqual(30 * MINUTE_MS)
    await fence.undo(fence.plane.dana, call)
    expect((await board(fence)).map((each) => each.call)).not.toContain(call)
  }, 60_000)

  it('has an end even when nobody said when: one shift', async () => {
    const fence = fenceThat('hold')
    const call = await fence.done('isolate', { target: fence.host() })
    const row = (await board(fence)).find((each) => each.call === call)
    const leftMs = Number(row?.ends_at_ms) - fence.plane.clock.nowMs()
    expect(Math.round(leftMs / MINUTE_MS)).toBe(480)
    await fence.undo(fence.plane.dana, call)
  }, 60_000)

  it('never releases itself when its time is over: it holds and pages', async () => {
    const fence = fenceThat('hold')
    const target = fence.host()
    const call = await fence.done('isolate', { target, minutes: 5 })
    await pass(fence, 6)
    expect(fence.state().isolated).toContain(target)
    expect(fence.ran('release', target)).toBe(0)
    expect(await paged(fence, call)).toMatchObject([{ to_role: 'shift-lead' }])
    expect(await endOf(fence, call)).toEqual(['holds'])
    const row = (await board(fence)).find((each) => each.call === call)
    expect(row).toMatchObject({ state: 'held', overdue: true })
    await pass(fence, 10)
    expect(await paged(fence, call), 'once').toHaveLength(1)
    expect((await fence.undo(fence.plane.dana, call)).body).toMatchObject({ kind: 'lifted' })
  }, 60_000)

  it('lasts longer when a person who may lift it decides so, and only then', async () => {
    const fence = fenceThat('hold')
    const { plane } = fence
    const target = fence.host()
    const call = await fence.done('isolate', { target, minutes: 5 })
    const path = `/api/v1/containments/${call}/extend`
    const order = { minutes: 60, reason: 'forensics still runs' }
    const refused = await rest(plane, plane.alex, 'POST', path, order)
    expect(refused.body).toMatchObject({ code: 'not_eligible' })
    const extended = await rest(plane, plane.dana, 'POST', path, order)
    expect(extended.status).toBe(200)
    await pass(fence, 30)
    expect(await paged(fence, call)).toEqual([])
    expect((await entriesOf(plane, 'containment.extended')).at(-1)).toMatchObject({
      actor: { id: plane.dana.id },
      data: { contained: call, by: 'approver' },
    })
    await pass(fence, 31)
    expect(await endOf(fence, call)).toEqual(['holds'])
    await fence.undo(plane.dana, call)
  }, 60_000)

  it('is reverted at its end where its class says so, seen by a probe', async () => {
    const fence = fenceThat('revert')
    const target = fence.host()
    await fence.done('isolate', { target, minutes: 5 })
    await pass(fence, 6)
    expect(fence.state().isolated).not.toContain(target)
    expect(fence.ran('release', target)).toBe(1)
    expect((await entriesOf(fence.plane, 'undo.done')).at(-1)).toMatchObject({
      actor: { kind: 'system', id: 'containment-timer' },
      data: { outcome: 'applied_verified' },
    })
    expect(await board(fence)).toEqual([])
  }, 60_000)

  it('pages when it could not be reverted, and holds', async () => {
    const fence = fenceThat('revert')
    const target = fence.host()
    const call = await fence.done('isolate', { target, minutes: 5 })
    fence.change({ faults: { release: 'fail' } })
    await pass(fence, 6)
    fence.change({ faults: {} })
    expect(fence.state().isolated).toContain(target)
    expect(await endOf(fence, call)).toEqual(['not_reverted'])
    expect(await paged(fence, call)).toHaveLength(1)
    await pass(fence, 10)
    expect(fence.ran('release', target), 'no second try without a person').toBe(1)
    await fence.undo(fence.plane.dana, call)
  }, 60_000)

  it('that the target ends by itself is looked at and never lifted', async () => {
    const fence = fenceThat('self')
    const target = fence.host()
    const call = await fence.done('isolate', { target, minutes: 5 })
    fence.change({ isolated: [] })
    await pass(fence, 6)
    expect(await endOf(fence, call)).toEqual(['itself'])
    expect(fence.ran('release', target)).toBe(0)
    expect(await paged(fence, call)).toEqual([])
    expect(await board(fence)).toEqual([])
  }, 60_000)

  it('that the target should have ended and did not is paged', async () => {
    const fence = fenceThat('self')
    const call = await fence.done('isolate', { target: fence.host(), minutes: 5 })
    await pass(fence, 6)
    expect(await endOf(fence, call)).toEqual(['still_in_force'])
    expect(await paged(fence, call)).toHaveLength(1)
  }, 60_000)
})
