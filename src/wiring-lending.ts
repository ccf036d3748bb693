/** Wires brokers to the spine. Without a rule there is nothing to wire, and no call looks for one. */
import { createBrokers } from './adapters/create-brokers.ts'
import type { Config } from './config.ts'
import { endLeases } from './enforcement/end-leases.ts'
import { findOrphans } from './enforcement/find-orphans.ts'
import type { Lending } from './enforcement/lent.ts'
import type { Spine } from './enforcement/spine.ts'
import type { Clock } from './kernel/clock.ts'
import { Failure } from './kernel/failure.ts'
import type { Log } from './kernel/log.ts'
import { createDesk } from './lease/desk.ts'
import { type Broad, broadCredentials } from './lease/need.ts'
import type { CredentialBroker } from './lease/ports.ts'
import { brokersOf } from './lease/registry.ts'
import { rulesFor } from './lease/rule.ts'
import type { Store } from './store/store.ts'

/** Backends change by other hands; what is found late was there all the time. */
const ORPHANS_EVERY_MS = 10 * 60_000
/** How soon after its end a borrowed credential is taken back. */
const LEASE_INTERVAL_MS = 250
/** A backend that was away is asked again. */
const RETRY_MS = 10_000

type Round = {
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<unknown>
}

/**
 * The rounds that take credentials back: one for those that ended, and one for each backend that can list what was
 * left there, until it could be asked once and then now and again.
 */
export function keepLeases(spine: Spine, tenant: string, stop: AbortSignal): readonly Round[] {
  const { lending, clock } = spine
  const leases = { name: 'leases', run: () => endLeases(spine, stop) }
  // What an earlier configuration borrowed is still told of, until somebody names its broker again.
  if (lending === undefined) return [{ ...leases, everyMs: RETRY_MS }]
  const looks = lending.brokers.all().flatMap(({ id, reconcile }) => {
    if (reconcile === undefined) return []
    let nextMs = 0
    const told = new Set<string>()
    const run = async () => {
      if (clock.nowMs() < nextMs) return
      nextMs = clock.nowMs() + RETRY_MS
      await findOrphans(spine, tenant, reconcile, told, stop)
      nextMs = clock.nowMs() + ORPHANS_EVERY_MS
    }
    return [{ name: `orphans ${id}`, run, everyMs: LEASE_INTERVAL_MS }]
  })
  return [{ ...leases, everyMs: LEASE_INTERVAL_MS }, ...looks]
}

/** `also`: brokers that are no part of the product. Throws `config_invalid`. */
export function wireLending(
  config: Config,
  parts: Pick<Store, 'secrets'> & { readonly clock: Clock; readonly log: Log },
  also: readonly CredentialBroker[] = [],
): { readonly lending?: Lending } {
  const { lending: rules = [] } = config
  const all = [...createBrokers(config.brokers ?? [], parts), ...also]
  tellBroad(config, broadCredentials(config.upstreams, rules, all), parts.log)
  if (all.length === 0) return {}
  const isStrict = config.isStrictOnCredentials === true
  return {
    lending: { ruleFor: rulesFor(rules), brokers: brokersOf(all), desk: createDesk(), isStrict },
  }
}

/** A credential broader than the tool's need is flagged; where the operator is strict, refused (R8). */
function tellBroad(config: Config, broad: readonly Broad[], log: Log): void {
  const [first] = broad
  if (config.isStrictOnCredentials === true && first !== undefined) {
    const { upstream, why } = first
    throw new Failure('config_invalid', `upstreams.${upstream}: ${why} (strict_credentials)`)
  }
  for (const { upstream, why } of broad) {
    log.warn({ upstream, why }, 'the tools of this server are called with a broad credential')
  }
}
