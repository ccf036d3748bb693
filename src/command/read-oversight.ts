/**
 * The figures of oversight over the last days. Reads only, and never more than fits: what lies beyond the limits is not
 * counted, and the answer says from when on it counts.
 */
import type { ReviewStore } from '../approval/review.ts'
import type { Person } from '../identity/person.ts'
import type { LedgerReader } from '../ledger/ports.ts'
import {
  byDay,
  byEffect,
  byPerson,
  byRule,
  latencyOf,
  outcomesOf,
  quickYesesOf,
} from '../oversight/measures.ts'
import type { OversightStore } from '../oversight/records.ts'
import type { RosterStore } from '../roster/roster.ts'
import { requireWhole } from './input.ts'
import { requirePermission } from './permissions.ts'
import { readRecorded } from './read-recorded.ts'

export type OversightDeps = {
  readonly oversight: OversightStore
  readonly reviews: ReviewStore
  readonly roster: RosterStore
  readonly ledger: LedgerReader
  readonly nowMs: () => number
}

const DAY_MS = 24 * 3_600_000
/** A quarter: longer spans are for whoever exports the rows. */
export const MAX_DAYS = 92
/** Requests and recommendations read at most; a team that is asked this often in a quarter has another problem. */
const MAX_ROWS = 20_000

export type OversightReport = Awaited<ReturnType<typeof readOversight>>

/** Throws `not_permitted`, `request_invalid` for days outside 1 to 92. */
export async function readOversight(deps: OversightDeps, person: Person, days: number) {
  requirePermission({ kind: 'person', person }, 'oversight.read')
  const { tenant } = person
  const toMs = deps.nowMs()
  const wishedMs = toMs - requireWhole('days', days, 1, MAX_DAYS) * DAY_MS
  const [found, recommended, reviews, recorded] = await Promise.all([
    deps.oversight.askedSince(tenant, wishedMs, MAX_ROWS),
    deps.oversight.recommendedSince(tenant, wishedMs, MAX_ROWS),
    deps.reviews.reviews(tenant),
    readRecorded(deps.ledger, tenant, wishedMs),
  ])
  // At the limit the oldest instant may be read in part; it is left out.
  const oldest = found.length < MAX_ROWS ? undefined : found.at(-1)?.createdAtMs
  const fromMs = oldest === undefined ? wishedMs : oldest + 1
  const asked = found.filter(({ createdAtMs }) => createdAtMs >= fromMs)
  const shifts = await deps.roster.between(tenant, fromMs, toMs)
  const opened = reviews.filter(({ openedAtMs }) => openedAtMs >= fromMs)
  return {
    fromMs,
    toMs,
    isWhole: oldest === undefined,
    outcomes: outcomesOf(asked),
    latency: latencyOf(asked),
    quickYeses: quickYesesOf(asked),
    days: byDay(asked, fromMs, toMs),
    effects: byEffect(asked),
    rules: byRule(asked),
    people: byPerson(asked, shifts),
    recommendations: {
      made: recommended.length,
      overridden: recommended.filter(({ isOverridden }) => isOverridden).length,
    },
    recorded,
    reviews: (['agent_owner', 'emergency'] as const).map((kind) => {
      const of = opened.filter((each) => each.kind === kind)
      const verdicts = of.flatMap((each) => each.verdicts)
      return {
        kind,
        opened: of.length,
        open: of.filter(({ state }) => state === 'open').length,
        overdue: of.filter(({ state, dueAtMs }) => state === 'open' && dueAtMs < toMs).length,
        objected: verdicts.filter(({ verdict }) => verdict === 'not_justified').length,
      }
    }),
  }
}
