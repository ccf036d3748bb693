/** People and their roles from a file: who is new is put on the books without a token, who is known gets these roles. */
import type { Person, Role } from '../identity/person.ts'
import { ROLES } from '../identity/person.ts'
import { actorOf, draft, jsonPayload } from './base.ts'
import {
  type CellReader,
  type CsvRow,
  cellReader,
  type ImportInput,
  type ImportPlan,
  rowByRow,
  type WrittenRow,
  wordsOf,
} from './import-parts.ts'
import { invalid, requireLine, requireWord } from './input.ts'
import type { KindDeps } from './kind-deps.ts'
import { readEmail } from './register-person.ts'

/** Columns `name`, `email`, `roles`. */
export async function planPeople(deps: KindDeps, input: ImportInput): Promise<ImportPlan> {
  const reader = cellReader()
  const known = await byEmail(deps, input.tenant)
  const rows = input.rows.flatMap((row): WrittenRow[] => {
    const name = reader.cell(row, 'name', (text) => requireLine('name', text, 200))
    const email = emailOf(reader, row)
    const roles = rolesOf(reader, row)
    if (name === undefined || email === undefined || roles === undefined) return []
    const before = known.get(email)
    if (before === undefined) return [newPerson(deps, input, row, { name, email, roles })]
    if (isThemselves(reader, input, row, before, roles)) return []
    return [changedRoles(deps, input, row, before, { ...before, name, roles })]
  })
  return rowByRow(rows, reader.faults)
}

/** Columns `email`, `roles`: only people who are known. */
export async function planRoles(deps: KindDeps, input: ImportInput): Promise<ImportPlan> {
  const reader = cellReader()
  const known = await byEmail(deps, input.tenant)
  const rows = input.rows.flatMap((row): WrittenRow[] => {
    const email = emailOf(reader, row)
    const roles = rolesOf(reader, row)
    if (email === undefined || roles === undefined) return []
    const before = known.get(email)
    if (before === undefined) {
      reader.fault(row, 'email', 'nobody here has this address', 'Import people first.')
      return []
    }
    if (isThemselves(reader, input, row, before, roles)) return []
    return [changedRoles(deps, input, row, before, { ...before, roles })]
  })
  return rowByRow(rows, reader.faults)
}

export async function byEmail(
  { people }: Pick<KindDeps, 'people'>,
  tenant: string,
): Promise<ReadonlyMap<string, Person>> {
  return new Map((await people.list(tenant)).map((person) => [person.email, person]))
}

export function emailOf(reader: CellReader, row: CsvRow, isKey = true): string | undefined {
  const email = reader.cell(row, 'email', readEmail)
  const line = email === undefined || !isKey ? undefined : reader.seenBefore(email, row)
  if (line === undefined) return email
  return reader.fault(row, 'email', `the same person as in line ${line}`, 'Keep one of the two.')
}

function rolesOf(reader: CellReader, row: CsvRow): readonly Role[] | undefined {
  return reader.cell(row, 'roles', (text) => {
    const words = wordsOf(text)
    if (words.length === 0) throw invalid('roles names at least one role')
    return [...new Set(words.map((word) => requireWord('roles', word, ROLES)))].sort()
  })
}

function isThemselves(
  reader: CellReader,
  { by }: ImportInput,
  row: CsvRow,
  before: Person,
  roles: readonly Role[],
): boolean {
  const isChange = before.roles.join() !== roles.join()
  if (by.kind !== 'person' || by.person.id !== before.id || !isChange) return false
  reader.fault(row, 'roles', 'nobody changes their own roles', 'Ask somebody else to import it.')
  return true
}

function newPerson(
  deps: KindDeps,
  { tenant, by }: ImportInput,
  { line }: CsvRow,
  of: Pick<Person, 'name' | 'email' | 'roles'>,
): WrittenRow {
  const write: WrittenRow['write'] = async (tx) => {
    const person: Person = { tenant, id: deps.nextId(), ...of, state: 'active', revision: 0 }
    const entry = draft(deps, 'person.registered', actorOf(by), {
      data: { person: person.id, roles: person.roles, proven: false },
      payloads: { person: jsonPayload({ name: person.name, email: person.email }, 'personal') },
    })
    await deps.people.put(tx, { ...person, rolesEntry: entry.id })
    return entry
  }
  return { line, change: 'new', what: `${of.email}: ${of.roles.join(' ')}`, write }
}

function changedRoles(
  deps: KindDeps,
  { by }: ImportInput,
  { line }: CsvRow,
  before: Person,
  after: Person,
): WrittenRow {
  const what = `${after.email}: ${after.roles.join(' ')}`
  const isSame = before.name === after.name && before.roles.join() === after.roles.join()
  if (isSame) return { line, change: 'unchanged', what }
  const write: WrittenRow['write'] = async (tx) => {
    const entry = draft(deps, 'person.changed', actorOf(by), {
      data: { person: after.id, roles: after.roles },
      payloads: { person: jsonPayload({ name: after.name }, 'personal') },
    })
    await deps.people.put(tx, { ...after, rolesEntry: entry.id })
    return entry
  }
  return { line, change: 'changed', what: `${what} (was ${before.roles.join(' ')})`, write }
}
