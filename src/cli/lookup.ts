/** How people name things on the command line: by name, address, number, or the last characters of an id. */
import { Failure } from '../kernel/failure.ts'

/** Ids made in the same hour share their first characters, so only the last ones tell them apart. */
const MIN_ENDING = 6

/**
 * The one item that is meant. `namesOf` gives what an item is called besides its id. Throws `not_found`, and
 * `usage_invalid` when several fit: of two things the wrong one is never guessed.
 */
export function findOne<T extends { readonly id: string }>(
  what: string,
  items: readonly T[],
  text: string,
  namesOf: (item: T) => readonly string[] = () => [],
): T {
  const exact = items.filter((item) => item.id === text || namesOf(item).includes(text))
  const isEnding = /^[0-9a-f-]+$/.test(text) && text.length >= MIN_ENDING
  const found =
    exact.length > 0 || !isEnding ? exact : items.filter((item) => item.id.endsWith(text))
  const [only, ...others] = found
  if (only === undefined) throw new Failure('not_found', `no ${what} is called "${text}"`)
  if (others.length > 0) {
    throw new Failure(
      'usage_invalid',
      `"${text}" could be ${found.length} things; give the whole id`,
    )
  }
  return only
}

/** How an id is called in a table: by the name of what it stands for, else by its last characters. */
export function namesById<T extends { readonly id: string }>(
  items: readonly T[],
  nameOf: (item: T) => string,
): (id: string | undefined) => string {
  const names = new Map(items.map((item) => [item.id, nameOf(item)]))
  return (id) => (id === undefined ? '-' : (names.get(id) ?? id))
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}
