/**
 * The entry of the ledger that recorded a person's roles, and the one that recorded a certificate. Rows that exist
 * get theirs from the log, which says of every one of them who it is about: so nobody is locked out by the new
 * column, and a row that the log knows nothing of stays without one and does not count.
 */
import { type Kysely, sql } from 'kysely'
import type { CreateTable } from './create-table.ts'
import { entriesOf } from './log-pages.ts'

export const entriesOfRows = async ({ db, addColumns }: CreateTable): Promise<void> => {
  await addColumns('person', { roles_entry: 'text?' })
  await addColumns('certificate', { entry: 'text?' })
  const known = await sql<{ tenant: string }>`select distinct tenant from person`.execute(db)
  for (const { tenant } of known.rows) await nameEntries(db, tenant)
}

async function nameEntries(db: Kysely<unknown>, tenant: string): Promise<void> {
  const found = { roles: new Map<string, string>(), certificates: new Map<string, string>() }
  for await (const { id, text } of entriesOf(db, tenant)) read(found, id, text)
  for (const [person, entry] of found.roles) {
    await sql`update person set roles_entry = ${entry}
      where tenant = ${tenant} and id = ${person}`.execute(db)
  }
  for (const [certificate, entry] of found.certificates) {
    await sql`update certificate set entry = ${entry}
      where tenant = ${tenant} and id = ${certificate}`.execute(db)
  }
}

type Found = { readonly roles: Map<string, string>; readonly certificates: Map<string, string> }

/** The newest entry that names somebody's roles counts, and the one that names the certificate. */
function read({ roles, certificates }: Found, id: string, text: string): void {
  if (!text.includes('"person.')) return
  const { type, data } = JSON.parse(text) as {
    readonly type: string
    readonly data: {
      readonly person: string
      readonly roles?: unknown
      readonly certificate?: string
    }
  }
  if (type !== 'person.registered' && type !== 'person.changed') return
  if (data.roles !== undefined) roles.set(data.person, id)
  if (data.certificate !== undefined) certificates.set(data.certificate, id)
}
