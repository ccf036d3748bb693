import { describe, expect, it } from 'vitest'
import type { Tx } from '../../src/kernel/commit.ts'
import { encodeHex } from '../../src/ledger/base64.ts'
import { readEntry } from '../../src/ledger/read-entry.ts'
import type { Change } from '../../src/store/changes.ts'
import type { Store } from '../../src/store/store.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine, onPostgres } from '../harness/stores.ts'

forEachEngine((engine) => {
  describe('a change', () => {
    it('is told to those who listen, once per batch, with the size of the log, until they stop', async () => {
      const fresh = await engine.fresh()
      const told: Change[] = []
      const stop = fresh.store.changes.subscribe((change) => told.push(change))
      await add(fresh, fresh.store)
      await Promise.all([add(fresh, fresh.store), add(fresh, fresh.store)])
      await add(fresh, fresh.store, 'other')
      expect(told).toEqual([
        { tenant: 'main', size: 1 },
        { tenant: 'main', size: 3 },
        { tenant: 'other', size: 1 },
      ])
      stop()
      await add(fresh, fresh.store)
      expect(told).toHaveLength(3)
    })
  })

  it('says how far its clock is from the database', async () => {
    const fresh = await engine.fresh()
    const skewMs = await fresh.store.skewMs()
    // The test clock stands still in 2026; an embedded database has no clock of its own.
    if (engine.name === 'sqlite') expect(skewMs).toBe(0)
    else expect(Math.abs(Date.now() + skewMs - fresh.clock.nowMs())).toBeLessThan(5_000)
  })
})

onPostgres((engine) => {
  describe('several nodes on one database', () => {
    it('number the entries of a tenant without a gap and chain its cases without a fork', async () => {
      const fresh = await engine.fresh()
      const nodes = [fresh.store, await fresh.openNode(), await fresh.openNode()]
      const caseId = fresh.nextId()
      // One after the other on each node, so that the nodes meet at the head in batches of one.
      const addThirty = async (store: Store) => {
        const indexes: number[] = []
        while (indexes.length < 30) indexes.push(await add(fresh, store, 'main', caseId))
        return indexes
      }
      const indexes = (await Promise.all(nodes.map(addThirty))).flat()
      expect(indexes.sort((a, b) => a - b)).toEqual(Array.from({ length: 90 }, (_, i) => i))
      const chain = await fresh.store.ledger.entriesOfCase('main', caseId)
      const links = chain.map(({ bytes }) => {
        const read = readEntry(bytes)
        return read.ok ? read.entry.case : undefined
      })
      expect(links.map((link) => link?.seq)).toEqual(Array.from({ length: 90 }, (_, i) => i))
      expect(links.slice(1).map((link) => link?.prev)).toEqual(
        chain.slice(0, -1).map(({ leafHash }) => encodeHex(leafHash)),
      )
    })

    it('start again with a witness that is behind, because others went on', async () => {
      const fresh = await engine.fresh()
      const node = await fresh.openNode()
      await add(fresh, fresh.store)
      await add(fresh, node)
      await fresh.store.close()
      await add(fresh, node)
      const again = await fresh.open()
      expect((await again.ledger.head('main')).size).toBe(3)
    })

    it('hear of each other within a second or so', async () => {
      const fresh = await engine.fresh()
      const node = await fresh.openNode()
      const heard = new Promise<Change>((resolve) => fresh.store.changes.subscribe(resolve))
      await add(fresh, node)
      expect(await heard).toEqual({ tenant: 'main', size: 1 })
    })

    it('cannot both act on a fact that one of them changes: the later one sees the change', async () => {
      const fresh = await engine.fresh()
      const node = await fresh.openNode()
      await fresh.store.commit('main', async (tx) => {
        await fresh.store.revisions.raise(tx, 'task/1')
        return { value: 0, entries: [entryDraft(fresh)] }
      })
      const seen = await node.revisions.read('main', ['task/1'])
      const bothChecked = meetingOf(2)
      const dispatch = (store: Store) =>
        store.commit('main', async (tx: Tx) => {
          const changed = await store.revisions.changed(tx, seen)
          await bothChecked()
          if (changed.length === 0) await store.revisions.raise(tx, 'task/1')
          return { value: changed, entries: [entryDraft(fresh)] }
        })
      const answers = await Promise.all([dispatch(fresh.store), dispatch(node)])
      expect(answers.map(({ value }) => value).sort()).toEqual([[], ['task/1']])
      expect(await node.revisions.read('main', ['task/1'])).toEqual({ 'task/1': 2 })
    })

    it('that lock each other out are both run, the loser again', async () => {
      const fresh = await engine.fresh()
      const node = await fresh.openNode()
      let runs = 0
      const bothHoldOne = meetingOf(2)
      const crossing = (store: Store, first: string, second: string) =>
        store.commit('main', async (tx: Tx) => {
          runs += 1
          await store.revisions.raise(tx, first)
          await bothHoldOne()
          await store.revisions.raise(tx, second)
          return { value: 0, entries: [entryDraft(fresh)] }
        })
      await Promise.all([crossing(fresh.store, 'a', 'b'), crossing(node, 'b', 'a')])
      // On a busy machine the database may end both, and then both run again.
      expect(runs).toBeGreaterThanOrEqual(3)
      expect(await node.revisions.read('main', ['a', 'b'])).toEqual({ a: 2, b: 2 })
      expect((await node.ledger.head('main')).size).toBe(2)
    })

    it('make one key when they seal for the same case, or two that an erasure both destroys', async () => {
      const fresh = await engine.fresh()
      const node = await fresh.openNode()
      const caseId = fresh.nextId()
      const drafts = [fresh.store, node].map((store) => {
        const bytes = new TextEncoder().encode('hello')
        const payloads = {
          prompt: { bytes, mediaType: 'text/plain', dataClass: 'personal' },
        } as const
        return { store, draft: entryDraft(fresh, { caseId, payloads }) }
      })
      await Promise.all(
        drafts.map(({ store, draft }) =>
          store.commit('main', async () => ({ value: 0, entries: [draft] })),
        ),
      )
      await node.commit('main', async (tx) => {
        await node.payloads.destroyKeys(tx, caseId, 'personal')
        return { value: 0, entries: [entryDraft(fresh)] }
      })
      for (const { draft } of drafts) {
        const opened = await fresh.store.payloads.open('main', draft.id, 'prompt')
        expect(opened).toEqual({ state: 'erased' })
      }
    })
  })
})

/** Resolves for everybody once that many have come; whoever comes later passes. */
function meetingOf(count: number): () => Promise<void> {
  let came = 0
  let open = (): void => undefined
  const isComplete = new Promise<void>((resolve) => {
    open = resolve
  })
  return () => {
    came += 1
    if (came === count) open()
    return isComplete
  }
}

async function add(fresh: Fresh, store: Store, tenant = 'main', caseId?: string): Promise<number> {
  const draft = entryDraft(fresh, caseId === undefined ? {} : { caseId })
  const { receipts } = await store.commit(tenant, async () => ({ value: 0, entries: [draft] }))
  return receipts[0].index
}
