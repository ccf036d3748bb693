/**
 * Stores for tests: each in its own directory and, on PostgreSQL, in its own database, on a clock that only
 * moves when told. `forEachEngine` runs the same tests on SQLite and, where
 * COUNTERSIGN_TEST_POSTGRES_URL names a server on which databases may be made, on PostgreSQL.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe } from 'vitest'
import type { Clock } from '../../src/kernel/clock.ts'
import type { EntryDraft } from '../../src/kernel/entry.ts'
import type { NextId, Randomness } from '../../src/kernel/ids.ts'
import { uuidV7 } from '../../src/kernel/ids.ts'
import type { KeyWrap } from '../../src/ledger/ports.ts'
import { unwrapKey, wrapKey } from '../../src/ledger/seal.ts'
import type { Store, StoreOptions } from '../../src/store/store.ts'
import { openStore } from '../../src/store/store.ts'
import type { Database } from './databases.ts'
import { migratedPostgres, migratedSqlite } from './migrated.ts'

/** Where CI's database runs is known to its environment alone. */
export const POSTGRES_URL = process.env.COUNTERSIGN_TEST_POSTGRES_URL

/** 2026-07-01T10:00:00Z. */
export const START_MS = 1_782_900_000_000

export type TestClock = Clock & { readonly advance: (ms: number) => void }

/** A fresh store and everything needed to open it again, open it twice, or look at it from outside. */
export type Fresh = {
  readonly store: Store
  readonly clock: TestClock
  readonly nextId: NextId
  readonly options: StoreOptions
  /** The database itself, for looking and tampering beside the store. */
  readonly database: Database
  /** Opens one more store that is closed after the test. Defaults are the options of the first. */
  readonly open: (overrides?: Partial<StoreOptions>) => Promise<Store>
  /** Another node: its own directory on the same database; on SQLite there is no such thing. */
  readonly openNode: (overrides?: Partial<StoreOptions>) => Promise<Store>
  readonly newDirectory: () => Promise<string>
}

export type Engine = {
  readonly name: 'sqlite' | 'postgres'
  readonly fresh: (overrides?: Partial<StoreOptions>) => Promise<Fresh>
}

/** The same tests on each engine. Groups are titled so that what did not run is named in the report. */
export function forEachEngine(define: (engine: Engine) => void): void {
  onSqlite(define)
  onPostgres(define)
}

/**
 * Of a file that runs on each engine, the tests about rules above the ports: whatever the database, they say the same,
 * and every statement they reach is reached on both engines by tests beside them. They run on the embedded one.
 */
export function aboveThePorts(engine: Engine, define: () => void): void {
  if (engine.name === 'sqlite') define()
}

/** Tests about the embedded database alone. */
export function onSqlite(define: (engine: Engine) => void): void {
  describe('on SQLite', () => define(engineOf('sqlite')))
}

/** Tests that only make sense where several nodes share a database. */
export function onPostgres(define: (engine: Engine) => void): void {
  describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL (COUNTERSIGN_TEST_POSTGRES_URL)', () =>
    define(engineOf('postgres')),
  )
}

function engineOf(name: Engine['name']): Engine {
  const undo: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })
  return { name, fresh: (overrides) => freshStore(name, undo, overrides ?? {}) }
}

/** Two stores of a test never make the same ids, and a test makes the same in every run of its file. */
let seeds = 0

async function freshStore(
  name: Engine['name'],
  undo: (() => Promise<unknown>)[],
  overrides: Partial<StoreOptions>,
): Promise<Fresh> {
  const newDirectory = async () => {
    const path = await mkdtemp(join(tmpdir(), 'countersign-store-'))
    undo.push(() => rm(path, { recursive: true }))
    return path
  }
  const dataDir = await newDirectory()
  const database =
    name === 'sqlite' ? await migratedSqlite(dataDir) : await migratedPostgres(POSTGRES_URL ?? '')
  undo.push(() => database.drop())
  const clock = testClock()
  const random = seededRandom(++seeds)
  const options: StoreOptions = {
    engine:
      name === 'sqlite'
        ? { kind: 'sqlite', dataDir }
        : { kind: 'postgres', url: database.url, dataDir },
    clock,
    random,
    keyWrap: testKeyWrap(random),
    ...overrides,
  }
  const open = async (changed?: Partial<StoreOptions>): Promise<Store> => {
    const store = await openStore({ ...options, ...changed })
    undo.push(() => store.close())
    return store
  }
  return {
    store: await open(),
    clock,
    nextId: () => uuidV7(clock.nowMs(), random(10)),
    options,
    database,
    open,
    openNode: async (changed) =>
      open({ ...changed, engine: { ...options.engine, dataDir: await newDirectory() } }),
    newDirectory,
  }
}

export function testClock(startMs = START_MS): TestClock {
  let now = startMs
  return {
    nowMs: () => now,
    advance: (ms) => {
      now += ms
    },
  }
}

/** Bytes of a xorshift generator: the same in every run, never twice the same within one. */
export function seededRandom(seed: number): Randomness {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n + 1n
  const next = (): number => {
    state ^= BigInt.asUintN(64, state << 13n)
    state ^= state >> 7n
    state ^= BigInt.asUintN(64, state << 17n)
    return Number(state & 0xffn)
  }
  return (byteCount) => Uint8Array.from({ length: byteCount }, next)
}

/** Real wrapping under a fixed key-encryption key. */
export function testKeyWrap(random: Randomness): KeyWrap {
  const keyEncryptionKey = new Uint8Array(32).fill(7)
  return {
    wrap: (key, place) => wrapKey(keyEncryptionKey, place, key, random(12)),
    unwrap: (wrapped, place) => unwrapKey(keyEncryptionKey, place, wrapped),
  }
}

/** A small true entry; pass a case or payloads where the test is about them. */
export function entryDraft(
  fresh: Pick<Fresh, 'nextId' | 'clock'>,
  more: Partial<EntryDraft> = {},
): EntryDraft {
  return {
    id: fresh.nextId(),
    type: 'task.changed',
    atMs: fresh.clock.nowMs(),
    actor: { kind: 'system', id: 'test' },
    data: { task: fresh.nextId(), reason: 'test' },
    ...more,
  }
}
