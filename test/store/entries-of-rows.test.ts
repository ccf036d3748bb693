import { describe, expect, it } from 'vitest'
import type { EntryDraft } from '../../src/kernel/entry.ts'
import { entriesOfRows } from '../../src/store/migration-0021-entries-of-rows.ts'
import { migrateAgain } from '../harness/migrate-again.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine, START_MS } from '../harness/stores.ts'
import { aPerson } from './samples.ts'

forEachEngine((engine) => {
  describe('the entries that rows name', () => {
    it('are read with the rows, and those that are in the log in one read', async () => {
      const fresh = await engine.fresh()
      const { people, ledger } = fresh.store
      const entry = entryDraft(fresh)
      const person = aPerson(fresh, { rolesEntry: entry.id })
      const held = { ...certificateOf(fresh, person.id), entry: entry.id }
      await fresh.store.commit('main', async (tx) => {
        await people.put(tx, person)
        await people.putCertificate(tx, held)
        return { value: 0, entries: [entry] }
      })
      expect(await people.byId('main', person.id)).toMatchObject({ rolesEntry: entry.id })
      expect(await people.certificates('main', person.id)).toEqual([held])
      const found = await ledger.entriesById('main', [entry.id, 'nowhere'])
      expect(found.map(({ id }) => id)).toEqual([entry.id])
      expect(await ledger.entriesById('other', [entry.id])).toEqual([])
      expect(await ledger.entriesById('main', [])).toEqual([])
    })

    it('are found in the log for rows that were there before; a row nobody recorded gets none', async () => {
      const fresh = await engine.fresh()
      const [known, forged] = [aPerson(fresh), aPerson(fresh, { email: 'x@example.org' })]
      const [held, slipped] = [certificateOf(fresh, known.id), certificateOf(fresh, known.id)]
      const registered = said(fresh, 'person.registered', {
        person: known.id,
        roles: ['analyst'],
        proven: false,
      })
      const roles = said(fresh, 'person.changed', { person: known.id, roles: known.roles })
      const trained = said(fresh, 'person.changed', { person: known.id, certificate: held.id })
      const state = said(fresh, 'person.changed', { person: known.id, state: 'suspended' })
      await fresh.store.commit('main', async (tx) => {
        for (const person of [known, forged]) await fresh.store.people.put(tx, person)
        for (const one of [held, slipped]) await fresh.store.people.putCertificate(tx, one)
        return { value: 0, entries: [registered, roles, trained, state] }
      })
      await migrateAgain(fresh, ['person.roles_entry', 'certificate.entry'], entriesOfRows)
      const { people } = fresh.store
      expect((await people.byId('main', known.id))?.rolesEntry).toBe(roles.id)
      expect((await people.byId('main', forged.id))?.rolesEntry).toBeUndefined()
      const named = (await people.certificates('main', known.id)).map(({ entry }) => entry)
      expect(named.toSorted()).toEqual([trained.id, undefined])
    })
  })
})

function said(fresh: Fresh, type: EntryDraft['type'], data: EntryDraft['data']): EntryDraft {
  return {
    id: fresh.nextId(),
    type,
    atMs: START_MS,
    actor: { kind: 'system', id: 'test' },
    data,
  }
}

function certificateOf({ nextId }: Fresh, person: string) {
  const until = { issuer: 'academy', expiresAtMs: START_MS + 5 }
  return { tenant: 'main', id: nextId(), person, actionClass: 'contain', ...until }
}
