/** Between records and rows: JSON in text columns, flags in integers, absence in nulls. */

import type { RawBuilder } from 'kysely'
import { sql } from 'kysely'

/**
 * How many rows a select may give. Written into the statement, because SQLite plans a statement anew at every
 * run when its limit is a parameter.
 */
export function atMost(rows: 1 | 2): RawBuilder<number> {
  return sql.lit(rows)
}

/** A member that is absent when the column is null. Spread it into a record. */
export function present<K extends string, V>(key: K, value: V | null): Partial<Record<K, V>> {
  const made: Partial<Record<K, V>> = {}
  if (value !== null) made[key] = value
  return made
}

/** Text of a JSON value that this store wrote and only this store reads. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value)
}

/** The value behind `jsonText`; its type is what the same file wrote. */
export function fromJson<T>(text: string): T {
  return JSON.parse(text) as T
}

export function strings(text: string): readonly string[] {
  return fromJson<readonly string[]>(text)
}

export function flag(isSet: boolean): number {
  return isSet ? 1 : 0
}
