/** The bundles of a store, of which the newest is active only as the ledger recorded it (R57). */
import { Failure } from '../kernel/failure.ts'
import { entriesInLog } from '../ledger/entry-in-log.ts'
import type { LedgerReader } from '../ledger/ports.ts'
import { isPublished } from '../policy/on-record.ts'
import type { BundleStore, StoredBundle } from '../policy/store.ts'

/**
 * `active` throws `policy_unrecorded` for a row that is not what its entry says was published there. Everything that
 * decides, checks or publishes asks here, so that what was slipped in is neither used nor built upon; `list` says what
 * is stored.
 */
export function recordedBundles(
  bundles: BundleStore,
  ledger: Pick<LedgerReader, 'head' | 'entriesById'>,
): BundleStore {
  const recorded = async ({ tenant, entry }: StoredBundle) =>
    entry === undefined ? undefined : (await entriesInLog(ledger, tenant, [entry])).get(entry)
  return {
    ...bundles,
    active: async (tenant) => {
      const newest = await bundles.active(tenant)
      if (newest === undefined || isPublished(newest, await recorded(newest))) return newest
      const { sequence, publishedBy } = newest
      throw new Failure(
        'policy_unrecorded',
        `bundle ${sequence}, said to be published by ${publishedBy}`,
      )
    },
  }
}
