/** What must hold of leases after a crash. Pure; what is alive at a backend was looked at beforehand. */
import { ofType, type Snapshot } from './snapshot.ts'
import { found, type Violation } from './violation.ts'

/** The right to use a credential ends with the restart: nothing of what the life before was given opens anything. */
export function checkRightsEnded(now: Snapshot): readonly Violation[] {
  const ended = leasesIn(now, 'lease.revoked', 'lease.ending', 'lease.left')
  return ofType(now, 'lease.issued').flatMap(({ entry }) => {
    const lease = String(entry.data.lease)
    if (ended.has(lease) && now.leases.get(lease) !== 'live') return []
    return [found('lease_live', `lease ${lease} of call ${entry.call}`)]
  })
}

/**
 * A minute after the restart, when nothing is asked of the gateway: nothing is alive at a backend (`alive`), and of
 * all that was ever lent the record says that it was taken back.
 */
export function checkTakenBack(now: Snapshot, alive: readonly string[]): readonly Violation[] {
  const revoked = leasesIn(now, 'lease.revoked')
  const issued = ofType(now, 'lease.issued').map(({ entry }) => String(entry.data.lease))
  const rows = [
    ...[...now.leases].filter(([, state]) => state === 'live'),
    ...[...now.borrowed].filter(([, state]) => state !== 'ended'),
  ]
  return [
    ...alive.map((name) => `${name} at its backend`),
    ...rows.map(([id, state]) => `lease ${id} is ${state}`),
    ...issued.filter((id) => !revoked.has(id)).map((id) => `lease ${id} without a revocation`),
  ].map((what) => found('lease_live', `${what} after a minute`))
}

/** `used`: the lease of each change, as the backend noticed. */
export function checkUsed(now: Snapshot, used: readonly string[]): readonly Violation[] {
  const issued = leasesIn(now, 'lease.issued')
  return used
    .filter((lease) => !issued.has(lease))
    .map((lease) => found('acted_without_lease', `lease ${lease}`))
}

function leasesIn(now: Snapshot, ...types: readonly string[]): ReadonlySet<string> {
  const entries = types.flatMap((type) => ofType(now, type))
  return new Set(entries.map(({ entry }) => String(entry.data.lease)))
}
