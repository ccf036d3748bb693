/**
 * What a gateway does with an installation that lost something or was changed: it does not start, says which
 * of them it is and what to do, and changes nothing. Through the command line, as an operator meets it; on PostgreSQL
 * a start is one in this process, because only what it finds in its database is another.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openKeys } from '../../src/adapters/key-files.ts'
import { uuidV7 } from '../../src/kernel/ids.ts'
import { openStore } from '../../src/store/store.ts'
import { POSTGRES_URL } from '../harness/stores.ts'
import { type EngineName, type Installation, makeTemplate, type Template } from './installation.ts'
import { readLive } from './snapshot.ts'
import {
  backUpDatabase,
  backUpFolder,
  blob,
  countersign,
  imprint,
  liftGuard,
  run,
  started,
} from './tamper.ts'
import { startVictim } from './victim-process.ts'

/** One tile is full at 256 entries. */
const MORE_THAN_A_TILE = 300

function onEngine(engine: EngineName): void {
  let folder: string
  let template: Template
  let place: Installation

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-refused-'))
    template = await makeTemplate(engine, folder, POSTGRES_URL)
  }, 60_000)
  beforeEach(async () => {
    place = await template.copy()
  })
  afterEach(() => place.remove())
  afterAll(async () => {
    await template?.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Starting is refused with this code and a next step, and leaves everything as it was. */
  async function expectRefused(code: string, next: string, exitWith = 5): Promise<void> {
    const before = await imprint(place)
    const isHere = engine === 'postgres'
    const { exitCode, out, err } = await (isHere ? started(place) : countersign(place, ['serve']))
    expect(err).toContain(`error ${code}: `)
    expect(err).toContain(`\n  next: ${next}`)
    expect(out).toBe('')
    expect(exitCode).toBe(exitWith)
    expect(await imprint(place)).toBe(before)
  }

  const check = () =>
    countersign(place, ['ledger', 'check', '--data', place.config.dataDir, '--json'])

  const RESTORED = 'A backup was restored: see docs/guides/restore.md.'
  const TAMPERED = 'Treat it as tampering'

  describe('a start is refused', () => {
    it('as older than its witness when a backup of the database was restored', async () => {
      const restore = await backUpDatabase(place)
      await append(place, 1)
      await restore()
      await expectRefused('store_behind_witness', RESTORED)
    })

    it('by the signer when the witness was restored with the database', async () => {
      await live(place)
      const restore = await backUpDatabase(place)
      const restoreWitness = backUpFolder(place, 'witness')
      await append(place, 5)
      await live(place)
      await restore()
      restoreWitness()
      await expectRefused('signer_refused', `${TAMPERED}: the log was rolled back or forked.`)
    })

    it('by the signer when its memory cannot be read', async () => {
      writeFileSync(join(place.config.dataDir, 'keys', 'signed-main'), 'many\n')
      await expectRefused('signer_refused', TAMPERED)
    })

    it('as forked when the database went on elsewhere, also when it is longer', async () => {
      const restore = await backUpDatabase(place)
      const restoreWitness = backUpFolder(place, 'witness')
      await append(place, 2)
      const ofTheFirst = backUpFolder(place, 'keys')
      const first = new Map(
        readdirSync(join(place.config.dataDir, 'witness')).map((name) => [
          name,
          readFileSync(join(place.config.dataDir, 'witness', name)),
        ]),
      )
      await restore()
      restoreWitness()
      await append(place, 3)
      for (const [name, bytes] of first) {
        writeFileSync(join(place.config.dataDir, 'witness', name), bytes)
      }
      ofTheFirst()
      await expectRefused('store_forked', `${TAMPERED}: see docs/guides/restore.md.`)
    })

    it('as forked when the root in its head was changed', async () => {
      await run(place, 'update log_head set root = (select leaf_hash from log_entry where idx = 0)')
      await expectRefused('store_forked', TAMPERED)
    })

    it('for its head when entries are missing below it', async () => {
      await liftGuard(place)
      await run(place, 'delete from log_entry where idx = 2')
      await expectRefused('ledger_head_wrong', TAMPERED)
    })

    it('for its head when the next entry would not continue the tree', async () => {
      await run(place, 'update log_head set frontier = root')
      await expectRefused('ledger_head_wrong', TAMPERED)
    })

    it('when the database was written by a later version', async () => {
      await run(place, `insert into schema_migration values ('9999-later', '2030-01-01')`)
      await expectRefused('store_schema_unknown', 'Start the version that wrote it.', 1)
    })
  })

  describe('the check of the whole ledger', () => {
    it('passes what nobody changed', async () => {
      await append(place, MORE_THAN_A_TILE)
      const { exitCode, out } = await check()
      expect(JSON.parse(out)).toMatchObject({ ok: true, findings: [] })
      expect(exitCode).toBe(0)
    })

    it('names the entry in which one byte was flipped', async () => {
      const { entries } = await readLive(place)
      const index = entries.length - 3
      const [row] = await run(place, `select bytes from log_entry where idx = ${index}`)
      const bytes = new Uint8Array(row?.bytes as Uint8Array)
      const at = bytes.length >> 1
      bytes[at] = (bytes[at] ?? 0) ^ 1
      await liftGuard(place)
      await run(place, `update log_entry set bytes = ${blob(place, bytes)} where idx = ${index}`)
      const { exitCode, out } = await check()
      expect(JSON.parse(out)).toMatchObject({
        ok: false,
        findings: [{ code: 'ledger_entry_tampered', index }],
      })
      expect(exitCode).toBe(5)
    })

    it('tells a torn tile from changed entries', async () => {
      await append(place, MORE_THAN_A_TILE)
      const [row] = await run(place, 'select bytes from log_tile where level = 0 and idx = 0')
      const torn = new Uint8Array(row?.bytes as Uint8Array).slice(0, 4096)
      await run(
        place,
        `update log_tile set bytes = ${blob(place, torn)} where level = 0 and idx = 0`,
      )
      const { exitCode, out } = await check()
      const { findings } = JSON.parse(out) as { findings: readonly { code: string }[] }
      expect(findings.map(({ code }) => code)).toEqual(['ledger_tile_torn'])
      expect(exitCode).toBe(5)
    })
  })

  if (engine === 'sqlite') {
    // The lock lies in the directory, whatever the database.
    it('keeps others out of a directory that it serves, and goes on undisturbed', async () => {
      // From the sources: one life is not worth making the one file.
      const victim = await startVictim({ config: place.config }, { folder: place.folder, env: {} })
      const port = await victim.ready
      const second = await countersign(place, ['serve'])
      expect(second.err).toContain('error store_locked: ')
      expect(second.err).toContain('\n  next: Stop the other process first.')
      expect(second.exitCode).toBe(1)
      const checked = await check()
      expect(JSON.parse(checked.err)).toMatchObject({ code: 'store_locked' })
      expect(checked.exitCode).toBe(1)
      expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200)
      await victim.close()
      expect(victim.errors()).toEqual([])
    })

    // On a shared database a directory without a witness is that of a new node.
    it('refuses to start an embedded database whose witness was removed', async () => {
      rmSync(join(place.config.dataDir, 'witness'), { recursive: true })
      const { exitCode, err } = await countersign(place, ['serve'])
      expect(err).toMatch(/^error store_forked: .*the witness of main was removed/)
      expect(exitCode).toBe(5)
    })
  }
}

// Each test starts several processes, and other tests may run beside it.
const timeout = 60_000
describe('on SQLite', { timeout }, () => onEngine('sqlite'))
describe.skipIf(POSTGRES_URL === undefined)(
  'on PostgreSQL (COUNTERSIGN_TEST_POSTGRES_URL)',
  { timeout },
  () => onEngine('postgres'),
)

/** A life of the gateway in which nothing is asked of it, so that what there is gets signed. */
async function live(installation: Installation): Promise<void> {
  expect(await started(installation)).toMatchObject({ exitCode: 0, err: '' })
}

/** Entries as the product would write them, without a gateway. */
async function append({ config }: Installation, count: number): Promise<void> {
  const { dataDir, databaseUrl } = config
  const store = await openStore({
    engine:
      databaseUrl === undefined
        ? { kind: 'sqlite', dataDir }
        : { kind: 'postgres', url: databaseUrl, dataDir },
    clock: { nowMs: () => Date.now() },
    random: randomBytes,
    keyWrap: openKeys(dataDir).keyWrap,
  })
  const nextId = () => uuidV7(Date.now(), randomBytes(10))
  const entry = () => ({
    id: nextId(),
    type: 'task.changed' as const,
    atMs: Date.now(),
    actor: { kind: 'system', id: 'test' } as const,
    data: { task: nextId(), reason: 'test' },
  })
  await store.commit('main', async () => ({
    value: undefined,
    entries: [entry(), ...Array.from({ length: count - 1 }, entry)],
  }))
  await store.close()
}
