/** Part of the composition root: what keeps tools and policy up to date. */
import { documentsOf, lackOf } from './adapters/bundle-check.ts'
import { readCatalogue } from './adapters/catalogue-files.ts'
import type { openPolicy } from './adapters/open-policy.ts'
import { readBundleDirectory } from './adapters/policy-files.ts'
import type { connectUpstreams } from './adapters/upstream-mcp.ts'
import type { createFirstListings } from './command/first-listings.ts'
import type { RefreshDeps } from './command/refresh-tools.ts'
import type { Config } from './config.ts'
import { canonicalText } from './kernel/canonical-json.ts'

type Opened = {
  readonly upstreams: ReturnType<typeof connectUpstreams>
  readonly firstListings: ReturnType<typeof createFirstListings>
  readonly policy: Pick<ReturnType<typeof openPolicy>, 'floor'>
}

export async function wireRefresh(
  config: Config,
  { upstreams, firstListings, policy: { floor } }: Opened,
  tenant: string,
  base: Omit<RefreshDeps, 'offers' | 'firstDocuments' | 'outgrown'>,
): Promise<RefreshDeps> {
  // Entries that no upstream trusts review nothing.
  const isTrusted = config.upstreams.some(({ trustsShippedEntries }) => trustsShippedEntries)
  const shipped = isTrusted ? await readCatalogue(config.catalogueDir) : []
  return {
    ...base,
    offers: config.upstreams.map(({ id, trustsShippedEntries }) => ({
      upstream: id,
      offer: () => upstreams.offer(id),
      trusted: trustsShippedEntries ? shipped : [],
      listed: () => firstListings.done(id),
    })),
    firstDocuments: () => documentsOf(canonicalText(readBundleDirectory(config.policyDir))),
    outgrown: async (text) => {
      const lack = await lackOf(text, floor, base.tools, tenant)
      return lack === undefined ? undefined : { lack, documents: documentsOf(text) }
    },
  }
}
