/** Who is on duty at an instant, and who of them is asked to halt things (R146). Reads only. */
import type { PersonStore } from '../identity/ports.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { RosterStore, Shift } from '../roster/roster.ts'
import { type StopHolder, stopHolder } from '../roster/stop-holder.ts'

/** How far ahead the next holder is looked for. */
const AHEAD_MS = 7 * 24 * 3_600_000

export type DutyAt = { readonly shifts: readonly Shift[]; readonly holder?: StopHolder }

export async function dutyAt(
  deps: { readonly roster: RosterStore; readonly people: PersonStore },
  tenant: string,
  atMs: InstantMs,
): Promise<DutyAt> {
  const knownToMs = atMs + AHEAD_MS
  const [shifts, ahead, feeds, people] = await Promise.all([
    deps.roster.onDuty(tenant, atMs),
    deps.roster.between(tenant, atMs, knownToMs),
    deps.roster.feeds(tenant),
    deps.people.list(tenant),
  ])
  const active = new Set(people.filter(({ state }) => state === 'active').map(({ id }) => id))
  const holder = stopHolder({ shifts: ahead, feeds, knownToMs }, active, atMs)
  return holder === undefined ? { shifts } : { shifts, holder }
}
