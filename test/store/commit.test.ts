import { describe, expect, it } from 'vitest'
import { openSlot } from '../../src/kernel/dispatch-slot.ts'
import type { EntryDraft, Receipt } from '../../src/kernel/entry.ts'
import { Failure } from '../../src/kernel/failure.ts'
import { encodeHex } from '../../src/ledger/base64.ts'
import { leafHash } from '../../src/ledger/merkle.ts'
import { readEntry } from '../../src/ledger/read-entry.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine } from '../harness/stores.ts'
import { aTask } from './samples.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`

forEachEngine((engine) => {
  describe('a commit', () => {
    it('gives receipts only for what a reader then finds, at that index and with that leaf hash', async () => {
      const fresh = await engine.fresh()
      const first = entryDraft(fresh)
      const second = entryDraft(fresh)
      const { value, receipts } = await fresh.store.commit('main', async () => ({
        value: 'done',
        entries: [first, second],
      }))
      expect(value).toBe('done')
      expect(receipts.map((receipt) => receipt.entryId)).toEqual([first.id, second.id])
      const stored = await fresh.store.ledger.entries('main', 0, 10)
      expect(stored.map(({ index, id }) => ({ index, id }))).toEqual(
        receipts.map(({ index, entryId }) => ({ index, id: entryId })),
      )
      expect(stored.map(({ bytes }) => encodeHex(leafHash(bytes)))).toEqual(
        receipts.map((receipt) => receipt.leafHash),
      )
    })

    it('keeps neither the change nor the entry of a work that throws, and both of its neighbours', async () => {
      const fresh = await engine.fresh()
      const { store } = fresh
      const work = (name: string, fails: boolean) =>
        store.commit('main', async (tx) => {
          await store.revisions.raise(tx, name)
          if (fails) throw new Failure('conflict', 'the work thought better of it')
          return { value: name, entries: [entryDraft(fresh)] }
        })
      const results = await Promise.allSettled([
        work('first', false),
        work('second', true),
        work('third', false),
      ])
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(await store.revisions.read('main', ['first', 'second', 'third'])).toEqual({
        first: 1,
        second: 0,
        third: 1,
      })
      expect((await store.ledger.head('main')).size).toBe(2)
    })

    it('keeps nothing when every work of it throws', async () => {
      const fresh = await engine.fresh()
      const { store } = fresh
      const fail = () =>
        store.commit('main', async (tx) => {
          await store.revisions.raise(tx, 'k')
          throw new Error('no')
        })
      const results = await Promise.allSettled([fail(), fail(), fail()])
      expect(results.every((result) => result.status === 'rejected')).toBe(true)
      expect(await store.revisions.read('main', ['k'])).toEqual({ k: 0 })
      expect((await store.ledger.head('main')).size).toBe(0)
    })

    it('refuses entries outside the allow-list and keeps neither them nor the change, unlike its neighbours', async () => {
      const fresh = await engine.fresh()
      const { store } = fresh
      const work = (name: string, draft: EntryDraft) =>
        store.commit('main', async (tx) => {
          await store.revisions.raise(tx, name)
          return { value: name, entries: [draft] }
        })
      const words = { data: { task: fresh.nextId(), reason: 'words of an agent' } }
      const results = await Promise.allSettled([
        work('good', entryDraft(fresh)),
        work('words', entryDraft(fresh, words)),
        work('better', entryDraft(fresh)),
      ])
      expect(results[1]).toMatchObject({ reason: { code: 'entry_not_allowed' } })
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(await store.revisions.read('main', ['good', 'words', 'better'])).toEqual({
        good: 1,
        words: 0,
        better: 1,
      })
    })

    it('refuses an entry whose id is in the log already, alone or among others', async () => {
      const fresh = await engine.fresh()
      const { store } = fresh
      const twice = entryDraft(fresh)
      const add = (draft: EntryDraft) =>
        store.commit('main', async () => ({ value: 0, entries: [draft] }))
      await add(twice)
      await expect(add(twice)).rejects.toMatchObject({ code: 'conflict' })
      const results = await Promise.allSettled([
        add(entryDraft(fresh)),
        add(twice),
        add(entryDraft(fresh)),
      ])
      expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect((await store.ledger.head('main')).size).toBe(3)
    })

    it('refuses a work that tells nothing', async () => {
      const { store } = await engine.fresh()
      const silent = store.commit('main', async (tx) => {
        await store.revisions.raise(tx, 'k')
        // A caller without types could do this.
        return { value: 0, entries: [] as unknown as [EntryDraft] }
      })
      await expect(silent).rejects.toMatchObject({ code: 'entry_not_allowed' })
      expect(await store.revisions.read('main', ['k'])).toEqual({ k: 0 })
    })

    it('numbers 200 parallel works without a gap, in each tenant for itself', async () => {
      const fresh = await engine.fresh()
      const { store } = fresh
      const add = (tenant: string) =>
        store.commit(tenant, async () => ({ value: 0, entries: [entryDraft(fresh)] }))
      const tenants = Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? 'other' : 'main'))
      const committed = await Promise.all(tenants.map(add))
      const indexes = (tenant: string) =>
        committed
          .map(({ receipts }) => receipts[0])
          .filter((receipt) => receipt.tenant === tenant)
          .map((receipt) => receipt.index)
          .sort((a, b) => a - b)
      expect(indexes('main')).toEqual(Array.from({ length: 133 }, (_, i) => i))
      expect(indexes('other')).toEqual(Array.from({ length: 67 }, (_, i) => i))
      expect(await store.ledger.tenants()).toEqual(['main', 'other'])
    })

    it('says it is busy instead of queueing without end, and changes nothing then', async () => {
      const fresh = await engine.fresh()
      const add = () =>
        fresh.store.commit('main', async () => ({ value: 0, entries: [entryDraft(fresh)] }))
      const results = await Promise.allSettled(Array.from({ length: 2_000 }, add))
      const done = results.filter((result) => result.status === 'fulfilled').length
      const busy = results.filter(
        (result) => result.status === 'rejected' && result.reason.code === 'store_busy',
      ).length
      expect(done + busy).toBe(2_000)
      expect(busy).toBeGreaterThan(0)
      expect((await fresh.store.ledger.head('main')).size).toBe(done)
    })

    it('refuses a record of another tenant', async () => {
      const fresh = await engine.fresh()
      const { store } = fresh
      const write = store.commit('main', async (tx) => {
        await store.tasks.put(tx, aTask(fresh, { tenant: 'other' }))
        return { value: 0, entries: [entryDraft(fresh)] }
      })
      await expect(write).rejects.toMatchObject({ code: 'task_tenant_mismatch' })
    })
  })

  describe('a case', () => {
    it('chains its own entries without a gap, across commits and among entries of other cases', async () => {
      const fresh = await engine.fresh()
      const [one, two] = [fresh.nextId(), fresh.nextId()]
      const add = (...cases: [string, ...string[]]) => {
        const [first, ...rest] = cases.map((caseId) => entryDraft(fresh, { caseId }))
        if (first === undefined) throw new Error('no case given')
        return fresh.store.commit('main', async () => ({ value: 0, entries: [first, ...rest] }))
      }
      await Promise.all([add(one, two, one), add(two), add(one)])
      await add(one, one)
      const chain = await chainOf(fresh, one)
      expect(chain.map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4])
      expect(chain.map(({ prev }) => prev)).toEqual([
        undefined,
        ...chain.slice(0, -1).map(({ leaf }) => leaf),
      ])
      expect((await chainOf(fresh, two)).map(({ seq }) => seq)).toEqual([0, 1])
    })
  })

  describe('a citation', () => {
    it('is resolved to index and leaf hash, within a work and across commits', async () => {
      const fresh = await engine.fresh()
      const before = await commitOne(fresh, entryDraft(fresh))
      const first = entryDraft(fresh)
      const second = entryDraft(fresh, { cites: [first.id, before] })
      const { receipts } = await fresh.store.commit('main', async () => ({
        value: 0,
        entries: [first, second],
      }))
      const stored = await fresh.store.ledger.entryById('main', second.id)
      expect(entryIn(stored?.bytes).cites).toEqual(
        [receipts[0], before].map(({ entryId, index, leafHash: leaf }) => ({
          id: entryId,
          index,
          leaf,
        })),
      )
    })

    it('by a receipt read from elsewhere is accepted when it is true and refused when it is not', async () => {
      const fresh = await engine.fresh()
      const before = await commitOne(fresh, entryDraft(fresh))
      const remembered = { ...before }
      await commitOne(fresh, entryDraft(fresh, { cites: [remembered] }))
      const lies: readonly Receipt[] = [
        { ...before, leafHash: 'f'.repeat(64) },
        { ...before, index: before.index + 1 },
        { ...before, entryId: fresh.nextId() },
        { ...before, tenant: 'other' },
      ]
      for (const lie of lies) {
        await expect(commitOne(fresh, entryDraft(fresh, { cites: [lie] }))).rejects.toMatchObject({
          code: 'entry_not_allowed',
        })
      }
      expect((await fresh.store.ledger.head('main')).size).toBe(2)
    })

    it('of an entry that is not earlier in the same work is refused', async () => {
      const fresh = await engine.fresh()
      const draft = entryDraft(fresh, { cites: [fresh.nextId()] })
      await expect(commitOne(fresh, draft)).rejects.toMatchObject({ code: 'entry_not_allowed' })
    })
  })

  describe('a dispatch slot', () => {
    it('is minted for each durable dispatched entry and opens once, for its frame only [R5]', async () => {
      const fresh = await engine.fresh()
      const call = fresh.nextId()
      const dispatched = entryDraft(fresh, {
        type: 'tool.call.dispatched',
        call,
        data: {
          tool: 'firewall/block',
          definition: DIGEST,
          fingerprint: DIGEST,
          upstream: 'firewall',
          frame: DIGEST,
          lease: fresh.nextId(),
          attempt: 1,
        },
      })
      const { slots } = await fresh.store.commit('main', async () => ({
        value: 0,
        entries: [entryDraft(fresh), dispatched],
      }))
      const [slot, ...more] = slots
      if (slot === undefined) throw new Error('no slot was minted')
      expect(more).toEqual([])
      expect(() => openSlot(slot, 'firewall', `sha256:${'b'.repeat(64)}`)).toThrow('frame')
      expect(openSlot(slot, 'firewall', DIGEST)).toEqual({
        tenant: 'main',
        call,
        upstream: 'firewall',
        frame: DIGEST,
      })
      expect(() => openSlot(slot, 'firewall', DIGEST)).toThrow('used before')
    })

    it('is not minted by a dispatch that names no call', async () => {
      const fresh = await engine.fresh()
      const nameless = entryDraft(fresh, { type: 'tool.call.dispatched', data: {} })
      await expect(commitOne(fresh, nameless)).rejects.toMatchObject({ code: 'entry_not_allowed' })
    })
  })
})

async function commitOne(fresh: Fresh, draft: EntryDraft): Promise<Receipt> {
  const { receipts } = await fresh.store.commit('main', async () => ({
    value: 0,
    entries: [draft],
  }))
  return receipts[0]
}

async function chainOf(fresh: Fresh, caseId: string) {
  const stored = await fresh.store.ledger.entriesOfCase('main', caseId)
  return stored.map(({ bytes, leafHash: leaf }) => {
    const link = entryIn(bytes).case
    return { seq: link?.seq, prev: link?.prev, leaf: encodeHex(leaf) }
  })
}

function entryIn(bytes: Uint8Array | undefined) {
  const read = readEntry(bytes ?? new Uint8Array())
  if (!read.ok) throw new Error(read.fault)
  return read.entry
}
