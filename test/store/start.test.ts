import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine, onPostgres, onSqlite } from '../harness/stores.ts'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

forEachEngine((engine) => {
  describe('a data directory', () => {
    it('that another process holds is refused, and free again once that process was killed', async () => {
      const fresh = await engine.fresh()
      expect((await openElsewhere(fresh, 'close')).said).toBe('store_locked')
      await fresh.store.close()
      const holder = await openElsewhere(fresh, 'hold')
      expect(holder.said).toBe('opened')
      await expect(fresh.open()).rejects.toMatchObject({ code: 'store_locked' })
      holder.process.kill('SIGKILL')
      await once(holder.process, 'exit')
      await fresh.open()
    })

    it('is free again after an opening that was refused', async () => {
      const fresh = await engine.fresh()
      await fresh.store.close()
      await fresh.database.run(
        `insert into schema_migration (name, timestamp) values ('9999-future', '2030-01-01')`,
      )
      for (let attempt = 0; attempt < 2; attempt++) {
        await expect(fresh.open()).rejects.toMatchObject({ code: 'store_schema_unknown' })
      }
    })

    it('of a version that lacked a step with a lower number gets that step', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 1)
      await fresh.store.close()
      for (const name of ['approval_request_by_created_at_ms', 'recommendation_by_at_ms'])
        await fresh.database.run(`drop index ${name}`)
      await fresh.database.run("delete from schema_migration where name = '0015-oversight'")
      const again = { ...fresh, store: await fresh.open() }
      const [receipt] = await append(again, 1)
      expect(receipt?.index).toBe(1)
      await again.store.close()
      const [row] = await fresh.database.run(
        "select name from schema_migration where name = '0015-oversight'",
      )
      expect(row).toEqual({ name: '0015-oversight' })
    })

    it('opened again goes on where it was', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 3)
      await fresh.store.close()
      const again = { ...fresh, store: await fresh.open() }
      const [receipt] = await append(again, 1)
      expect(receipt?.index).toBe(3)
    })
  })

  describe('a store against its witness', () => {
    it('is refused as older when a backup was restored', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 2)
      await fresh.store.close()
      const restore = await fresh.database.backUp()
      const again = { ...fresh, store: await fresh.open() }
      await append(again, 1)
      await again.store.close()
      await restore()
      await expect(fresh.open()).rejects.toMatchObject({ code: 'store_behind_witness' })
    })

    it('is refused as older when it is empty again', async () => {
      const fresh = await engine.fresh()
      await fresh.store.close()
      const restore = await fresh.database.backUp()
      const again = { ...fresh, store: await fresh.open() }
      await append(again, 1)
      await again.store.close()
      await restore()
      await expect(fresh.open()).rejects.toMatchObject({ code: 'store_behind_witness' })
    })

    it('is refused as forked when its root was changed', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 3)
      await fresh.store.close()
      await fresh.database.run(
        'update log_head set root = (select leaf_hash from log_entry where idx = 0)',
      )
      await expect(fresh.open()).rejects.toMatchObject({ code: 'store_forked' })
    })

    it('is refused as forked when another history of the same or a greater length took its place', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 3)
      await fresh.store.close()
      const witnessPath = join(fresh.options.engine.dataDir, 'witness')
      for (const length of [3, 4, 300]) {
        const other = await engine.fresh()
        await append(other, length)
        await other.store.close()
        await expect(other.open({ witnessPath })).rejects.toMatchObject({ code: 'store_forked' })
      }
    })

    it('opens when it is ahead, as after a crash between commit and witness', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 270)
      const path = await witnessFile(fresh)
      await copyFile(path, `${path}.old`)
      await append(fresh, 300)
      await fresh.store.close()
      await copyFile(`${path}.old`, path)
      const again = await fresh.open()
      expect((await again.ledger.head('main')).size).toBe(570)
    })

    it('opens by the other slot when the newest was torn while it was written', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 1)
      await append(fresh, 1)
      await fresh.store.close()
      // Slots alternate and the file began with slot 0, so the second commit wrote slot 0.
      await scribble(await witnessFile(fresh), 0)
      await fresh.open()
    })

    it('is refused when no slot of the witness can be read', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 1)
      await fresh.store.close()
      await scribble(await witnessFile(fresh), 0)
      await scribble(await witnessFile(fresh), 4096)
      await expect(fresh.open()).rejects.toMatchObject({ code: 'store_forked' })
    })

    it('is refused when entries below its head are missing', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 3)
      await fresh.store.close()
      await fresh.database.liftGuard()
      await fresh.database.run('delete from log_entry where idx = 1')
      await expect(fresh.open()).rejects.toMatchObject({ code: 'ledger_head_wrong' })
    })

    it('is refused when its frontier is another one, which would fork it with the next entry', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 1)
      await fresh.store.close()
      await fresh.database.run(`update log_head set frontier = (
        select f.frontier from (select root as frontier from log_head) f)`)
      await expect(fresh.open()).rejects.toMatchObject({ code: 'ledger_head_wrong' })
    })

    it('without a witness is a new node where nodes share the database, else it was removed', async () => {
      const fresh = await engine.fresh()
      await append(fresh, 2)
      await fresh.store.close()
      await rm(await witnessFile(fresh))
      if (engine.name === 'sqlite') {
        await expect(fresh.open()).rejects.toMatchObject({ code: 'store_forked' })
      } else {
        const node = { ...fresh, store: await fresh.open() }
        expect((await append(node, 1))[0]?.index).toBe(2)
      }
    })
  })
})

onSqlite((engine) => {
  it('refuses a file that is no database, and a directory that is a file, and leaves both alone', async () => {
    const fresh = await engine.fresh()
    const dataDir = await fresh.newDirectory()
    const path = join(dataDir, 'countersign.sqlite')
    await writeFile(path, 'these are notes, not a database; they are longer than a header is')
    for (const directory of [dataDir, path]) {
      const opening = fresh.open({ engine: { kind: 'sqlite', dataDir: directory } })
      await expect(opening).rejects.toMatchObject({ code: 'ledger_unwritable' })
    }
    expect(await readFile(path, 'utf8')).toContain('these are notes')
  })
})

onPostgres((engine) => {
  it('refuses a server that is set to lose acknowledged commits', async () => {
    const fresh = await engine.fresh()
    await fresh.store.close()
    const name = new URL(fresh.database.url).pathname.slice(1)
    await fresh.database.run(`alter database ${name} set synchronous_commit = off`)
    await expect(fresh.open()).rejects.toMatchObject({ code: 'store_not_durable' })
  })

  it('says that the database cannot be reached', async () => {
    const fresh = await engine.fresh()
    const url = new URL(fresh.database.url)
    url.pathname = '/no_such_database'
    const dataDir = await fresh.newDirectory()
    const opening = fresh.open({ engine: { kind: 'postgres', url: url.href, dataDir } })
    await expect(opening).rejects.toMatchObject({ code: 'ledger_unwritable' })
  })

  it('makes its tables once when several nodes start at the same time', async () => {
    const fresh = await engine.fresh()
    await fresh.store.close()
    await fresh.database.run('drop schema public cascade')
    await fresh.database.run('create schema public')
    const nodes = await Promise.all([fresh.openNode(), fresh.openNode(), fresh.openNode()])
    for (const store of nodes) await append({ ...fresh, store }, 1)
    const steps = await fresh.database.run('select name from schema_migration')
    expect(new Set(steps.map(({ name }) => name)).size).toBe(steps.length)
  })
})

/** Commits as many entries, all in one work. */
async function append(fresh: Fresh, count: number) {
  const drafts = Array.from({ length: count - 1 }, () => entryDraft(fresh))
  const { receipts } = await fresh.store.commit('main', async () => ({
    value: 0,
    entries: [entryDraft(fresh), ...drafts],
  }))
  return receipts
}

async function witnessFile(fresh: Fresh): Promise<string> {
  const directory = join(fresh.options.engine.dataDir, 'witness')
  const [name = ''] = (await readdir(directory)).filter((file) => file.endsWith('.witness'))
  return join(directory, name)
}

async function scribble(path: string, offset: number): Promise<void> {
  const file = await open(path, 'r+')
  await file.write('torn', offset + 40)
  await file.close()
}

/** Opens the same directory in a process of its own, and answers its first line. */
async function openElsewhere(
  fresh: Fresh,
  then: 'hold' | 'close',
): Promise<{ readonly process: ChildProcess; readonly said: string }> {
  const script = join(import.meta.dirname, 'open-in-process.ts')
  const { dataDir } = fresh.options.engine
  const child = spawn(process.execPath, [script, dataDir, fresh.database.url, then], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
  return { process: child, said: String(line).trim() }
}
