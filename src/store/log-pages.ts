/** The log in pieces, for migrations that look through it: it need not fit into memory. */
import { type Kysely, sql } from 'kysely'

/** Entries. */
const PAGE = 1_000

/** Every entry of a tenant, in order, as its id and its text. */
export async function* entriesOf(
  db: Kysely<unknown>,
  tenant: string,
): AsyncGenerator<{ readonly id: string; readonly text: string }> {
  for (let from = 0; ; from += PAGE) {
    const page = await sql<{ id: string; bytes: Uint8Array }>`
      select id, bytes from log_entry
      where tenant = ${tenant} and idx >= ${from} and idx < ${from + PAGE} order by idx`.execute(db)
    for (const { id, bytes } of page.rows) yield { id, text: Buffer.from(bytes).toString('utf8') }
    if (page.rows.length < PAGE) return
  }
}
