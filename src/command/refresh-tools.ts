/**
 * Brings catalogue and policy up to what the tool servers offer now: new and changed tools are noticed (and
 * blocked until reviewed), and the active bundle declares every action a reviewed tool can have. A server that
 * cannot be reached keeps the tools it had; calling them fails then, listing does not.
 */

import type { ShippedEntry } from '../catalogue/entry-file.ts'
import type { UpstreamOffer } from '../catalogue/ports.ts'
import { codeOf } from '../kernel/failure.ts'
import type { Log } from '../kernel/log.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { type NoticeDeps, noticeOffer } from './notice-offer.ts'
import { type PolicyDeps, publishPolicy } from './publish-policy.ts'

export type RefreshDeps = NoticeDeps &
  PolicyDeps & {
    readonly log: Log
    readonly offers: readonly {
      readonly upstream: string
      readonly offer: () => Promise<UpstreamOffer>
      /** Entries that count as reviews for this upstream. */
      readonly trusted: readonly ShippedEntry[]
    }[]
    /** The documents of the pack published at the very first start. */
    readonly firstDocuments: () => JsonObject
    /** The documents of a stored bundle, or undefined when it declares all actions already. */
    readonly outgrown: (bundleText: string) => Promise<JsonObject | undefined>
  }

export async function refreshTools(deps: RefreshDeps, tenant: string): Promise<void> {
  await Promise.all(deps.offers.map((each) => notice(deps, tenant, each)))
  const active = await deps.bundles.active(tenant)
  const documents = active === undefined ? deps.firstDocuments() : await deps.outgrown(active.text)
  if (documents === undefined) return
  const part = active === undefined ? 'first-start' : 'catalogue'
  const { bundle } = await publishPolicy(deps, { tenant, by: { kind: 'system', part }, documents })
  deps.log.info({ sequence: bundle.sequence, digest: bundle.digest }, 'policy bundle published')
}

async function notice(
  deps: RefreshDeps,
  tenant: string,
  one: RefreshDeps['offers'][number],
): Promise<void> {
  try {
    const offer = await one.offer()
    const { changed } = await noticeOffer(deps, { tenant, offer, trusted: one.trusted })
    const blocked = changed.filter((tool) => tool.status !== 'approved').length
    if (changed.length > 0)
      deps.log.info({ upstream: one.upstream, changed: changed.length, blocked }, 'tools noticed')
  } catch (error) {
    deps.log.warn(
      { upstream: one.upstream, code: codeOf(error) },
      'the tool server could not be listed',
    )
  }
}
