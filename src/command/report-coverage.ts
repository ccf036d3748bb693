/** For the weeks ahead: who is missing, for what, and when (R145, R155). Reads only. */
import { needsOf } from '../approval/needs.ts'
import type { PersonStore } from '../identity/ports.ts'
import { canonicalText } from '../kernel/canonical-json.ts'
import type { HeldClass } from '../policy/held.ts'
import { type Coverage, coverage, type GatedClass } from '../roster/coverage.ts'
import { isStale } from '../roster/on-call.ts'
import type { RosterStore } from '../roster/roster.ts'
import { requireWhole } from './input.ts'

export type ReportCoverageDeps = {
  readonly people: PersonStore
  readonly roster: RosterStore
  /** Classes the active bundle may hold. Throws `policy_missing`, `policy_invalid`. */
  readonly heldClasses: (tenant: string) => Promise<readonly HeldClass[]>
  readonly nowMs: () => number
}

const WEEK_MS = 7 * 24 * 3_600_000
/** Rotas are planned a month or two ahead; beyond that every gap report is all gaps. */
export const MAX_WEEKS = 8
/** What a month's plan should have in it. */
export const DEFAULT_WEEKS = 4
/** How far feeds are read, from the beginning of the day: the longest report, and the day that has begun. */
export const ROTA_AHEAD_MS = MAX_WEEKS * WEEK_MS + 24 * 3_600_000

export type CoverageReport = Coverage & {
  /** Feeds whose last known rota stands in because they cannot be read: what they say may be old. */
  readonly staleFeeds: readonly string[]
}

/** Throws `request_invalid` for weeks outside 1 to 8, and what `heldClasses` throws. */
export async function reportCoverage(
  deps: ReportCoverageDeps,
  tenant: string,
  weeks: number,
): Promise<CoverageReport> {
  const fromMs = deps.nowMs()
  const toMs = fromMs + requireWhole('weeks', weeks, 1, MAX_WEEKS) * WEEK_MS
  const [held, shifts, people, feeds] = await Promise.all([
    deps.heldClasses(tenant),
    deps.roster.between(tenant, fromMs, toMs),
    deps.people.list(tenant),
    deps.roster.feeds(tenant),
  ])
  const onRota = [...new Set(shifts.map(({ person }) => person))]
  const certificates = await Promise.all(onRota.map((id) => deps.people.certificates(tenant, id)))
  const classes = gatedClasses(held)
  return {
    ...coverage({ fromMs, toMs, classes, shifts, people, certificates: certificates.flat() }),
    staleFeeds: feeds.filter((feed) => isStale(feed, fromMs)).map(({ source }) => source),
  }
}

/** The roles each class asks for together, told once however many policies ask for them. */
function gatedClasses(held: readonly HeldClass[]): readonly GatedClass[] {
  const classes = held.map(({ action, effect, ownerRole, obligations }): GatedClass => {
    const roles = needsOf(obligations, ownerRole).map(({ role }) => role)
    return { action, effect, roles: roles.toSorted() }
  })
  return [...new Map(classes.map((one) => [canonicalText(one), one])).values()]
}
