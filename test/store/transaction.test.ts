import { describe, expect, it } from 'vitest'
import type { Tx } from '../../src/kernel/commit.ts'
import { entryDraft, forEachEngine } from '../harness/stores.ts'
import { aTask } from './samples.ts'

forEachEngine((engine) => {
  describe('a work', () => {
    it('may not read beside its transaction, through any port', async () => {
      const fresh = await engine.fresh()
      const { store } = fresh
      const reads: Readonly<Record<string, () => Promise<unknown>>> = {
        'agents.bySubject': () => store.agents.bySubject('s'),
        'agents.byId': () => store.agents.byId('main', 'x'),
        'agents.list': () => store.agents.list('main'),
        'people.byId': () => store.people.byId('main', 'x'),
        'people.list': () => store.people.list('main'),
        'people.byTokenHash': () => store.people.byTokenHash('x'),
        'people.certificates': () => store.people.certificates('main', 'x'),
        'tools.byName': () => store.tools.byName('main', 'u', 'tool', 'x'),
        'tools.list': () => store.tools.list('main'),
        'tools.seenDigests': () => store.tools.seenDigests('main', 'u', 'x'),
        'cases.byId': () => store.cases.byId('main', 'x'),
        'cases.byExternalRef': () => store.cases.byExternalRef('main', 'x'),
        'cases.list': () => store.cases.list('main'),
        'assets.byName': () => store.assets.byName('main', 'device', 'x'),
        'assets.list': () => store.assets.list('main'),
        'tasks.byId': () => store.tasks.byId('main', 'x'),
        'tasks.list': () => store.tasks.list('main'),
        'tasks.exposure': () => store.tasks.exposure('main', 'x'),
        'roster.onDuty': () => store.roster.onDuty('main', 0),
        'revisions.read': () => store.revisions.read('main', ['x']),
        'stops.active': () => store.stops.active('main'),
        'budgets.used': () => store.budgets.used('main', 'x', 0, 0),
        'approvals.byId': () => store.approvals.byId('main', 'x'),
        'approvals.byFingerprint': () => store.approvals.byFingerprint('main', 'x'),
        'approvals.list': () => store.approvals.list('main'),
        'approvals.deniedOf': () => store.approvals.deniedOf('main', 'x', 'y'),
        'approvals.grantOf': () => store.approvals.grantOf('main', 'x'),
        'approvals.due': () => store.approvals.due(0, 1),
        'leases.byId': () => store.leases.byId('main', 'x'),
        'evidence.byId': () => store.evidence.byId('main', 'x'),
        'evidence.listOfCase': () => store.evidence.listOfCase('main', 'x'),
        'evidence.recommendationsOfCase': () => store.evidence.recommendationsOfCase('main', 'x'),
        'calls.byId': () => store.calls.byId('main', 'x'),
        'calls.inFlight': () => store.calls.inFlight('main'),
        'calls.listOfCase': () => store.calls.listOfCase('main', 'x'),
        'calls.countOfTask': () => store.calls.countOfTask('main', 'x'),
        'ledger.head': () => store.ledger.head('main'),
        'ledger.entries': () => store.ledger.entries('main', 0, 1),
        'ledger.leafHashes': () => store.ledger.leafHashes('main', 0, 1),
        'ledger.entriesOfCase': () => store.ledger.entriesOfCase('main', 'x'),
        'ledger.entryById': () => store.ledger.entryById('main', 'x'),
        'ledger.entriesById': () => store.ledger.entriesById('main', ['x']),
        'ledger.outsideHead': () => store.ledger.outsideHead('main'),
        'ledger.checkpoint': () => store.ledger.checkpoint('main'),
        'ledger.putCheckpoint': () =>
          store.ledger.putCheckpoint('main', { size: 1, note: 'n', signedAtMs: 0 }),
        'ledger.tile': () => store.ledger.tile('main', 0, 0),
        'ledger.tenants': () => store.ledger.tenants(),
        'payloads.open': () => store.payloads.open('main', 'x', 'y'),
        'bundles.active': () => store.bundles.active('main'),
        'bundles.list': () => store.bundles.list('main'),
        commit: () =>
          store.commit('main', async () => ({ value: 0, entries: [entryDraft(fresh)] })),
      }
      const { value: answers } = await store.commit('main', async () => {
        const settled = await Promise.allSettled(Object.values(reads).map((read) => read()))
        return { value: settled, entries: [entryDraft(fresh)] }
      })
      const codes = answers.map((answer) =>
        answer.status === 'rejected' ? answer.reason.code : 'answered',
      )
      const expected = Object.keys(reads).map((name) => [name, 'query_outside_transaction'])
      expect(Object.keys(reads).map((name, i) => [name, codes[i]])).toEqual(expected)
    })

    it('may not use its transaction once it is over', async () => {
      const fresh = await engine.fresh()
      let kept: Tx | undefined
      await fresh.store.commit('main', async (tx) => {
        kept = tx
        return { value: 0, entries: [entryDraft(fresh)] }
      })
      const late = fresh.store.tasks.put(kept as Tx, aTask(fresh))
      await expect(late).rejects.toMatchObject({ code: 'query_outside_transaction' })
    })

    it('may not use a transaction of another store, or one it made itself', async () => {
      const fresh = await engine.fresh()
      const other = await engine.fresh()
      const { value: codes } = await fresh.store.commit('main', async (tx) => {
        const tries = [
          other.store.revisions.raise(tx, 'k'),
          fresh.store.revisions.raise({} as Tx, 'k'),
        ]
        const settled = await Promise.allSettled(tries)
        return { value: settled.map(codeOf), entries: [entryDraft(fresh)] }
      })
      expect(codes).toEqual(['query_outside_transaction', 'query_outside_transaction'])
    })

    it('is not seen from outside before it is over, and then by the next read', async () => {
      const fresh = await engine.fresh()
      const { revisions } = fresh.store
      const seen = () => revisions.read('main', ['k', 'other'])
      const written = Promise.withResolvers<void>()
      const mayEnd = Promise.withResolvers<void>()
      const under = fresh.store.commit('main', async (tx) => {
        await revisions.raise(tx, 'k')
        written.resolve()
        await mayEnd.promise
        return { value: 0, entries: [entryDraft(fresh)] }
      })
      await written.promise
      expect(await seen()).toEqual({ k: 0, other: 0 })
      mayEnd.resolve()
      await under
      expect(await seen()).toEqual({ k: 1, other: 0 })
    })

    it('that fails is never seen, by nobody who reads while it is taken back', async () => {
      const fresh = await engine.fresh()
      const { revisions } = fresh.store
      const seen: unknown[] = []
      const failing = fresh.store.commit('main', async (tx) => {
        await revisions.raise(tx, 'k')
        throw new Error('changed its mind')
      })
      const isOver = failing.then(
        () => true,
        () => true,
      )
      for (let turn = 0; turn < 20; turn++) seen.push((await revisions.read('main', ['k'])).k)
      await isOver
      seen.push((await revisions.read('main', ['k'])).k)
      expect(new Set(seen)).toEqual(new Set([0]))
      await expect(failing).rejects.toThrow('changed its mind')
    })

    it('may be followed by reads of its own result', async () => {
      const fresh = await engine.fresh()
      const { value: size } = await fresh.store
        .commit('main', async () => ({ value: 0, entries: [entryDraft(fresh)] }))
        .then(async () => ({ value: (await fresh.store.ledger.head('main')).size }))
      expect(size).toBe(1)
    })
  })

  describe('a closed store', () => {
    it('settles what was under way, takes nothing more, and may be closed twice', async () => {
      const fresh = await engine.fresh()
      const add = () =>
        fresh.store.commit('main', async () => ({ value: 0, entries: [entryDraft(fresh)] }))
      const running = Array.from({ length: 300 }, add)
      await Promise.all([fresh.store.close(), fresh.store.close()])
      await expect(Promise.all(running)).resolves.toHaveLength(300)
      await expect(add()).rejects.toMatchObject({ code: 'ledger_unwritable' })
      const again = await fresh.open()
      expect((await again.ledger.head('main')).size).toBe(300)
    })
  })
})

function codeOf(settled: PromiseSettledResult<unknown>): unknown {
  return settled.status === 'rejected' ? settled.reason.code : 'answered'
}
