/** The role of the PostgreSQL guide may do what the store does, by what the sources of the store say. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const STORE = new URL('../../src/store/', import.meta.url)
const GUIDE = new URL('../../docs/guides/postgresql.md', import.meta.url)

const sources = readdirSync(STORE)
  .filter((name) => name.endsWith('.ts') && !name.startsWith('migration-'))
  .map((name) => readFileSync(new URL(name, STORE), 'utf8'))

/** A statement begins where one of these words names a table, and ends where the next one does. */
const STATEMENTS = /(insertInto|selectFrom|updateTable|deleteFrom)\('(\w+)[^']*'\)/

type Statement = { readonly verb: string; readonly table: string; readonly rest: string }

const statements = sources.flatMap((source): Statement[] => {
  const [, ...parts] = source.split(STATEMENTS)
  return parts.flatMap((verb, at) => {
    if (at % 3 !== 0) return []
    return [{ verb, table: parts[at + 1] ?? '', rest: parts[at + 2] ?? '' }]
  })
})
const tablesWhere = (is: (statement: Statement) => boolean) =>
  [...new Set(statements.filter(is).map(({ table }) => table))].sort()

function granted(privilege: string): readonly string[] {
  const pattern = new RegExp(`grant ${privilege} on ([\\w,\\s]+) to countersign_runtime`)
  const [, list = ''] = pattern.exec(readFileSync(GUIDE, 'utf8')) ?? []
  return list.split(/[\s,]+/).sort()
}

it('grants the update of what the store updates, and of what it locks while it looks', () => {
  const updated = tablesWhere(
    ({ verb, rest }) =>
      verb === 'updateTable' ||
      (verb === 'insertInto' && rest.includes('doUpdateSet')) ||
      (verb === 'selectFrom' && /for(Share|Update)\b/.test(rest)),
  )
  expect(updated.length).toBeGreaterThan(30)
  expect(granted('update')).toEqual(updated)
})

it('grants the deletion of what the store deletes, but not of a signature', () => {
  const deleted = tablesWhere(({ verb }) => verb === 'deleteFrom')
  // The guide says what that role cannot do therefore.
  expect(granted('delete')).toEqual(deleted.filter((table) => table !== 'approval_signature'))
})
