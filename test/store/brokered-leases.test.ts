import { describe, expect, it } from 'vitest'
import type { BrokeredLease } from '../../src/lease/brokered.ts'
import { entryDraft, type Fresh, forEachEngine, START_MS } from '../harness/stores.ts'

type Leases = Fresh['store']['brokeredLeases']
type Tx = Parameters<Leases['request']>[0]

async function put<T>(fresh: Fresh, work: (tx: Tx) => Promise<T>): Promise<T> {
  const done = await fresh.store.commit('main', async (tx) => ({
    value: await work(tx),
    entries: [entryDraft(fresh)],
  }))
  return done.value
}

function wanted(id: string, more: Partial<BrokeredLease> = {}): BrokeredLease {
  return {
    ...{ tenant: 'main', id, kind: 'vault', broker: 'mint', task: 't', agent: 'a', caseId: 'c' },
    ...{ call: 'call', node: 'n', state: 'requested', place: id, attempts: 0, isStuck: false },
    scope: {
      ...{ upstream: 'edr', tool: 'edr__look', action: 'query:device', effect: 'read' },
      targets: [{ kind: 'device', id: 'web-1' }],
      audience: 'edr',
    },
    issuedAtMs: START_MS,
    expiresAtMs: START_MS + 60_000,
    residualUntilMs: START_MS + 60_000,
    ...more,
  }
}

const ISSUED = {
  issuedAtMs: START_MS,
  expiresAtMs: START_MS + 30_000,
  residualUntilMs: START_MS + 40_000,
  handle: 'accessor-of-the-token',
}

forEachEngine((engine) => {
  describe('what was borrowed', () => {
    it('comes back as it was put, and its handle opens in its own row only', async () => {
      const fresh = await engine.fresh()
      const { brokeredLeases: leases } = fresh.store
      await put(fresh, async (tx) => {
        expect(await leases.request(tx, wanted('l1'))).toBe(true)
        expect(await leases.request(tx, wanted('l2'))).toBe(true)
      })
      expect(await leases.byId('main', 'l1')).toEqual(wanted('l1'))
      await put(fresh, async (tx) => {
        expect(await leases.issued(tx, 'l1', ISSUED)).toBe(true)
        expect(await leases.issued(tx, 'l1', ISSUED)).toBe(false)
      })
      expect(await leases.byId('main', 'l1')).toEqual(wanted('l1', { ...ISSUED, state: 'issued' }))
    })

    it('is one for each task, scope and step, as long as it lives [R31]', async () => {
      const fresh = await engine.fresh()
      const { brokeredLeases: leases } = fresh.store
      const again = () => put(fresh, (tx) => leases.request(tx, wanted('l2', { place: 'l1' })))
      await put(fresh, (tx) => leases.request(tx, wanted('l1')))
      expect(await again()).toBe(false)
      expect(await leases.byId('main', 'l2')).toBeUndefined()
      await put(fresh, (tx) => leases.end(tx, 'l1', 'settled', START_MS))
      expect(await again()).toBe(true)
    })

    it('ends once, is due until it has ended, and then holds no handle', async () => {
      const fresh = await engine.fresh()
      const { brokeredLeases: leases } = fresh.store
      await put(fresh, async (tx) => {
        await leases.request(tx, wanted('l1'))
        await leases.issued(tx, 'l1', ISSUED)
        expect(await leases.end(tx, 'l1', 'settled', START_MS)).toBe(true)
        expect(await leases.end(tx, 'l1', 'stopped', START_MS)).toBe(false)
      })
      const [due] = await leases.due(START_MS, 10)
      expect(due).toMatchObject({ id: 'l1', reason: 'settled', handle: ISSUED.handle })
      const next = { attempts: 1, dueAtMs: START_MS + 5, isStuck: true }
      await put(fresh, (tx) => leases.later(tx, 'l1', next))
      expect(await leases.due(START_MS + 4, 10)).toEqual([])
      expect(await leases.due(START_MS + 5, 10)).toMatchObject([{ attempts: 1, isStuck: true }])
      await put(fresh, async (tx) => {
        expect(await leases.ended(tx, 'l1', START_MS + 9)).toBe(true)
        expect(await leases.ended(tx, 'l1', undefined)).toBe(false)
      })
      const over = await leases.byId('main', 'l1')
      expect(over).toMatchObject({ state: 'ended', residualUntilMs: START_MS + 9 })
      expect(over?.handle).toBeUndefined()
      expect(await leases.alive('main')).toEqual([])
    })

    it('is overdue past its end, or when nobody heard of it for too long', async () => {
      const fresh = await engine.fresh()
      const { brokeredLeases: leases } = fresh.store
      await put(fresh, async (tx) => {
        await leases.request(tx, wanted('l1'))
        await leases.request(tx, wanted('l2'))
        await leases.issued(tx, 'l2', ISSUED)
      })
      const overdue = async (nowMs: number, beforeMs: number) =>
        (await leases.overdue(nowMs, beforeMs, 10)).map(({ id }) => id)
      expect(await overdue(START_MS + 29_999, START_MS - 1)).toEqual([])
      expect(await overdue(START_MS + 29_999, START_MS)).toEqual(['l1'])
      expect(await overdue(START_MS + 30_000, START_MS)).toEqual(['l1', 'l2'])
    })
  })

  describe('a secret kept here', () => {
    it('opens under its own name only, is replaced by the next, and gone when removed', async () => {
      const fresh = await engine.fresh()
      const { secrets } = fresh.store
      const secret = { tenant: 'main', name: 'edr', fields: ['key'], sealedBy: 'p', sealedAtMs: 1 }
      await put(fresh, (tx) => secrets.put(tx, secret, { key: 'one' }))
      await put(fresh, (tx) => secrets.put(tx, { ...secret, sealedAtMs: 2 }, { key: 'two' }))
      expect(await secrets.open('main', 'edr')).toEqual({ key: 'two' })
      expect(await secrets.list('main')).toEqual([{ ...secret, sealedAtMs: 2 }])
      expect(await secrets.open('main', 'other')).toBeUndefined()
      expect(await secrets.open('other', 'edr')).toBeUndefined()
      expect(await put(fresh, (tx) => secrets.remove(tx, 'edr'))).toBe(true)
      expect(await put(fresh, (tx) => secrets.remove(tx, 'edr'))).toBe(false)
      expect(await secrets.open('main', 'edr')).toBeUndefined()
    })
  })
})
