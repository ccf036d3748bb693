/** The literal values of a call's arguments, one by one, each by its RFC 6901 pointer. Pure. */

export type Leaf = { readonly path: string; readonly value: unknown }

/** Every value that is no object or list, in the order it was sent; an empty object or list is a value. */
export function leavesOf(value: unknown, path = ''): readonly Leaf[] {
  if (typeof value !== 'object' || value === null) return path === '' ? [] : [{ path, value }]
  const members = Object.entries(value)
  if (members.length === 0) return path === '' ? [] : [{ path, value }]
  return members.flatMap(([name, each]) => leavesOf(each, `${path}/${escaped(name)}`))
}

/** As a person reads the pointer. */
export function leafName(path: string): string {
  return partsOf(path).join(' › ')
}

/** The same value but for one leaf. A pointer to nothing changes nothing. */
export function withLeaf(value: unknown, path: string, leaf: unknown): unknown {
  return replaced(value, partsOf(path), leaf)
}

function replaced(value: unknown, [name, ...rest]: readonly string[], leaf: unknown): unknown {
  if (name === undefined) return leaf
  if (Array.isArray(value))
    return value.map((each, at) => (String(at) === name ? replaced(each, rest, leaf) : each))
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === name ? replaced(each, rest, leaf) : each,
    ]),
  )
}

function partsOf(path: string): readonly string[] {
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
