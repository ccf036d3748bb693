/**
 * The entry of the ledger that recorded a policy bundle. Bundles that exist get theirs from the log, which names each by
 * its digest: so an installation goes on deciding, and a bundle that the log knows nothing of stays without one.
 */
import { type Kysely, sql } from 'kysely'
import type { CreateTable } from './create-table.ts'
import { entriesOf } from './log-pages.ts'

export const entryOfBundle = async ({ db, addColumns }: CreateTable): Promise<void> => {
  await addColumns('policy_bundle', { entry: 'text?' })
  const known = await sql<{ tenant: string }>`select distinct tenant from policy_bundle`.execute(db)
  for (const { tenant } of known.rows) await nameEntries(db, tenant)
}

async function nameEntries(db: Kysely<unknown>, tenant: string): Promise<void> {
  for await (const { id, text } of entriesOf(db, tenant)) {
    const bundle = publishedIn(text)
    if (bundle === undefined) continue
    await sql`update policy_bundle set entry = ${id}
      where tenant = ${tenant} and digest = ${bundle}`.execute(db)
  }
}

function publishedIn(text: string): string | undefined {
  if (!text.includes('"policy.published"')) return undefined
  const { type, data } = JSON.parse(text) as {
    readonly type: string
    readonly data: { readonly bundle: string }
  }
  return type === 'policy.published' ? data.bundle : undefined
}
