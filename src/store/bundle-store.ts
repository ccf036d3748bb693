/** Published policy bundles, in sequence (port `BundleStore`). */
import { Failure } from '../kernel/failure.ts'
import type { BundleStore } from '../policy/store.ts'
import { raiseRevision } from './revision-store.ts'
import { atMost } from './row-values.ts'
import type { Access } from './transaction.ts'

const META = ['tenant', 'sequence', 'digest', 'published_by', 'published_at_ms'] as const

export function createBundleStore(access: Access): BundleStore {
  return {
    active: async (tenant) => {
      const row = await access
        .read(tenant)
        .selectFrom('policy_bundle')
        .selectAll()
        .where('tenant', '=', tenant)
        .orderBy('sequence', 'desc')
        .limit(atMost(1))
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { text, entry } = row
      return { ...metaOf(row), text, ...(entry === null ? {} : { entry }) }
    },
    list: async (tenant) => {
      const rows = await access
        .read(tenant)
        .selectFrom('policy_bundle')
        .select(META)
        .where('tenant', '=', tenant)
        .orderBy('sequence')
        .execute()
      return rows.map(metaOf)
    },
    publish: async (tx, bundle) => {
      const open = access.openFor(tx, bundle.tenant)
      const active = await open.db
        .selectFrom('policy_bundle')
        .select('sequence')
        .where('tenant', '=', bundle.tenant)
        .orderBy('sequence', 'desc')
        .limit(atMost(1))
        .executeTakeFirst()
      const next = (active?.sequence ?? 0) + 1
      if (bundle.sequence !== next) {
        throw new Failure('conflict', `the next bundle is number ${next}, not ${bundle.sequence}`)
      }
      // Two publishers of the same number meet at the primary key; the second gets `conflict` from there.
      await open.db
        .insertInto('policy_bundle')
        .values({
          tenant: bundle.tenant,
          sequence: bundle.sequence,
          digest: bundle.digest,
          text: bundle.text,
          published_by: bundle.publishedBy,
          published_at_ms: bundle.publishedAtMs,
          entry: bundle.entry,
        })
        .execute()
      await raiseRevision(open, 'policy')
    },
  }
}

type MetaRow = {
  readonly tenant: string
  readonly sequence: number
  readonly digest: string
  readonly published_by: string
  readonly published_at_ms: number
}

function metaOf(row: MetaRow) {
  return {
    tenant: row.tenant,
    sequence: row.sequence,
    digest: row.digest,
    publishedBy: row.published_by,
    publishedAtMs: row.published_at_ms,
  }
}
