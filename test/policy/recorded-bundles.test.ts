import { describe, expect, it } from 'vitest'
import { recordedBundles } from '../../src/adapters/recorded-bundles.ts'
import { checkLedger } from '../../src/command/check-ledger.ts'
import { digestOfText } from '../../src/kernel/digest.ts'
import type { EntryDraft } from '../../src/kernel/entry.ts'
import { entryOfBundle } from '../../src/store/migration-0026-entry-of-bundle.ts'
import { addEntryAt } from '../harness/forged-entry.ts'
import { migrateAgain } from '../harness/migrate-again.ts'
import { type Fresh, forEachEngine, START_MS } from '../harness/stores.ts'

/** There is no checkpoint that it would have to hold for. */
const VERIFIER_KEY = 'example.org/log+f41ef4ca+AZRfYjfVpxQjVIIAJtEfJgyiMwBHGsDP5vZpXqqQhcFO'

forEachEngine((engine) => {
  describe('policy bundles', () => {
    it('come strictly in sequence, and raise the revision of policy', async () => {
      const fresh = await engine.fresh()
      const { revisions } = fresh.store
      const bundles = bundlesOf(fresh)
      expect(await bundles.active('main')).toBeUndefined()
      const first = await publish(fresh, 1)
      const second = await publish(fresh, 2)
      for (const wrong of [2, 4, 1, 0]) {
        await expect(publish(fresh, wrong)).rejects.toMatchObject({ code: 'conflict' })
      }
      expect(await bundles.active('main')).toEqual(second)
      const { text: _, entry: __, ...meta } = first
      expect((await bundles.list('main'))[0]).toEqual(meta)
      expect(await revisions.read('main', ['policy'])).toEqual({ policy: 2 })
    })

    it.each([
      ['whose text was changed', `update policy_bundle set text = '{"n":9}' where sequence = 2`],
      [
        'whose text and digest were changed',
        `update policy_bundle set text = '{"n":9}', digest = '${digestOf('{"n":9}')}' where sequence = 2`,
      ],
      [
        'whose digest alone was changed',
        `update policy_bundle set digest = '${digestOf('{"n":9}')}' where sequence = 2`,
      ],
      [
        'that says somebody else published it',
        `update policy_bundle set published_by = 'x' where sequence = 2`,
      ],
      ['that names no entry', 'update policy_bundle set entry = null where sequence = 2'],
      [
        'that names the entry of another',
        `update policy_bundle set entry = (select entry from policy_bundle where sequence = 1)
         where sequence = 2`,
      ],
      [
        'that was published before and stands on top again',
        'update policy_bundle set sequence = 3 where sequence = 1',
      ],
      [
        'that nobody published',
        `insert into policy_bundle
         select tenant, 3, digest, text, published_by, published_at_ms, entry from policy_bundle
         where sequence = 2`,
      ],
    ])('one %s is not active, and says so [R57]', async (_, statement) => {
      const fresh = await engine.fresh()
      for (const sequence of [1, 2]) await publish(fresh, sequence)
      await fresh.database.run(statement)
      await expect(bundlesOf(fresh).active('main')).rejects.toMatchObject({
        code: 'policy_unrecorded',
      })
    })

    it.each([-1, 1_000_000])(
      'one that names an entry at %d, outside of the head, is not active, and the check of the ledger finds both',
      async (index) => {
        const fresh = await engine.fresh()
        await publish(fresh, 1)
        const forged = bundleOf(fresh, 2)
        await addEntryAt(fresh.database, index, publishedEntry(forged))
        await fresh.database.run(
          `insert into policy_bundle
         (tenant, sequence, digest, text, published_by, published_at_ms, entry)
         values ('main', 2, '${forged.digest}', '${forged.text}', 'test', 1, '${forged.entry}')`,
        )
        const bundles = bundlesOf(fresh)
        await expect(bundles.active('main')).rejects.toMatchObject({ code: 'policy_unrecorded' })
        const { findings } = await checkLedger(
          { ledger: fresh.store.ledger, bundles, verifierKey: VERIFIER_KEY },
          { tenant: 'main', by: { kind: 'system', part: 'test' } },
        )
        expect(findings.map(({ code }) => code)).toEqual(['ledger_head_wrong', 'policy_unrecorded'])
      },
    )

    it('from before rows named their entries get them from the log; one the log does not know gets none', async () => {
      const fresh = await engine.fresh()
      const published = await publish(fresh, 1)
      await fresh.database.run(
        `insert into policy_bundle (tenant, sequence, digest, text, published_by, published_at_ms)
         values ('main', 2, '${digestOf('{}')}', '{}', 'x', 1)`,
      )
      await migrateAgain(fresh, ['policy_bundle.entry'], entryOfBundle)
      await expect(bundlesOf(fresh).active('main')).rejects.toMatchObject({
        code: 'policy_unrecorded',
      })
      await fresh.database.run('delete from policy_bundle where sequence = 2')
      expect(await bundlesOf(fresh).active('main')).toEqual(published)
    })
  })
})

function bundlesOf({ store }: Fresh) {
  return recordedBundles(store.bundles, store.ledger)
}

function digestOf(text: string) {
  return digestOfText('countersign-bundle-v1', text)
}

function bundleOf({ nextId }: Fresh, sequence: number) {
  const text = `{"n":${sequence}}`
  const by = { publishedBy: 'test', publishedAtMs: START_MS, entry: nextId() }
  return { tenant: 'main', sequence, digest: digestOf(text), text, ...by }
}

function publishedEntry({ entry, digest, sequence }: ReturnType<typeof bundleOf>): EntryDraft {
  return {
    id: entry,
    type: 'policy.published',
    atMs: START_MS,
    actor: { kind: 'system', id: 'test' },
    data: { bundle: digest, sequence, proven: false, owned: true },
  }
}

async function publish(fresh: Fresh, sequence: number) {
  const bundle = bundleOf(fresh, sequence)
  await fresh.store.commit('main', async (tx) => {
    await fresh.store.bundles.publish(tx, bundle)
    return { value: 0, entries: [publishedEntry(bundle)] }
  })
  return bundle
}
