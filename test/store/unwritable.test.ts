import { readFileSync } from 'node:fs'
import { join } from 'node:path'
// biome-ignore lint/correctness/noUnresolvedImports: the linter's list of built-ins is older than this one
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { openPostgresEngine } from '../../src/store/postgres-engine.ts'
import type { Store } from '../../src/store/store.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine, onPostgres, onSqlite } from '../harness/stores.ts'
import { commitBreaker } from './commit-breaker.ts'

type Label = 'begin' | 'before-append' | 'before-db-commit' | 'after-db-commit' | 'after-witness'

/** A door that fails at one label while it is armed, and remembers what it was told. */
function faultDoor() {
  const told: string[] = []
  let armed: string | undefined
  return {
    told,
    arm: (label: Label | undefined) => {
      armed = label === undefined ? undefined : `commit:${label}`
    },
    at: (label: string) => {
      told.push(label)
      if (label === armed) throw new Error('the disk is full')
    },
  }
}

forEachEngine((engine) => {
  describe('a commit that cannot be written', () => {
    const early: readonly Label[] = ['begin', 'before-append', 'before-db-commit']
    it.each(early)(
      'at %s changes nothing, says ledger_unwritable, and the next goes on without a gap [R3]',
      async (label) => {
        const door = faultDoor()
        const fresh = await engine.fresh({ at: door.at })
        await raise(fresh)
        door.arm(label)
        const results = await Promise.allSettled([raise(fresh), raise(fresh), raise(fresh)])
        for (const result of results) {
          expect(result).toMatchObject({
            reason: { code: 'ledger_unwritable', cause: { message: 'the disk is full' } },
          })
        }
        door.arm(undefined)
        expect(await fresh.store.revisions.read('main', ['k'])).toEqual({ k: 1 })
        expect((await fresh.store.ledger.head('main')).size).toBe(1)
        expect(await raise(fresh)).toBe(1)
      },
    )

    const late: readonly Label[] = ['after-db-commit', 'after-witness']
    it.each(late)(
      'at %s gives no receipt and stops this node until it is opened again',
      async (label) => {
        const door = faultDoor()
        const fresh = await engine.fresh({ at: door.at })
        await raise(fresh)
        door.arm(label)
        await expect(raise(fresh)).rejects.toMatchObject({ code: 'ledger_unwritable' })
        door.arm(undefined)
        await expect(raise(fresh)).rejects.toMatchObject({ code: 'ledger_unwritable' })
        await expect(fresh.store.ledger.head('main')).rejects.toMatchObject({
          code: 'ledger_unwritable',
        })
        await fresh.store.close()
        const store = await fresh.open()
        expect((await store.ledger.head('main')).size).toBe(2)
        expect(await raise({ ...fresh, store })).toBe(2)
      },
    )
  })

  describe('a receipt', () => {
    it('is given only after the database and then the witness hold the entry', async () => {
      const seen: string[] = []
      let look = (_label: string): void => undefined
      const fresh = await engine.fresh({ at: (label) => look(label) })
      await raise(fresh)
      const path = join(fresh.options.engine.dataDir, 'witness', 'main.witness')
      look = (label) => {
        const file = readFileSync(path, 'latin1')
        const sizes = [0, 4096].map((slot) => Number(file.slice(slot, slot + 512).split('\n')[2]))
        seen.push(`${label} ${Math.max(...sizes)}`)
      }
      const index = await raise(fresh)
      seen.push(`receipt ${index}`)
      expect(seen).toEqual([
        'commit:begin 1',
        'commit:before-append 1',
        'commit:before-db-commit 1',
        'commit:after-db-commit 1',
        'commit:after-witness 2',
        'receipt 1',
      ])
      expect(await fresh.database.run('select size from log_head')).toMatchObject([
        { size: engine.name === 'sqlite' ? 2 : '2' },
      ])
    })
  })
})

onSqlite((engine) => {
  it('a database that somebody else has locked for writing is unwritable, not waited for without end', async () => {
    const fresh = await engine.fresh()
    await raise(fresh)
    const path = join(fresh.options.engine.dataDir, 'countersign.sqlite')
    const intruder = new DatabaseSync(path)
    intruder.exec('begin immediate')
    await expect(raise(fresh)).rejects.toMatchObject({ code: 'ledger_unwritable' })
    expect(await fresh.store.revisions.read('main', ['k'])).toEqual({ k: 1 })
    intruder.close()
    expect(await raise(fresh)).toBe(1)
  })
})

onPostgres((engine) => {
  it('a connection that breaks inside a transaction changes nothing, and the next commit gets another', async () => {
    const fresh = await engine.fresh()
    const broken = fresh.store.commit('main', async (tx) => {
      await fresh.store.revisions.raise(tx, 'k')
      await fresh.database.run(`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'countersign' and state = 'idle in transaction'
        and datname = current_database()`)
      return { value: 0, entries: [entryDraft(fresh)] }
    })
    await expect(broken).rejects.toMatchObject({ code: 'ledger_unwritable' })
    expect(await raise(fresh)).toBe(0)
    expect(await fresh.store.revisions.read('main', ['k'])).toEqual({ k: 1 })
  })

  it('a connection that breaks after the commit arrived still gives the receipt, and only one entry', async () => {
    const fresh = await engine.fresh()
    const breaker = await commitBreaker(fresh.database.url)
    const store = await throughBreaker(fresh, breaker.url)
    await raise({ ...fresh, store })
    breaker.breakNextCommit('after')
    expect(await raise({ ...fresh, store })).toBe(1)
    expect(breaker.broken()).toBe(1)
    expect(await fresh.store.revisions.read('main', ['k'])).toEqual({ k: 2 })
    expect((await fresh.store.ledger.head('main')).size).toBe(2)
    await store.close()
    await breaker.close()
  })

  it('a connection that breaks before the commit arrived changes nothing', async () => {
    const fresh = await engine.fresh()
    const breaker = await commitBreaker(fresh.database.url)
    const store = await throughBreaker(fresh, breaker.url)
    await raise({ ...fresh, store })
    breaker.breakNextCommit('before')
    await expect(raise({ ...fresh, store })).rejects.toMatchObject({ code: 'ledger_unwritable' })
    expect(breaker.broken()).toBe(1)
    expect(await fresh.store.revisions.read('main', ['k'])).toEqual({ k: 1 })
    expect(await raise({ ...fresh, store })).toBe(1)
    await store.close()
    await breaker.close()
  })
})

onPostgres((engine) => {
  it('a network that swallows everything is noticed, and the query fails instead of waiting for ever', async () => {
    const fresh = await engine.fresh()
    const breaker = await commitBreaker(fresh.database.url)
    const postgres = openPostgresEngine(breaker.url, 300)
    await postgres.checkDurable()
    breaker.fallSilent()
    const lost = await postgres.checkDurable().catch((error) => error.cause)
    expect(postgres.meaningOf(lost)).toBe('unwritable')
    await postgres.close()
    await breaker.close()
  })
})

/** Raises `k` with one entry; answers the entry's index. */
async function raise(fresh: Pick<Fresh, 'store' | 'nextId' | 'clock'>): Promise<number> {
  const { receipts } = await fresh.store.commit('main', async (tx) => {
    await fresh.store.revisions.raise(tx, 'k')
    return { value: 0, entries: [entryDraft(fresh)] }
  })
  return receipts[0].index
}

async function throughBreaker(fresh: Fresh, url: string): Promise<Store> {
  const dataDir = await fresh.newDirectory()
  return fresh.open({ engine: { kind: 'postgres', url, dataDir } })
}
