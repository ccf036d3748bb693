import { describe, expect, it } from 'vitest'
import { entryDraft, type Fresh, forEachEngine, START_MS } from '../harness/stores.ts'
import { anEffect, digestNamed } from './samples.ts'

type Effects = Fresh['store']['effects']
type Tx = Parameters<Effects['put']>[0]

async function put<T>(fresh: Fresh, work: (tx: Tx) => Promise<T>): Promise<T> {
  const done = await fresh.store.commit('main', async (tx) => ({
    value: await work(tx),
    entries: [entryDraft(fresh)],
  }))
  return done.value
}

forEachEngine((engine) => {
  describe('what calls changed', () => {
    it('comes back as it was put, also without an end', async () => {
      const fresh = await engine.fresh()
      const { effects } = fresh.store
      const whole = anEffect(fresh)
      const { endsAtMs: _, atEnd: __, dueAtMs: ___, undo: ____, ...bare } = anEffect(fresh)
      await put(fresh, async (tx) => {
        await effects.put(tx, whole)
        await effects.put(tx, bare)
        expect(await effects.lock(tx, whole.call)).toEqual(whole)
      })
      expect(await effects.byCall('main', whole.call)).toEqual(whole)
      expect(await effects.byCall('main', bare.call)).toEqual(bare)
      expect((await effects.containments('main')).map(({ call }) => call)).toEqual([whole.call])
    })

    it('is concluded once: an outcome never takes back what a person did meanwhile', async () => {
      const fresh = await engine.fresh()
      const { effects } = fresh.store
      const record = anEffect(fresh)
      const stateNow = async () => (await effects.byCall('main', record.call))?.state
      await put(fresh, (tx) => effects.put(tx, record))
      await put(fresh, (tx) => effects.conclude(tx, record.call, 'standing'))
      expect(await stateNow()).toBe('standing')
      await put(fresh, (tx) => effects.put(tx, { ...record, state: 'lifted' }))
      await put(fresh, (tx) => effects.conclude(tx, record.call, 'standing'))
      expect(await stateNow()).toBe('lifted')
    })

    it('is due when it stands and its time has come, the longest overdue first', async () => {
      const fresh = await engine.fresh()
      const { effects } = fresh.store
      const state = 'standing' as const
      const late = anEffect(fresh, { state, dueAtMs: START_MS + 2 })
      const later = anEffect(fresh, { state, dueAtMs: START_MS + 1 })
      const notYet = anEffect(fresh, { state, dueAtMs: START_MS + 3 })
      const told = anEffect(fresh, { state: 'held', dueAtMs: START_MS })
      await put(fresh, async (tx) => {
        for (const each of [late, later, notYet, told]) await effects.put(tx, each)
      })
      const due = await effects.due(START_MS + 2, 10)
      expect(due).toEqual([later, late])
    })

    it('remembers the last drill of a tool', async () => {
      const fresh = await engine.fresh()
      const { drills } = fresh.store
      const at = (atMs: number) => ({
        tenant: 'main',
        upstream: 'firewall',
        name: 'block',
        entryDigest: digestNamed('d'),
        call: 'c',
        undo: 'u',
        atMs,
      })
      await put(fresh, (tx) => drills.put(tx, at(1)))
      await put(fresh, (tx) => drills.put(tx, at(2)))
      expect(await drills.list('main')).toEqual([at(2)])
    })
  })
})
