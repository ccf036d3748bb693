/**
 * A rota in PagerDuty (port `RosterSource`), read with a token of its own through `GET /oncalls`: one entry per
 * person, escalation level and unbroken time on call. The level is the precedence: 1 is primary.
 */
import { z } from 'zod'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import { parseStrict } from '../kernel/strict-json.ts'
import type { FeedShift, RosterSource } from '../roster/ports.ts'
import type { Wait } from './roster-http.ts'
import { askForBytes } from './roster-http.ts'
import type { PagerdutySpec } from './roster-spec.ts'

/** The API's own limit of a page. */
const PAGE_SIZE = 100
/** Two months of ten three-shift rotas. More is a filter that does not filter. */
const MAX_PAGES = 50
const MAX_PAGE_BYTES = 1024 * 1024

const instant = z.iso.datetime({ offset: true })
const reference = z.object({ id: z.string() })
const OnCalls = z.object({
  oncalls: z.array(
    z.object({
      user: z.object({ id: z.string(), email: z.string().optional() }),
      schedule: reference.nullish(),
      escalation_policy: reference,
      escalation_level: z.int().min(1),
      /** Null: always on call, without a schedule. */
      start: instant.nullish(),
      end: instant.nullish(),
    }),
  ),
  more: z.boolean(),
})
type OnCall = z.output<typeof OnCalls>['oncalls'][number]

export function createPagerdutyRoster(
  spec: PagerdutySpec,
  { clock, wait }: { clock: Clock; wait?: Wait },
): RosterSource {
  return {
    id: spec.id,
    fetch: async (fromMs, toMs, signal) => {
      const entries: OnCall[] = []
      for (let page = 0; ; page++) {
        if (page === MAX_PAGES) throw unreadable(`more than ${MAX_PAGES} pages`)
        const url = pageUrl(spec, fromMs, toMs, page * PAGE_SIZE)
        const headers = {
          accept: 'application/vnd.pagerduty+json;version=2',
          authorization: `Token token=${spec.token()}`,
        }
        const bytes = await askForBytes(url, { headers, maxBytes: MAX_PAGE_BYTES, signal, wait })
        const { oncalls, more } = readPage(bytes)
        entries.push(...oncalls)
        if (!more) break
        if (oncalls.length === 0) throw unreadable('an empty page says that there is more')
      }
      const shifts = distinct(entries.flatMap((entry) => shiftsOf(spec, entry, fromMs, toMs)))
      const digest = digestOfJson('countersign-rota-v1', shifts)
      return { shifts, digest, fetchedAtMs: clock.nowMs() }
    },
  }
}

function pageUrl(spec: PagerdutySpec, fromMs: InstantMs, toMs: InstantMs, offset: number): URL {
  const url = new URL(`${spec.url.replace(/\/+$/, '')}/oncalls`)
  const query: readonly (readonly [string, string])[] = [
    ['since', new Date(fromMs).toISOString()],
    ['until', new Date(toMs).toISOString()],
    ['time_zone', 'UTC'],
    ['include[]', 'users'],
    ['limit', String(PAGE_SIZE)],
    ['offset', String(offset)],
    // The API takes entries that meet both filters, so with two kinds of rule neither is sent.
    ...(Object.keys(spec.escalationPolicies).length > 0
      ? []
      : Object.keys(spec.schedules).map((id) => ['schedule_ids[]', id] as const)),
    ...(Object.keys(spec.schedules).length > 0
      ? []
      : Object.keys(spec.escalationPolicies).map((id) => ['escalation_policy_ids[]', id] as const)),
  ]
  for (const [name, value] of query) url.searchParams.append(name, value)
  return url
}

function readPage(bytes: Uint8Array): z.output<typeof OnCalls> {
  let value: unknown
  try {
    value = parseStrict(bytes)
  } catch (cause) {
    throw new Failure('roster_unreadable', 'the answer is not JSON', { cause })
  }
  const page = OnCalls.safeParse(value)
  if (page.success) return page.data
  throw unreadable(`${page.error.issues[0]?.path.join('.') || 'it'} is not as documented`)
}

function shiftsOf(
  spec: PagerdutySpec,
  entry: OnCall,
  fromMs: InstantMs,
  toMs: InstantMs,
): readonly FeedShift[] {
  const schedule = entry.schedule?.id
  const bySchedule = schedule === undefined ? undefined : spec.schedules[schedule]
  const role = bySchedule ?? spec.escalationPolicies[entry.escalation_policy.id]
  if (role === undefined) return []
  const email = entry.user.email?.toLowerCase()
  if (email === undefined)
    throw unreadable('a user without an address: the token may not read users')
  const startMs = entry.start == null ? fromMs : Date.parse(entry.start)
  const endMs = entry.end == null ? toMs : Date.parse(entry.end)
  if (startMs >= endMs) return []
  const precedence = Math.min(entry.escalation_level - 1, MAX_PRECEDENCE)
  return [{ role, email, fromMs: startMs, toMs: endMs, precedence }]
}

/** Deeper levels are all last resort. */
const MAX_PRECEDENCE = 9

/** A schedule on two policies tells each of its shifts twice; the smaller level counts. Sorted, for the digest. */
function distinct(shifts: readonly FeedShift[]): readonly FeedShift[] {
  const byKey = new Map<string, FeedShift>()
  for (const shift of shifts) {
    const key = [shift.fromMs, shift.toMs, shift.role, shift.email].join('|')
    const known = byKey.get(key)
    if (known === undefined || shift.precedence < known.precedence) byKey.set(key, shift)
  }
  return [...byKey].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, shift]) => shift)
}

function unreadable(detail: string): Failure {
  return new Failure('roster_unreadable', `PagerDuty's answer cannot be read: ${detail}`)
}
