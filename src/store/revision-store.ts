/**
 * Revisions of guarded facts (port `RevisionStore`). A decision remembers the revisions it saw; the dispatch
 * commit compares them under lock, so that whoever changes a fact and whoever acts on it are in some order.
 */
import type { RevisionStore } from '../facts/ports.ts'
import type { Engine } from './engine.ts'
import { prepareList } from './prepared.ts'
import type { DB } from './schema.ts'
import type { Access, Open } from './transaction.ts'

export function createRevisionStore(access: Access): RevisionStore {
  const { engine } = access
  const known = engine.knownRevisions
  const select = prepareList(engine, (db, keys: readonly Key[], at: Of) =>
    revisionsOf(db, at.tenant, keys),
  )
  const selectLocked = prepareList(engine, (db, keys: readonly Key[], at: Of) =>
    revisionsOf(db, at.tenant, keys).orderBy('key').modifyEnd(engine.forShare),
  )
  return {
    read: async (tenant, keys) => {
      const db = access.read(tenant)
      const now: Record<string, number> = {}
      const unknown: Key[] = []
      for (const key of keys) {
        const revision = known?.get(tenant, key)
        now[key] = revision ?? 0
        if (revision === undefined) unknown.push({ key })
      }
      if (unknown.length === 0) return now
      const generation = known?.generation() ?? 0
      const { rows } = await select(db, unknown, { tenant })
      for (const { key, revision } of rows) now[key] = revision
      known?.learn(generation, tenant, now)
      return now
    },
    changed: async (tx, seen) => {
      const { tenant, db } = access.open(tx)
      // All transactions lock in the same order, so that two of them cannot wait for each other.
      const keys = Object.keys(seen).sort()
      const locked = async (wanted: readonly string[]) => {
        const { rows } = await selectLocked(db, wanted.map(keyed), { tenant })
        return rows.map((row) => [row.key, row.revision] as const)
      }
      const known = new Map(await locked(keys))
      const missing = keys.filter((key) => !known.has(key))
      if (missing.length > 0) {
        // A row that is not there cannot be locked, so it is made: 0 and absent mean the same.
        await db
          .insertInto('fact_revision')
          .values(missing.map((key) => ({ tenant, key, revision: 0 })))
          .onConflict((conflict) => conflict.doNothing())
          .execute()
        for (const [key, revision] of await locked(missing)) known.set(key, revision)
      }
      return keys.filter((key) => known.get(key) !== seen[key])
    },
    raise: async (tx, key) => raiseRevision(access.open(tx), key),
  }
}

/** Raises the revision of a key by one. */
export async function raiseRevision(open: Open, key: string): Promise<void> {
  const { tenant, db, raised } = open
  raised.add(key)
  await raising(db, [{ tenant, key, revision: 1 }]).execute()
}

/** Raises the revision of each key by one, however often it is named, in one statement for all of them. */
export function revisionRaiser(
  engine: Engine,
): (open: Open, keys: readonly string[]) => Promise<void> {
  const raise = prepareList(engine, (db, keys: readonly Key[], at: Of) =>
    raising(
      db,
      keys.map(({ key }) => ({ tenant: at.tenant, key, revision: 1 })),
    ),
  )
  return async ({ tenant, db, raised }, keys) => {
    const wanted = new Set(keys)
    for (const key of wanted) raised.add(key)
    await raise(db, [...wanted].map(keyed), { tenant })
  }
}

function raising(db: Open['db'], rows: readonly DB['fact_revision'][]) {
  return db
    .insertInto('fact_revision')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['tenant', 'key'])
        .doUpdateSet((row) => ({ revision: row('fact_revision.revision', '+', 1) })),
    )
}

type Key = { readonly key: string }
type Of = { readonly tenant: string }

function keyed(key: string): Key {
  return { key }
}

function revisionsOf(db: Open['db'], tenant: string, keys: readonly Key[]) {
  return db
    .selectFrom('fact_revision')
    .select(['key', 'revision'])
    .where('tenant', '=', tenant)
    .where(
      'key',
      'in',
      keys.map(({ key }) => key),
    )
}
