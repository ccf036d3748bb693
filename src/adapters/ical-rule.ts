/**
 * When a recurrence rule falls (RFC 5545 section 3.3.10), on the wall clock of the event: the library counts as
 * if that were UTC, and zones, exceptions and ends are laid over it elsewhere. Bounded in what may be asked
 * and in how long it may take.
 */
import { RRuleTemporal } from 'rrule-temporal'
import type { InstantMs } from '../kernel/clock.ts'
import { unreadable } from './ical-lines.ts'
import type { Local } from './ical-value.ts'
import { DAY_MS, readLocal } from './ical-value.ts'

export type RuleStart = {
  readonly start: Local
  /** The instant of a local time of the event; what an UNTIL in UTC is compared by. */
  readonly toUtc: (local: Local) => InstantMs
}

/** Per rule. A feed of our limits and its longest window asks a hundredth of this. */
const MAX_STEPS = 20_000
/** Nobody changes shift every minute, and rules that do are how a reader is kept busy. */
const FREQUENCIES = ['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', 'HOURLY']
const PARTS = [
  'FREQ',
  'INTERVAL',
  'COUNT',
  'UNTIL',
  'WKST',
  'BYMONTH',
  'BYMONTHDAY',
  'BYDAY',
  'BYYEARDAY',
  'BYWEEKNO',
  'BYHOUR',
  'BYMINUTE',
  'BYSECOND',
  'BYSETPOS',
]

/** Local starts from `from` to `to`, both included. Throws `roster_unreadable`. */
export function startsBetween(
  text: string,
  { start, toUtc }: RuleStart,
  from: Local,
  to: Local,
): readonly Local[] {
  const { rule, until } = partsOf(text)
  if (to < start) return []
  let found: readonly { readonly epochMilliseconds: number }[]
  try {
    const rrule = new RRuleTemporal({
      rruleString: `DTSTART:${compact(start)}\nRRULE:${rule}`,
      strict: true,
      cache: false,
      maxIterations: MAX_STEPS,
      maxCandidateEvaluations: MAX_STEPS,
    })
    found = rrule.between(new Date(Math.max(from, start)), new Date(to), true)
  } catch {
    throw unreadable('a recurrence rule is malformed or does not end')
  }
  const locals = found.map(({ epochMilliseconds }) => epochMilliseconds)
  return until === undefined ? locals : locals.filter((local) => isWithin(local, until, toUtc))
}

function partsOf(text: string): { readonly rule: string; readonly until: string | undefined } {
  const parts = new Map<string, string>()
  for (const part of text.toUpperCase().split(';')) {
    const at = part.indexOf('=')
    const name = part.slice(0, at)
    if (at <= 0 || !PARTS.includes(name) || parts.has(name)) {
      throw unreadable('a recurrence rule has an unknown or repeated part')
    }
    parts.set(name, part.slice(at + 1))
  }
  if (!FREQUENCIES.includes(parts.get('FREQ') ?? '')) {
    throw unreadable('a recurrence rule recurs too often or not at all')
  }
  if (parts.has('COUNT') && parts.has('UNTIL')) {
    throw unreadable('a recurrence rule has both COUNT and UNTIL')
  }
  const until = parts.get('UNTIL')
  parts.delete('UNTIL')
  return { rule: [...parts].map(([name, value]) => `${name}=${value}`).join(';'), until }
}

/** UNTIL includes its instant; a date includes its whole day on the wall clock of the event. */
function isWithin(local: Local, text: string, toUtc: RuleStart['toUtc']): boolean {
  const until = readLocal(text)
  if (until.kind === 'utc') return toUtc(local) <= until.local
  return until.kind === 'date' ? local < until.local + DAY_MS : local <= until.local
}

function compact(local: Local): string {
  return new Date(local).toISOString().replace(/[-:]|\.\d+/g, '')
}
