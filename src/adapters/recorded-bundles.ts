/** The bundles of a store, of which the newest is active only as the ledger recorded it (R57). */
import { Failure } from '../kernel/failure.ts'
import type { LedgerReader } from '../ledger/ports.ts'
import { readEntry } from '../ledger/read-entry.ts'
import { isPublished } from '../policy/on-record.ts'
import type { BundleStore, StoredBundle } from '../policy/store.ts'

/**
 * `active` throws `policy_unrecorded` for a row that is not what its entry says was published there. Everything that
 * decides, shows, checks or publishes asks here, so that what was slipped in is neither used nor built upon.
 */
export function recordedBundles(
  bundles: BundleStore,
  ledger: Pick<LedgerReader, 'entryById'>,
): BundleStore {
  const recorded = async ({ tenant, entry }: StoredBundle) => {
    const stored = entry === undefined ? undefined : await ledger.entryById(tenant, entry)
    const read = stored === undefined ? undefined : readEntry(stored.bytes)
    return read?.ok === true && read.entry.id === entry ? read.entry : undefined
  }
  return {
    ...bundles,
    active: async (tenant) => {
      const newest = await bundles.active(tenant)
      if (newest === undefined || isPublished(newest, await recorded(newest))) return newest
      const { sequence, publishedBy } = newest
      throw new Failure('policy_unrecorded', `bundle ${sequence}, which names ${publishedBy}`)
    },
  }
}
