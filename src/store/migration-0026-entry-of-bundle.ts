/**
 * The entry of the ledger that recorded a policy bundle. Bundles that exist get theirs from the log, which names each by
 * its digest: so an installation goes on deciding, and a bundle that the log knows nothing of stays without one.
 */
import { type Kysely, sql } from 'kysely'
import type { CreateTable } from './create-table.ts'

export const entryOfBundle = async ({ db, addColumns }: CreateTable): Promise<void> => {
  await addColumns('policy_bundle', { entry: 'text?' })
  const known = await sql<{ tenant: string }>`select distinct tenant from policy_bundle`.execute(db)
  for (const { tenant } of known.rows) await nameEntries(db, tenant)
}

/** The log is read in pieces, because it need not fit into memory. Entries. */
const PAGE = 1_000

async function nameEntries(db: Kysely<unknown>, tenant: string): Promise<void> {
  for (let from = 0; ; from += PAGE) {
    const page = await sql<{ id: string; bytes: Uint8Array }>`
      select id, bytes from log_entry
      where tenant = ${tenant} and idx >= ${from} and idx < ${from + PAGE} order by idx`.execute(db)
    for (const { id, bytes } of page.rows) {
      const bundle = publishedIn(bytes)
      if (bundle === undefined) continue
      await sql`update policy_bundle set entry = ${id}
        where tenant = ${tenant} and digest = ${bundle}`.execute(db)
    }
    if (page.rows.length < PAGE) break
  }
}

function publishedIn(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('utf8')
  if (!text.includes('"policy.published"')) return undefined
  const { type, data } = JSON.parse(text) as {
    readonly type: string
    readonly data: { readonly bundle: string }
  }
  return type === 'policy.published' ? data.bundle : undefined
}
