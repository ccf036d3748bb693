/** What happens to the database itself while gateways run, die and start: it is set back, or it is late. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { expect, it } from 'vitest'
import {
  entryDraft,
  type Fresh,
  forEachEngine,
  onPostgres,
  POSTGRES_URL,
} from '../harness/stores.ts'
import { type Installation, makeTemplate } from './installation.ts'
import { Lane } from './lane.ts'
import { readLive } from './snapshot.ts'
import { run } from './tamper.ts'
import { startVictim } from './victim-process.ts'

forEachEngine((engine) => {
  it('a log that is set back under a running node takes no entry and answers nothing any more', async () => {
    const fresh = await engine.fresh()
    for (let count = 0; count < 3; count++) await append(fresh)
    const setBack = await headNow(fresh, engine.name)
    await append(fresh)
    await append(fresh)
    await fresh.database.liftGuard()
    await fresh.database.run('delete from log_entry where idx >= 3')
    await setBack()
    await expect(append(fresh)).rejects.toMatchObject({ code: 'store_behind_witness' })
    await expect(append(fresh)).rejects.toMatchObject({ code: 'store_behind_witness' })
    await expect(fresh.store.ledger.head('main')).rejects.toMatchObject({
      code: 'store_behind_witness',
    })
    expect(await fresh.database.run('select idx from log_entry')).toHaveLength(3)
    await fresh.store.close()
    await expect(fresh.open()).rejects.toMatchObject({ code: 'store_behind_witness' })
  })
})

onPostgres(() => {
  it('a start waits for what the database still commits for a killed node, and settles it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-late-'))
    const template = await makeTemplate('postgres', folder, POSTGRES_URL)
    const installation = await template.copy()
    const strike = { phase: 'serve', label: 'act:after', passing: 2 } as const
    const killed = await new Lane(installation).kill({ name: 'act:after', strike })
    expect(killed.violations).toEqual([])
    // The dispatch becomes visible only when a transaction that holds the log commits.
    const inFlight = await run(installation, `select id from tool_call where state = 'dispatched'`)
    expect(inFlight.length).toBeGreaterThan(0)
    await run(installation, `update tool_call set state = 'held' where state = 'dispatched'`)
    const late = new pg.Client({ connectionString: installation.config.databaseUrl })
    await late.connect()
    await late.query('begin; select size from log_head for update')
    await late.query(`update tool_call set state = 'dispatched'
      where id in (${inFlight.map(({ id }) => `'${id}'`).join()})`)

    const victim = await startVictim({ config: installation.config }, { folder, env: undefined })
    expect(await Promise.race([victim.ready, someoneWaits(installation)])).toBe('waiting')
    await late.query('commit')
    await late.end()
    expect(await victim.ready).toBeDefined()
    const { calls, entries } = await readLive(installation)
    const settled = entries.filter(({ entry }) => entry.data.outcome === 'unknown')
    expect(settled.map(({ entry }) => entry.call).sort()).toEqual(
      inFlight.map(({ id }) => id).sort(),
    )
    expect([...calls.values()]).not.toContain('dispatched')

    await victim.close()
    await installation.remove()
    await template.remove()
    rmSync(folder, { recursive: true })
  }, 60_000)
})

async function append(fresh: Fresh): Promise<void> {
  await fresh.store.commit('main', async () => ({ value: undefined, entries: [entryDraft(fresh)] }))
}

/** Resolves when a session of the database waits for a lock. Asked anew each time: a session sees one moment. */
async function someoneWaits(installation: Installation): Promise<'waiting'> {
  for (;;) {
    const waiting = await run(
      installation,
      `select pid from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    )
    if (waiting.length > 0) return 'waiting'
    await wait(20)
  }
}

/** Remembers the head; answers how to put it back. */
async function headNow(fresh: Fresh, engine: 'sqlite' | 'postgres'): Promise<() => Promise<void>> {
  const [head] = await fresh.database.run('select size, root, frontier from log_head')
  const blob = (value: unknown): string => {
    const hex = Buffer.from(value as Uint8Array).toString('hex')
    return engine === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'`
  }
  const values = `size = ${head?.size}, root = ${blob(head?.root)}, frontier = ${blob(head?.frontier)}`
  return async () => void (await fresh.database.run(`update log_head set ${values}`))
}
