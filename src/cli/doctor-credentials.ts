/** Credentials that are out for longer than they may be, and those that do not end by themselves. */
import { type CheckResult, failed, ok, warning } from './doctor-check.ts'
import type { Installation } from './installation.ts'
import { spanText } from './time-text.ts'

/** As long as taking one back may fail before people are paged. */
const PATIENCE_MS = 60_000
/** A quarter: what nobody has changed since is known to people who have left. */
const STALE_MS = 90 * 86_400_000

export async function checkLeases(
  { leases }: Pick<Installation, 'leases'>,
  nowMs: number,
): Promise<CheckResult> {
  const all = await leases()
  const late = all.filter(({ endsAtMs, isStuck }) => isStuck || endsAtMs + PATIENCE_MS < nowMs)
  if (late.length > 0) {
    const oldest = Math.min(...late.map(({ endsAtMs }) => endsAtMs))
    const brokers = [...new Set(late.map(({ broker }) => broker))].sort().join(', ')
    const since = oldest < nowMs ? `, the oldest ${spanText(nowMs - oldest)} after its end` : ''
    return failed(
      'borrowed credentials',
      `${late.length} not taken back at ${brokers}${since}`,
      'Run countersign lease list while the gateway runs, and see why the broker does not answer.',
    )
  }
  return ok(
    'borrowed credentials',
    all.length === 0 ? 'none is out' : `${all.length} out, none for longer than it may be`,
  )
}

export async function checkSecrets(
  { secrets }: Pick<Installation, 'secrets'>,
  nowMs: number,
): Promise<CheckResult> {
  const all = (await secrets()).toSorted((a, b) => a.sealedAtMs - b.sealedAtMs)
  const listed = (some: typeof all) =>
    some.map(({ name, sealedAtMs }) => `${name} (${spanText(nowMs - sealedAtMs)})`).join(', ')
  const stale = all.filter(({ sealedAtMs }) => nowMs - sealedAtMs > STALE_MS)
  if (stale.length > 0) {
    return warning(
      'sealed secrets',
      `not changed for a quarter: ${listed(stale)}`,
      'Change the key at its tool, then run countersign secret put.',
    )
  }
  return ok('sealed secrets', all.length === 0 ? 'none is kept here' : listed(all))
}
