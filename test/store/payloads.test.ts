import { describe, expect, it } from 'vitest'
import type { Payload } from '../../src/kernel/entry.ts'
import { opensCommitment } from '../../src/ledger/commitment.ts'
import { readEntry } from '../../src/ledger/read-entry.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine } from '../harness/stores.ts'

const CANARY = 'canary-7f3a-do-not-leak'

function textPayload(text: string, more: Partial<Payload> = {}): Payload {
  const bytes = new TextEncoder().encode(text)
  return { bytes, mediaType: 'text/plain', dataClass: 'personal', ...more }
}

forEachEngine((engine) => {
  describe('a payload', () => {
    it('opens to the bytes that were given and to the salt of its commitment', async () => {
      const fresh = await engine.fresh()
      const caseId = fresh.nextId()
      const inCase = await commitWith(fresh, { caseId, payloads: { prompt: textPayload('hello') } })
      const inNone = await commitWith(fresh, {
        payloads: { prompt: textPayload('', { dataClass: 'secret', mediaType: 'image/png' }) },
      })
      for (const [id, text, dataClass, mediaType] of [
        [inCase, 'hello', 'personal', 'text/plain'],
        [inNone, '', 'secret', 'image/png'],
      ] as const) {
        const opened = await fresh.store.payloads.open('main', id, 'prompt')
        if (opened.state === 'erased') throw new Error('the payload is gone')
        expect(new TextDecoder().decode(opened.bytes)).toBe(text)
        expect(opened).toMatchObject({ dataClass, mediaType })
        const stored = await fresh.store.ledger.entryById('main', id)
        const read = readEntry(stored?.bytes ?? new Uint8Array())
        const commitment = read.ok ? read.entry.commits?.prompt : undefined
        if (commitment === undefined) throw new Error('the entry commits to nothing')
        expect(opensCommitment(commitment, opened.salt, opened.bytes)).toBe(true)
      }
    })

    it('that was never given is not found, which is something else than erased', async () => {
      const fresh = await engine.fresh()
      const id = await commitWith(fresh, { payloads: { prompt: textPayload('hello') } })
      for (const [tenant, entry, name] of [
        ['main', id, 'result'],
        ['main', fresh.nextId(), 'prompt'],
        ['other', id, 'prompt'],
      ] as const) {
        await expect(fresh.store.payloads.open(tenant, entry, name)).rejects.toMatchObject({
          code: 'not_found',
        })
      }
    })

    it('moved to another entry does not open', async () => {
      const fresh = await engine.fresh()
      const caseId = fresh.nextId()
      const from = await commitWith(fresh, { caseId, payloads: { prompt: textPayload('theirs') } })
      const to = await commitWith(fresh, { caseId, payloads: { prompt: textPayload('mine') } })
      await fresh.database.run(`update payload set envelope =
        (select p.envelope from (select envelope from payload where entry_id = '${from}') p)
        where entry_id = '${to}'`)
      await expect(fresh.store.payloads.open('main', to, 'prompt')).rejects.toMatchObject({
        code: 'payload_unreadable',
      })
    })

    it('of a work that throws leaves neither itself nor a key', async () => {
      const fresh = await engine.fresh()
      const draft = entryDraft(fresh, {
        caseId: fresh.nextId(),
        data: { task: 'not an id', reason: 'test' },
        payloads: { prompt: textPayload('hello') },
      })
      const results = await Promise.allSettled([
        fresh.store.commit('main', async () => ({ value: 0, entries: [draft] })),
        fresh.store.commit('main', async () => ({ value: 0, entries: [entryDraft(fresh)] })),
      ])
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled'])
      const rows = await fresh.database.run(
        'select (select count(*) from payload) + (select count(*) from data_key) as n',
      )
      expect(Number(rows[0]?.n)).toBe(0)
    })
  })

  describe('an erasure', () => {
    it('silences exactly one class of one case, for ever, and the entries still verify [R123]', async () => {
      const fresh = await engine.fresh()
      const { store } = fresh
      const [caseId, otherCase] = [fresh.nextId(), fresh.nextId()]
      const personal = await commitWith(fresh, { caseId, payloads: { prompt: textPayload('a') } })
      const secret = await commitWith(fresh, {
        caseId,
        payloads: { prompt: textPayload('b', { dataClass: 'secret' }) },
      })
      const elsewhere = await commitWith(fresh, {
        caseId: otherCase,
        payloads: { prompt: textPayload('c') },
      })
      const before = await store.ledger.entries('main', 0, 3)
      const { value: keys } = await store.commit('main', async (tx) => {
        const destroyed = await store.payloads.destroyKeys(tx, caseId, 'personal')
        const erased = entryDraft(fresh, {
          type: 'privacy.payload.erased',
          caseId,
          data: { data_class: 'personal', reason: 'test', keys: destroyed },
        })
        return { value: destroyed, entries: [erased] }
      })
      expect(keys).toHaveLength(1)
      expect(await store.payloads.open('main', personal, 'prompt')).toEqual({ state: 'erased' })
      expect(await store.payloads.open('main', secret, 'prompt')).toMatchObject({
        state: 'present',
      })
      expect(await store.payloads.open('main', elsewhere, 'prompt')).toMatchObject({
        state: 'present',
      })
      expect(await store.ledger.entries('main', 0, 3)).toEqual(before)

      const after = await commitWith(fresh, { caseId, payloads: { prompt: textPayload('d') } })
      expect(await store.payloads.open('main', after, 'prompt')).toMatchObject({ state: 'present' })
      expect(await store.payloads.open('main', personal, 'prompt')).toEqual({ state: 'erased' })
    })

    it('of a case that has nothing destroys nothing', async () => {
      const fresh = await engine.fresh()
      const { value } = await fresh.store.commit('main', async (tx) => ({
        value: await fresh.store.payloads.destroyKeys(tx, fresh.nextId(), 'personal'),
        entries: [entryDraft(fresh)],
      }))
      expect(value).toEqual([])
    })
  })

  describe('a planted text', () => {
    it('in every payload of a case is in no entry and nowhere in clear in the database', async () => {
      const fresh = await engine.fresh()
      const caseId = fresh.nextId()
      for (const name of ['prompt', 'arguments', 'result', 'reason', 'package']) {
        await commitWith(fresh, { caseId, payloads: { [name]: textPayload(`${name} ${CANARY}`) } })
        await commitWith(fresh, { payloads: { [name]: textPayload(`${name} ${CANARY}`) } })
      }
      const entries = await fresh.store.ledger.entries('main', 0, 100)
      expect(entries).toHaveLength(10)
      for (const { bytes } of entries) expect(Buffer.from(bytes).includes(CANARY)).toBe(false)
      const atRest = Buffer.from(await fresh.database.bytes())
      // The case is there in clear, so that a search that finds nothing is known to search.
      expect(atRest.includes(caseId)).toBe(true)
      expect(atRest.includes(CANARY)).toBe(false)
      await fresh.store.close()
      expect(Buffer.from(await fresh.database.bytes()).includes(CANARY)).toBe(false)
    })
  })
})

/** Commits one entry; answers its id. */
async function commitWith(
  fresh: Fresh,
  more: { readonly caseId?: string; readonly payloads: Readonly<Record<string, Payload>> },
): Promise<string> {
  const draft = entryDraft(fresh, more)
  await fresh.store.commit('main', async () => ({ value: 0, entries: [draft] }))
  return draft.id
}
