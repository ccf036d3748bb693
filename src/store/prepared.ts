/**
 * Statements that every call runs, built and compiled once for each store. Building a statement anew costs more
 * than running it by key on an embedded database. Only values may differ from run to run; what changes the text,
 * such as the number of rows, makes another statement.
 */
import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { Engine } from './engine.ts'
import type { DB } from './schema.ts'
import { TABLES } from './schema.ts'

/** Longer lists are rare and are built anew; no list a caller can lengthen may fill the memory. */
const MAX_KEPT_LENGTH = 128

/** What a statement is run with. */
type Values = Readonly<Record<string, unknown>>

/** `db` is the transaction, or the connection to read from. */
type Run<V, R> = (db: Kysely<DB>, values: V) => Soon<QueryResult<R>>
type RunList<Item, V, R> = (
  db: Kysely<DB>,
  items: readonly Item[],
  values: V,
) => Soon<QueryResult<R>>

/** To be awaited; there already where the database is in this process, which may throw as well as reject. */
type Soon<T> = T | Promise<T>

/** Marks where a value goes in a statement that is being built; Kysely hands it on to the parameters. */
class Place {
  readonly name: string
  /** Which of the items it belongs to; undefined for what all of them share. */
  readonly item: number | undefined

  constructor(name: string, item: number | undefined) {
    this.name = name
    this.item = item
  }
}

/** What each engine has of its own, made when it is first asked for. */
export function perEngine<T>(make: (engine: Engine) => T): (engine: Engine) => T {
  const made = new WeakMap<Engine, T>()
  return (engine) => {
    const known = made.get(engine) ?? make(engine)
    made.set(engine, known)
    return known
  }
}

/**
 * `build` is called once, at the first run, with places instead of values. It may put them where Kysely takes a
 * value and nowhere else.
 */
export function prepare<V extends Values, R>(
  engine: Engine,
  build: (db: Kysely<DB>, at: V) => Compilable<R>,
): Run<V, R> {
  const run = prepareOne<Values, V, R>(engine, (db) => build(db, places<V>(undefined)))
  return (db, values) => run(db, NO_ITEMS, values)
}

const NO_ITEMS: readonly Values[] = []

/** The same for statements over a list of items: one is kept for each length. */
export function prepareList<Item extends Values, V extends Values, R>(
  engine: Engine,
  build: (db: Kysely<DB>, items: readonly Item[], at: V) => Compilable<R>,
): RunList<Item, V, R> {
  const byLength = new Map<number, RunList<Item, V, R>>()
  const statementFor = (length: number): RunList<Item, V, R> => {
    const known = byLength.get(length)
    if (known !== undefined) return known
    const made = prepareOne<Item, V, R>(engine, (db) => {
      const items = Array.from({ length }, (_, index) => places<Item>(index))
      return build(db, items, places<V>(undefined))
    })
    if (length <= MAX_KEPT_LENGTH) byLength.set(length, made)
    return made
  }
  return (db, items, values) => statementFor(items.length)(db, items, values)
}

function prepareOne<Item extends Values, V extends Values, R>(
  engine: Engine,
  build: (db: Kysely<DB>) => Compilable<R>,
): RunList<Item, V, R> {
  let compiled: CompiledQuery<R> | undefined
  return (db, items, values) => {
    // The dialect is the engine's, so the text is the same on every connection.
    compiled ??= build(engine.directory()).compile()
    const parameters = compiled.parameters.map((one) => {
      if (!(one instanceof Place)) return one
      return one.item === undefined ? values[one.name] : items[one.item]?.[one.name]
    })
    return execute(engine, db, { ...compiled, parameters })
  }
}

/** Runs a compiled statement the shortest way the engine has. */
export function execute<R>(
  engine: Engine,
  db: Kysely<DB>,
  query: CompiledQuery<R>,
): Soon<QueryResult<R>> {
  return engine.atOnce(db, query) ?? db.executeQuery(query)
}

/** Adds whole rows, one or more. */
export function prepareInsert<Name extends keyof DB>(
  engine: Engine,
  table: Name,
): (db: Kysely<DB>, rows: readonly DB[Name][]) => Soon<QueryResult<unknown>> {
  const insert = prepareList(engine, (db, rows: readonly DB[Name][]) => {
    // Kysely cannot tell that the columns of `table` are those of `table` while it is a parameter.
    const values = rows.map((row) => rowOf(table, row)) as never
    return db.insertInto(table).values(values)
  })
  return (db, rows) => insert(db, rows, {})
}

/** The places of all columns of a table; places are made when they are asked for, so they cannot be spread. */
export function rowOf<Name extends keyof DB>(table: Name, at: DB[Name]): DB[Name] {
  const row = { ...at }
  for (const column of Object.keys(TABLES[table]) as (keyof DB[Name])[]) row[column] = at[column]
  return row
}

function places<V extends Values>(item: number | undefined): V {
  return new Proxy({} as V, { get: (_, name) => new Place(String(name), item) })
}
