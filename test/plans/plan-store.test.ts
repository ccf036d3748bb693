import { expect, it } from 'vitest'
import type { Plan } from '../../src/approval/plan.ts'
import type { Work } from '../../src/kernel/commit.ts'
import { entryDraft, type Fresh, forEachEngine } from '../harness/stores.ts'
import { digestNamed } from '../store/samples.ts'

function aPlan({ nextId, clock }: Fresh, more: Partial<Plan> = {}): Plan {
  return {
    tenant: 'main',
    id: nextId(),
    task: nextId(),
    agent: nextId(),
    caseId: nextId(),
    proposedBy: nextId(),
    source: 'cacao',
    digest: digestNamed('a'),
    entry: nextId(),
    request: nextId(),
    follows: nextId(),
    action: 'contain:device',
    effect: 'contain',
    steps: 3,
    state: 'open',
    calls: 0,
    createdAtMs: clock.nowMs(),
    deadlineMs: clock.nowMs() + 60_000,
    ...more,
  }
}

forEachEngine((engine) => {
  const commit = <T>(fresh: Fresh, work: (tx: Parameters<Work<T>>[0]) => Promise<T>) =>
    fresh.store.commit('main', async (tx) => ({
      value: await work(tx),
      entries: [entryDraft(fresh)],
    }))
  const use = (fresh: Fresh, plan: Plan, at: number) => ({
    tenant: 'main',
    plan: plan.id,
    at,
    step: 1,
    call: fresh.nextId(),
    entry: fresh.nextId(),
    targets: [digestNamed('b')],
    atMs: fresh.clock.nowMs(),
  })

  it('keeps a plan and the calls made under it as they were', async () => {
    const fresh = await engine.fresh()
    const { plans } = fresh.store
    const plan = aPlan(fresh)
    const first = use(fresh, plan, 0)
    await commit(fresh, (tx) => plans.put(tx, plan))
    expect((await commit(fresh, (tx) => plans.take(tx, first))).value).toBe(true)
    expect(await plans.byId('main', plan.id)).toEqual({ ...plan, calls: 1 })
    expect(await plans.uses('main', plan.id)).toEqual([first])
    expect(await plans.byId('other', plan.id)).toBeUndefined()
    expect(await plans.list('main', 'completed')).toEqual([])
  })

  it('gives each place once, also to parallel takers, and none after the end', async () => {
    const fresh = await engine.fresh()
    const { plans } = fresh.store
    const plan = aPlan(fresh)
    await commit(fresh, (tx) => plans.put(tx, plan))
    const taken = await Promise.all(
      [1, 2, 3].map(() => commit(fresh, (tx) => plans.take(tx, use(fresh, plan, 0)))),
    )
    expect(taken.filter(({ value }) => value)).toHaveLength(1)
    const end = () => commit(fresh, (tx) => plans.end(tx, plan.id, 'stopped', 'plan_off', 7))
    expect([(await end()).value, (await end()).value]).toEqual([true, false])
    expect((await commit(fresh, (tx) => plans.take(tx, use(fresh, plan, 1)))).value).toBe(false)
    expect(await plans.byId('main', plan.id)).toMatchObject({
      state: 'stopped',
      reason: 'plan_off',
      endedAtMs: 7,
    })
  })

  it('finds open plans whose deadline passed', async () => {
    const fresh = await engine.fresh()
    const { plans } = fresh.store
    const [late, open] = [aPlan(fresh), aPlan(fresh, { deadlineMs: fresh.clock.nowMs() + 1e9 })]
    await commit(fresh, async (tx) => {
      await plans.put(tx, late)
      await plans.put(tx, open)
    })
    expect(await plans.due(late.deadlineMs - 1, 10)).toEqual([])
    expect((await plans.due(late.deadlineMs, 10)).map(({ id }) => id)).toEqual([late.id])
  })
})
