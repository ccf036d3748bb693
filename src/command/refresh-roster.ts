/**
 * Makes the shifts of a feed say what the feed says now, in one commit, with an entry per role that changed. A
 * feed that cannot be read leaves the last known rota in force and marks it: nobody on call would be worse.
 */
import type { Role } from '../identity/person.ts'
import type { PersonStore } from '../identity/ports.ts'
import { type InstantMs, isWithin } from '../kernel/clock.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { codeOf } from '../kernel/failure.ts'
import type { Log } from '../kernel/log.ts'
import type { RosterSource, Rota } from '../roster/ports.ts'
import { type Replacement, replaceShifts } from '../roster/replace.ts'
import type { FeedStore, RosterFeed, RosterStore, Shift } from '../roster/roster.ts'
import { FEED_PREFIX } from '../roster/roster.ts'
import type { CommandBase } from './base.ts'
import { draft, jsonPayload } from './base.ts'
import { ROTA_AHEAD_MS } from './report-coverage.ts'

export type RefreshRosterDeps = Pick<CommandBase, 'commit' | 'nowMs' | 'nextId'> & {
  readonly people: PersonStore
  readonly roster: RosterStore
  readonly rosterFeeds: FeedStore
  readonly log: Log
}

const DAY_MS = 86_400_000
/** How often it is put on record that an unchanged feed was read; what `STALE_AFTER_MS` counts on. */
const CONFIRM_EVERY_MS = 3_600_000
const ACTOR = { kind: 'system', id: 'roster' } as const

export type ReadingEnds = {
  /** The gateway closes: nothing is concluded about the feed. */
  readonly stop: AbortSignal
  /** The feed had its time: it counts as unreachable. */
  readonly timeout: AbortSignal
}

/** Never rejects for the feed's sake. Answers the state the feed is in now. */
export async function refreshRoster(
  deps: RefreshRosterDeps,
  tenant: string,
  feed: RosterSource,
  { stop, timeout }: ReadingEnds,
): Promise<RosterFeed['state']> {
  const source = `${FEED_PREFIX}${feed.id}`
  const nowMs = deps.nowMs()
  // Whole days, so that what a feed clips to the window it was asked for stays the same all day.
  const fromMs = Math.floor(nowMs / DAY_MS) * DAY_MS
  let rota: Rota
  try {
    const signal = AbortSignal.any([stop, timeout])
    rota = await feed.fetch(fromMs, fromMs + ROTA_AHEAD_MS, signal)
  } catch (error) {
    if (stop.aborted) return 'stale'
    const code = codeOf(error)
    deps.log.warn({ source, code, err: error }, 'the rota could not be read; the last known stands')
    await markStale(deps, tenant, source, code)
    return 'stale'
  }
  await takeOver(deps, tenant, source, rota)
  return 'fresh'
}

async function markStale(
  deps: RefreshRosterDeps,
  tenant: string,
  source: string,
  error: string,
): Promise<void> {
  const known = await feedOf(deps, tenant, source)
  if (known?.state === 'stale') return
  const stale: RosterFeed = { tenant, source, confirmedAtMs: 0, ...known, state: 'stale' }
  await deps.commit(tenant, async (tx) => {
    await deps.rosterFeeds.putFeed(tx, stale)
    return { value: undefined, entries: [refreshed(deps, stale, { error })] }
  })
}

async function takeOver(
  deps: RefreshRosterDeps,
  tenant: string,
  source: string,
  rota: Rota,
): Promise<void> {
  const { shifts: wanted, unmatched } = await shiftsOf(deps, tenant, source, rota)
  const nowMs = deps.nowMs()
  const known = await feedOf(deps, tenant, source)
  const ahead = await deps.roster.between(tenant, nowMs, Number.MAX_SAFE_INTEGER)
  const held = ahead.filter((shift) => shift.source === source)
  const isSame = rolesOf(replaceShifts(held, wanted, nowMs, deps.nextId)).length === 0
  const isConfirmed =
    known !== undefined && isWithin(CONFIRM_EVERY_MS - 1, known.confirmedAtMs, nowMs)
  if (isSame && isConfirmed && known.state === 'fresh' && known.digest === rota.digest) return
  const { digest } = rota
  const fresh: RosterFeed = { tenant, source, digest, state: 'fresh', confirmedAtMs: nowMs }
  await deps.commit(tenant, async (tx) => {
    await deps.rosterFeeds.putFeed(tx, fresh)
    // Read again under the feed's lock: another node may have replaced them a moment ago.
    const existing = await deps.rosterFeeds.shiftsOf(tx, tenant, source, nowMs)
    const change = replaceShifts(existing, wanted, nowMs, deps.nextId)
    for (const shift of change.removed) await deps.rosterFeeds.remove(tx, shift)
    for (const shift of [...change.ended, ...change.added]) await deps.roster.put(tx, shift)
    const first = refreshed(deps, fresh, { shifts: wanted.length, unmatched })
    const changes = rolesOf(change).map((role) => changed(deps, fresh, role, change, first.id))
    return { value: undefined, entries: [first, ...changes] }
  })
  if (unmatched > 0) deps.log.warn({ source, unmatched }, 'shifts of people not known in that role')
}

async function feedOf(
  { roster }: RefreshRosterDeps,
  tenant: string,
  source: string,
): Promise<RosterFeed | undefined> {
  return (await roster.feeds(tenant)).find((feed) => feed.source === source)
}

/** Addresses become people. Whoever we do not know, or not in that role, is not put on duty by a feed. */
async function shiftsOf(
  { people }: RefreshRosterDeps,
  tenant: string,
  source: string,
  rota: Rota,
): Promise<{ readonly shifts: readonly Omit<Shift, 'id'>[]; readonly unmatched: number }> {
  const byEmail = Map.groupBy(await people.list(tenant), ({ email }) => email.toLowerCase())
  const shifts = rota.shifts.flatMap(({ email, ...shift }) => {
    const [person, ...others] = byEmail.get(email) ?? []
    const isKnown = person?.roles.includes(shift.role) === true && others.length === 0
    return isKnown ? [{ ...shift, tenant, person: person.id, source }] : []
  })
  return { shifts, unmatched: rota.shifts.length - shifts.length }
}

function rolesOf({ removed, ended, added }: Replacement): readonly Role[] {
  return [...new Set([...removed, ...ended, ...added].map(({ role }) => role))].sort()
}

function refreshed(
  deps: RefreshRosterDeps,
  { source, state, digest }: RosterFeed,
  rest: { readonly shifts?: number; readonly unmatched?: number; readonly error?: string },
): EntryDraft {
  const known = digest === undefined ? {} : { digest }
  return draft(deps, 'roster.refreshed', ACTOR, { data: { source, state, ...known, ...rest } })
}

/** One role: the span that changed in the open, who has it now for those who may know. */
function changed(
  deps: RefreshRosterDeps,
  { source, digest }: RosterFeed,
  role: Role,
  change: Replacement,
  cause: string,
): EntryDraft {
  const of = (shifts: readonly Shift[]) => shifts.filter((shift) => shift.role === role)
  const [added, ended, removed] = [of(change.added), of(change.ended), of(change.removed)]
  const all = [...added, ...ended, ...removed]
  const from: InstantMs = Math.min(...all.map(({ fromMs }) => fromMs))
  const to: InstantMs = Math.max(...all.map(({ toMs }) => toMs))
  const wire = ({ person, fromMs, toMs, precedence }: Shift) => ({
    person,
    from_ms: fromMs,
    to_ms: toMs,
    precedence,
  })
  const payload = { added: added.map(wire), ended: ended.map(wire), removed: removed.map(wire) }
  return draft(deps, 'roster.changed', ACTOR, {
    cites: [cause],
    data: {
      role,
      from,
      to,
      source,
      ...(digest === undefined ? {} : { digest }),
      shifts: added.length,
    },
    payloads: { shifts: jsonPayload(payload, 'personal') },
  })
}
