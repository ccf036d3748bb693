/**
 * Every occurrence of a calendar's events within a span, exceptions applied (RFC 5545 section 3.8.5). What is
 * excluded, excepted and replaced is compared as instants, because feeds name the same occurrence in UTC in
 * one place and in local time in another. One event that cannot be read makes the whole feed unreadable: the
 * one left out might have been the cancellation.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { IcalEvent, ZoneOf } from './ical-event.ts'
import { readEvent, single, textOf } from './ical-event.ts'
import type { IcalComponent } from './ical-lines.ts'
import { readCalendars, unreadable } from './ical-lines.ts'
import { startsBetween } from './ical-rule.ts'
import type { Local } from './ical-value.ts'
import { DAY_MS } from './ical-value.ts'
import type { Zone } from './ical-zone.ts'
import { ianaZone, instantIn, localIn, ownZone, UTC } from './ical-zone.ts'

export type Occurrence = {
  readonly fromMs: InstantMs
  /** Exclusive. */
  readonly toMs: InstantMs
  readonly event: IcalComponent
}

export type IcalWindow = {
  readonly fromMs: InstantMs
  readonly toMs: InstantMs
  /** IANA zone of floating times and whole days; absent: an event with one is refused. */
  readonly zone?: string
  /** Which events matter. Others are not read, whatever is wrong with them. */
  readonly isWanted?: (summary: string) => boolean
}

const MAX_EVENTS = 10_000
/** Ten times a rota of three roles, handed over every eight hours for the longest window. */
const MAX_OCCURRENCES = 10_000
/** RDATE and EXDATE together. A rota has a handful; each costs a look into the zone. */
const MAX_DATES = 5_000
/** The gateway decides nothing while it reads. A year of shifts takes 30 ms. */
const MAX_READING_MS = 1_000

/** Throws `roster_unreadable`. */
export function readOccurrences(bytes: Uint8Array, window: IcalWindow): readonly Occurrence[] {
  const endMs = performance.now() + MAX_READING_MS
  const found: Occurrence[] = []
  for (const calendar of readCalendars(bytes)) {
    for (const versions of seriesOf(calendar, window)) {
      if (performance.now() > endMs) throw unreadable('it takes too long to read')
      found.push(...occurrencesOf(versions, window))
      if (found.length > MAX_OCCURRENCES)
        throw unreadable(`more than ${MAX_OCCURRENCES} occurrences`)
    }
  }
  return found.sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs)
}

/** The events of a calendar, those of one UID together. */
function seriesOf(calendar: IcalComponent, window: IcalWindow): readonly (readonly IcalEvent[])[] {
  const components = calendar.components.filter(({ name }) => name === 'VEVENT')
  if (components.length > MAX_EVENTS) throw unreadable(`more than ${MAX_EVENTS} events`)
  const byUid = Map.groupBy(components, (component) => single(component, 'UID')?.value ?? component)
  const wanted = [...byUid.values()].filter((group) =>
    group.some((each) => window.isWanted?.(textOf(each, 'SUMMARY')) ?? true),
  )
  const isCancelled = single(calendar, 'METHOD')?.value.toUpperCase() === 'CANCEL'
  const zoneOf = zonesOf(calendar, window)
  const series = wanted.map((group) => group.map((each) => readEvent(each, zoneOf, isCancelled)))
  const dates = series
    .flat()
    .map(({ moreStarts, exceptions }) => moreStarts.length + exceptions.length)
  if (dates.reduce((sum, count) => sum + count, 0) > MAX_DATES) {
    throw unreadable(`more than ${MAX_DATES} single dates`)
  }
  return series
}

function zonesOf(calendar: IcalComponent, window: IcalWindow): ZoneOf {
  const known = new Map<string, Zone>()
  const floating = window.zone === undefined ? undefined : ianaZone(window.zone)
  const named = (name: string): Zone => {
    const own = calendar.components.find(
      (component) => component.name === 'VTIMEZONE' && single(component, 'TZID')?.value === name,
    )
    // Two years, because the ends of the last occurrences lie beyond the window.
    const zone = own === undefined ? ianaZone(name) : ownZone(own, window.toMs + 732 * DAY_MS)
    if (zone === undefined) throw unreadable('a TZID is neither defined nor known')
    known.set(name, zone)
    return zone
  }
  return ({ kind, zone }) => {
    if (kind === 'utc') return UTC
    if (zone !== undefined) return known.get(zone) ?? named(zone)
    if (floating === undefined)
      throw unreadable('a floating time or a whole day, and no zone is set')
    return floating
  }
}

function occurrencesOf(versions: readonly IcalEvent[], window: IcalWindow): readonly Occurrence[] {
  const master = newest(versions.filter(({ recurrenceId }) => recurrenceId === undefined))
  const replaced = Map.groupBy(
    versions.filter(({ recurrenceId }) => recurrenceId !== undefined),
    (event) => recurrenceMs(event, master),
  )
  const overrides = new Map<InstantMs, IcalEvent>()
  for (const [atMs, events] of replaced) {
    const event = newest(events)
    if (event !== undefined) overrides.set(atMs, event)
  }
  if (master?.isOff === true) return []
  const excluded = master === undefined ? () => false : exclusionOf(master)
  const regular = master === undefined ? [] : regularOf(master, overrides, excluded, window)
  const moved = [...overrides]
    .filter(([atMs, event]) => !event.isOff && !excluded(atMs))
    .map(([, event]) => occurrenceAt(event, event.start.local))
  return [...regular, ...moved].filter(
    ({ fromMs, toMs }) => fromMs < toMs && fromMs < window.toMs && toMs > window.fromMs,
  )
}

/** The version that counts. Two that claim to be the newest are two events under one name: refused. */
function newest(events: readonly IcalEvent[]): IcalEvent | undefined {
  const ordered = events.toSorted((a, b) => (a.version < b.version ? 1 : -1))
  const [first, second] = ordered
  if (first !== undefined && first.version === second?.version) {
    throw unreadable('two events share a UID and a version')
  }
  return first
}

/** Where in the series an override stands; a day means the occurrence that begins on it. */
function recurrenceMs(event: IcalEvent, master: IcalEvent | undefined): InstantMs {
  const { recurrenceId, startMs } = event
  if (recurrenceId === undefined) return startMs
  if ('atMs' in recurrenceId) return recurrenceId.atMs
  const { zone, start } = master ?? event
  return instantIn(zone, recurrenceId.day + (start.local - dayOf(start.local)))
}

function exclusionOf({ exceptions, zone }: IcalEvent): (atMs: InstantMs) => boolean {
  const instants = new Set(exceptions.flatMap((each) => ('atMs' in each ? [each.atMs] : [])))
  const days = new Set(exceptions.flatMap((each) => ('day' in each ? [each.day] : [])))
  return (atMs) => instants.has(atMs) || days.has(dayOf(localIn(zone, atMs)))
}

function dayOf(local: Local): Local {
  return Math.floor(local / DAY_MS) * DAY_MS
}

function regularOf(
  master: IcalEvent,
  overrides: ReadonlyMap<InstantMs, IcalEvent>,
  excluded: (atMs: InstantMs) => boolean,
  window: IcalWindow,
): readonly Occurrence[] {
  const ranges = [...overrides].filter(([, event]) => event.isFromThenOn).sort(([a], [b]) => b - a)
  const found: Occurrence[] = []
  for (const [atMs, local] of startsOf(
    master,
    ranges.map(([, event]) => event),
    window,
  )) {
    if (excluded(atMs) || overrides.has(atMs)) continue
    const [rangeMs, range] = ranges.find(([fromMs]) => fromMs <= atMs) ?? []
    if (range === undefined || rangeMs === undefined) found.push(occurrenceAt(master, local))
    else if (!range.isOff) {
      const movedBy = range.start.local - localIn(range.zone, rangeMs)
      found.push(occurrenceAt(range, localIn(range.zone, atMs) + movedBy))
    }
  }
  return found
}

/** Starts by instant, so that a date that is told twice counts once. */
function startsOf(
  master: IcalEvent,
  ranges: readonly IcalEvent[],
  window: IcalWindow,
): ReadonlyMap<InstantMs, Local> {
  const { zone, start } = master
  const toUtc = (local: Local) => instantIn(zone, local)
  const longest = Math.max(
    ...[master, ...ranges].map((each) => each.endOf(each.start.local) - each.startMs),
  )
  // Whoever began so long ago may still be on duty; two days more for zones and for a moved series.
  const from = localIn(zone, window.fromMs) - longest - 2 * DAY_MS
  const to = localIn(zone, window.toMs) + 2 * DAY_MS
  const locals = master.rules.flatMap((rule) =>
    startsBetween(rule, { start: start.local, toUtc }, from, to),
  )
  const starts = new Map([start.local, ...locals].map((local) => [toUtc(local), local]))
  for (const atMs of master.moreStarts) starts.set(atMs, localIn(zone, atMs))
  return starts
}

function occurrenceAt(event: IcalEvent, local: Local): Occurrence {
  return { fromMs: instantIn(event.zone, local), toMs: event.endOf(local), event: event.component }
}
