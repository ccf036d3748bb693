/**
 * Brings catalogue and policy up to what the tool servers offer now: new and changed tools are noticed (and
 * blocked until reviewed), and the active bundle declares every action a reviewed tool can have. A server that
 * cannot be reached keeps the tools it had; calling them fails then, listing does not.
 */

import type { ShippedEntry } from '../catalogue/entry-file.ts'
import type { UpstreamOffer } from '../catalogue/ports.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { Log } from '../kernel/log.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { type NoticeDeps, noticeOffer } from './notice-offer.ts'
import {
  type PolicyDeps,
  type PublishedPolicy,
  publishPolicy,
  publishUnowned,
} from './publish-policy.ts'

export type RefreshDeps = NoticeDeps &
  PolicyDeps & {
    readonly log: Log
    readonly offers: readonly {
      readonly upstream: string
      readonly offer: () => Promise<UpstreamOffer>
      /** Entries that count as reviews for this upstream. */
      readonly trusted: readonly ShippedEntry[]
      /** Told after each attempt, so that calls made right after a start wait for the first one. */
      readonly listed: () => void
    }[]
    /** The documents of the pack published at the very first start. */
    readonly firstDocuments: () => JsonObject
    /** The documents of a stored bundle when it lacks the present floor or an action; else undefined. */
    readonly outgrown: (bundleText: string) => Promise<Outgrown | undefined>
  }

type Outgrown = { readonly lack: 'floor' | 'action'; readonly documents: JsonObject }

/** Publishes the first bundle, or the active one again when product or tools outgrew it. */
export async function refreshPolicy(deps: RefreshDeps, tenant: string): Promise<void> {
  const active = await deps.bundles.active(tenant)
  if (active === undefined) {
    const by = { kind: 'system', part: 'first-start' } as const
    return tell(deps, await publishUnowned(deps, { tenant, by, documents: deps.firstDocuments() }))
  }
  const outgrown = await deps.outgrown(active.text)
  if (outgrown === undefined) return
  const { lack, documents } = outgrown
  if (lack === 'floor') {
    // Without the present floor the active bundle decides nothing any more: the new one has to be loaded.
    const by = { kind: 'system', part: 'upgrade' } as const
    return tell(deps, await publishUnowned(deps, { tenant, by, documents }))
  }
  try {
    const by = { kind: 'system', part: 'refresh' } as const
    tell(deps, await publishPolicy(deps, { tenant, by, documents }))
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'owner_unresolved') throw error
    // The bundle before it stays active: until somebody owns what is new, it is decided like all of its effect.
    const { code, message: detail } = error
    deps.log.warn({ code, detail }, 'policy bundle not published')
  }
}

function tell({ log }: RefreshDeps, { bundle }: PublishedPolicy): void {
  log.info({ sequence: bundle.sequence, digest: bundle.digest }, 'policy bundle published')
}

/** Lists every tool server, or the one that said that something changed. Resolves with how many tools changed. */
export async function noticeTools(
  deps: RefreshDeps,
  tenant: string,
  upstream?: string,
): Promise<number> {
  const wanted = deps.offers.filter((each) => upstream === undefined || each.upstream === upstream)
  const counts = await Promise.all(wanted.map((each) => notice(deps, tenant, each)))
  const changed = counts.reduce((sum, count) => sum + count, 0)
  if (changed > 0) await refreshPolicy(deps, tenant)
  return changed
}

async function notice(
  deps: RefreshDeps,
  tenant: string,
  one: RefreshDeps['offers'][number],
): Promise<number> {
  try {
    const offer = await one.offer()
    const { changed } = await noticeOffer(deps, { tenant, offer, trusted: one.trusted })
    const blocked = changed.filter((tool) => tool.status !== 'approved').length
    if (changed.length > 0)
      deps.log.info({ upstream: one.upstream, changed: changed.length, blocked }, 'tools noticed')
    return changed.length
  } catch (error) {
    const detail = error instanceof Failure ? error.message : 'unexpected'
    deps.log.warn(
      { upstream: one.upstream, code: codeOf(error), detail },
      'the tool server could not be listed',
    )
    return 0
  } finally {
    one.listed()
  }
}
