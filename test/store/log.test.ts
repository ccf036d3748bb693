import { describe, expect, it } from 'vitest'
import { checkLog } from '../../src/ledger/check.ts'
import { EMPTY_ROOT, equalBytes, parseFrontier, rootOf } from '../../src/ledger/merkle.ts'
import { verifyInclusion } from '../../src/ledger/proof.ts'
import { splitHashTile } from '../../src/ledger/tile.ts'
import { tileSource } from '../../src/ledger/tile-source.ts'
import { inclusionProof, openTree, treeRoot } from '../../src/ledger/tree-reader.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine } from '../harness/stores.ts'

forEachEngine((engine) => {
  describe('a stored log', () => {
    it('is empty before its first entry', async () => {
      const { store } = await engine.fresh()
      const head = await store.ledger.head('main')
      expect(head).toMatchObject({ size: 0, root: EMPTY_ROOT })
      expect(await store.ledger.entries('main', 0, 10)).toEqual([])
      expect(await store.ledger.tenants()).toEqual([])
    })

    it('passes the whole check, at sizes around the width of a tile and in batches of any size', async () => {
      const fresh = await engine.fresh()
      const caseId = fresh.nextId()
      for (const count of [1, 254, 1, 1, 300, 470]) {
        await append(fresh, count, caseId)
        const report = await checkStored(fresh)
        expect(report.findings).toEqual([])
      }
      const head = await fresh.store.ledger.head('main')
      expect(head.size).toBe(1027)
      expect(equalBytes(rootOf(parseFrontier(head.frontier)), head.root)).toBe(true)
    })

    it('has a full hash tile as soon as its last hash is there, and not before', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 255)
      expect(await fresh.store.ledger.tile('main', 0, 0)).toBeUndefined()
      await append(fresh, 1)
      const tile = await fresh.store.ledger.tile('main', 0, 0)
      expect(splitHashTile(tile ?? new Uint8Array())).toEqual(
        await fresh.store.ledger.leafHashes('main', 0, 256),
      )
      await append(fresh, 600)
      expect(await fresh.store.ledger.tile('main', 0, 2)).toHaveLength(8192)
      expect(await fresh.store.ledger.tile('main', 0, 3)).toBeUndefined()
      expect(await fresh.store.ledger.tile('main', 1, 0)).toBeUndefined()
    })

    it('proves every entry against its head from tiles alone', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 700)
      const { ledger } = fresh.store
      const head = await ledger.head('main')
      const tree = openTree(head.size, tileSource(ledger, 'main').readTile)
      expect(equalBytes(await treeRoot(tree), head.root)).toBe(true)
      const leaves = await ledger.leafHashes('main', 0, head.size)
      for (const index of [0, 255, 256, 511, 512, 699]) {
        const path = await inclusionProof(tree, index)
        const leafHash = leaves[index] ?? new Uint8Array()
        const claim = { index, size: head.size, leafHash, path, root: head.root }
        expect(verifyInclusion(claim)).toBe(true)
      }
    })

    it('shows a flipped entry, a torn tile and a removed entry to the whole check', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 300)
      await fresh.database.liftGuard()
      await fresh.database.run(`update log_tile set bytes = root`)
      expect((await checkStored(fresh)).findings).toMatchObject([{ code: 'ledger_tile_torn' }])
      await fresh.database.run(`update log_entry set bytes =
        (select e.bytes from (select bytes from log_entry where idx = 3) e) where idx = 270`)
      const flipped = await checkStored(fresh)
      expect(flipped.findings).toContainEqual(
        expect.objectContaining({ code: 'ledger_entry_tampered', index: 270 }),
      )
      await fresh.database.run('delete from log_entry where idx = 299')
      const shortened = await checkStored(fresh)
      expect(shortened.findings.map(({ code }) => code)).toContain('ledger_head_wrong')
    })
  })

  describe('a checkpoint', () => {
    it('is the largest that was ever given', async () => {
      const { store } = await engine.fresh()
      const { ledger } = store
      expect(await ledger.checkpoint('main')).toBeUndefined()
      const small = { size: 3, note: 'small', signedAtMs: 10 }
      const large = { size: 7, note: 'large', signedAtMs: 11 }
      await ledger.putCheckpoint('main', small)
      await ledger.putCheckpoint('main', large)
      await ledger.putCheckpoint('main', small)
      expect(await ledger.checkpoint('main')).toEqual(large)
      const cosigned = { ...large, note: 'large, cosigned' }
      await ledger.putCheckpoint('main', cosigned)
      expect(await ledger.checkpoint('main')).toEqual(cosigned)
      expect(await ledger.checkpoint('other')).toBeUndefined()
    })
  })
})

/** Commits as many entries in works of up to 200. */
async function append(fresh: Fresh, count: number, caseId?: string): Promise<void> {
  const works: Promise<unknown>[] = []
  for (let rest = count; rest > 0; rest -= 200) {
    const draft = () => entryDraft(fresh, caseId === undefined ? {} : { caseId })
    const more = Array.from({ length: Math.min(rest, 200) - 1 }, draft)
    works.push(fresh.store.commit('main', async () => ({ value: 0, entries: [draft(), ...more] })))
  }
  await Promise.all(works)
}

async function checkStored(fresh: Fresh) {
  const { ledger } = fresh.store
  const head = await ledger.head('main')
  return checkLog({
    tenant: 'main',
    entries: await ledger.entries('main', 0, head.size),
    head,
    tile: (level, index) => ledger.tile('main', level, index),
    checkpoints: [],
    // No checkpoint was signed, so no key is needed; this one belongs to nobody.
    verifierKey: 'example.org/log+f41ef4ca+AZRfYjfVpxQjVIIAJtEfJgyiMwBHGsDP5vZpXqqQhcFO',
  })
}
