import { describe, expect, it } from 'vitest'
import type { Tx } from '../../src/kernel/commit.ts'
import type { Store } from '../../src/store/store.ts'
import type { Engine, Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine, START_MS } from '../harness/stores.ts'
import { aCall, aGrant, anAgent, aRequest } from './samples.ts'

/** Two works at the same time: in one queue on SQLite, on two nodes of one database on PostgreSQL. */
async function bothAtOnce<T>(
  engine: Engine,
  fresh: Fresh,
  work: (store: Store, tx: Tx) => Promise<T>,
): Promise<PromiseSettledResult<T>[]> {
  const other = engine.name === 'postgres' ? await fresh.openNode() : fresh.store
  const on = async (store: Store) => {
    const { value } = await store.commit('main', async (tx) => ({
      value: await work(store, tx),
      entries: [entryDraft(fresh)],
    }))
    return value
  }
  return Promise.allSettled([on(fresh.store), on(other)])
}

function values<T>(results: readonly PromiseSettledResult<T>[]): T[] {
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

forEachEngine((engine) => {
  describe('a budget', () => {
    it('of one is given to exactly one of two parallel takers', async () => {
      const fresh = await engine.fresh()
      const results = await bothAtOnce(engine, fresh, (store, tx) =>
        store.budgets.take(tx, 'writes/t1', 1, 1, 0, START_MS),
      )
      expect(values(results).sort()).toEqual([false, true])
      expect(await fresh.store.budgets.used('main', 'writes/t1', 0, START_MS)).toBe(1)
    })

    it('is never exceeded by any amount, and an amount that does not fit changes nothing', async () => {
      const fresh = await engine.fresh()
      const take = (amount: number) =>
        inWork(fresh, (tx) => fresh.store.budgets.take(tx, 'k', amount, 10, 0, START_MS))
      expect(await take(11)).toBe(false)
      expect(await take(7)).toBe(true)
      expect(await take(4)).toBe(false)
      expect(await take(3)).toBe(true)
      expect(await take(0)).toBe(true)
      expect(await fresh.store.budgets.used('main', 'k', 0, START_MS)).toBe(10)
    })

    it('is full again when its window is over, and never when it has none', async () => {
      const fresh = await engine.fresh()
      // 40 days: a window longer than 2^31 milliseconds.
      const windowMs = 40 * 86_400_000
      const take = (key: string, window: number, atMs: number) =>
        inWork(fresh, (tx) => fresh.store.budgets.take(tx, key, 1, 1, window, atMs))
      expect(await take('monthly', windowMs, START_MS)).toBe(true)
      expect(await take('monthly', windowMs, START_MS + windowMs - 1)).toBe(false)
      expect(await fresh.store.budgets.used('main', 'monthly', windowMs, START_MS + windowMs)).toBe(
        0,
      )
      expect(await take('monthly', windowMs, START_MS + windowMs)).toBe(true)
      expect(await take('monthly', windowMs, START_MS + windowMs)).toBe(false)
      expect(await take('ever', 0, START_MS)).toBe(true)
      expect(await take('ever', 0, START_MS + 100 * windowMs)).toBe(false)
    })

    it('is not given back by a negative amount', async () => {
      const fresh = await engine.fresh()
      const take = inWork(fresh, (tx) => fresh.store.budgets.take(tx, 'k', -1, 1, 0, START_MS))
      await expect(take).rejects.toMatchObject({ code: 'internal' })
    })

    it('that was taken by a work that then throws is as it was', async () => {
      const fresh = await engine.fresh()
      const work = inWork(fresh, async (tx) => {
        expect(await fresh.store.budgets.take(tx, 'k', 1, 1, 0, START_MS)).toBe(true)
        throw new Error('changed its mind')
      })
      await expect(work).rejects.toThrow('changed its mind')
      expect(await fresh.store.budgets.used('main', 'k', 0, START_MS)).toBe(0)
    })
  })

  describe('a grant', () => {
    it('is consumed by exactly one of two parallel consumers and stays consumed', async () => {
      const fresh = await engine.fresh()
      const grant = aGrant(fresh)
      await inWork(fresh, (tx) => fresh.store.approvals.putGrant(tx, grant))
      const results = await bothAtOnce(engine, fresh, (store, tx) =>
        store.approvals.settleGrant(tx, grant.id, 'consumed'),
      )
      expect(values(results).sort()).toEqual([false, true])
      expect(
        await inWork(fresh, (tx) => fresh.store.approvals.settleGrant(tx, grant.id, 'void')),
      ).toBe(false)
      expect(await fresh.store.approvals.grantOf('main', grant.request)).toEqual({
        ...grant,
        state: 'consumed',
      })
    })

    it('cannot be put again to make it live once more', async () => {
      const fresh = await engine.fresh()
      const grant = aGrant(fresh)
      await inWork(fresh, (tx) => fresh.store.approvals.putGrant(tx, grant))
      await inWork(fresh, (tx) => fresh.store.approvals.settleGrant(tx, grant.id, 'consumed'))
      const again = inWork(fresh, (tx) => fresh.store.approvals.putGrant(tx, grant))
      await expect(again).rejects.toMatchObject({ code: 'conflict' })
    })
  })

  describe('a signature', () => {
    it('of the same person under the same request counts once', async () => {
      const fresh = await engine.fresh()
      const request = aRequest(fresh)
      const signature = {
        tenant: 'main',
        request: request.id,
        person: fresh.nextId(),
        role: 'shift-lead',
        atMs: START_MS,
      } as const
      await inWork(fresh, (tx) => fresh.store.approvals.put(tx, request))
      const results = await bothAtOnce(engine, fresh, (store, tx) =>
        store.approvals.addSignature(tx, signature),
      )
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      const stored = await inWork(fresh, (tx) => fresh.store.approvals.signatures(tx, request.id))
      expect(stored).toEqual([signature])
    })
  })

  describe('an assertion', () => {
    it('is accepted from exactly one of two parallel presentations', async () => {
      const fresh = await engine.fresh()
      const results = await bothAtOnce(engine, fresh, (store, tx) =>
        store.agents.spendAssertion(tx, 'agent-1', 'jti-1', START_MS + 60_000),
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { code: 'token_replayed' },
      })
    })

    it('is remembered until well after it expired, for each agent by itself', async () => {
      const fresh = await engine.fresh()
      const { agents } = fresh.store
      const spend = (agent: string) =>
        inWork(fresh, (tx) => agents.spendAssertion(tx, agent, 'jti-1', START_MS + 60_000))
      await spend('agent-1')
      await spend('agent-2')
      fresh.clock.advance(5 * 60_000)
      await inWork(fresh, (tx) => agents.spendAssertion(tx, 'agent-1', 'jti-2', START_MS + 600_000))
      await expect(spend('agent-1')).rejects.toMatchObject({ code: 'token_replayed' })
    })
  })

  describe('a call', () => {
    it('gets its outcome from exactly one of two parallel settlers', async () => {
      const fresh = await engine.fresh()
      const call = aCall(fresh)
      await inWork(fresh, (tx) => fresh.store.calls.put(tx, call))
      const results = await bothAtOnce(engine, fresh, (store, tx) =>
        store.calls.settle(tx, call.id, 'applied_verified', 'ev-1', START_MS + 9),
      )
      expect(values(results).sort()).toEqual([false, true])
      expect(await fresh.store.calls.byId('main', call.id)).toEqual({
        ...call,
        state: 'settled',
        outcome: 'applied_verified',
        evidence: 'ev-1',
        updatedAtMs: START_MS + 9,
      })
      expect(await fresh.store.calls.inFlight('main')).toEqual([])
    })

    it('never goes back: what was dispatched is not held again, what is settled not dispatched', async () => {
      const fresh = await engine.fresh()
      const call = aCall(fresh)
      const put = (state: 'held' | 'dispatched') =>
        inWork(fresh, (tx) => fresh.store.calls.put(tx, { ...call, state }))
      await put('held')
      await put('dispatched')
      await expect(put('held')).rejects.toMatchObject({ code: 'conflict' })
      await inWork(fresh, (tx) =>
        fresh.store.calls.settle(tx, call.id, 'unknown', undefined, START_MS),
      )
      await expect(put('dispatched')).rejects.toMatchObject({ code: 'conflict' })
      expect(await fresh.store.calls.byId('main', call.id)).toMatchObject({ outcome: 'unknown' })
    })
  })

  describe('a workload subject', () => {
    it('belongs to one agent, whichever tenant asks first', async () => {
      const fresh = await engine.fresh()
      const { agents } = fresh.store
      const first = anAgent(fresh)
      await inWork(fresh, (tx) => agents.put(tx, first))
      const second = anAgent(fresh, { tenant: 'other', subject: first.subject })
      const claim = fresh.store.commit('other', async (tx) => {
        await agents.put(tx, second)
        return { value: 0, entries: [entryDraft(fresh)] }
      })
      await expect(claim).rejects.toMatchObject({ code: 'conflict' })
      expect((await agents.bySubject(first.subject))?.agent.id).toBe(first.id)
    })
  })

  describe('what a decision saw', () => {
    it('is still so, or named as changed', async () => {
      const fresh = await engine.fresh()
      const { revisions } = fresh.store
      await inWork(fresh, (tx) => revisions.raise(tx, 'policy'))
      const seen = await revisions.read('main', ['policy', 'stop', 'case/1'])
      expect(seen).toEqual({ policy: 1, stop: 0, 'case/1': 0 })
      expect(await inWork(fresh, (tx) => revisions.changed(tx, seen))).toEqual([])
      await inWork(fresh, (tx) => revisions.raise(tx, 'stop'))
      await inWork(fresh, (tx) => revisions.raise(tx, 'policy'))
      expect(await inWork(fresh, (tx) => revisions.changed(tx, seen))).toEqual(['policy', 'stop'])
    })

    it('cannot change between the check and the commit: one of two racing dispatches sees the other', async () => {
      const fresh = await engine.fresh()
      const seen = await fresh.store.revisions.read('main', ['task/1'])
      const results = await bothAtOnce(engine, fresh, async (store, tx) => {
        const changed = await store.revisions.changed(tx, seen)
        if (changed.length === 0) await store.revisions.raise(tx, 'task/1')
        return changed
      })
      expect(values(results).sort()).toEqual([[], ['task/1']])
      expect(await fresh.store.revisions.read('main', ['task/1'])).toEqual({ 'task/1': 1 })
    })
  })
})

async function inWork<T>(fresh: Fresh, work: (tx: Tx) => Promise<T>): Promise<T> {
  const { value } = await fresh.store.commit('main', async (tx) => ({
    value: await work(tx),
    entries: [entryDraft(fresh)],
  }))
  return value
}
