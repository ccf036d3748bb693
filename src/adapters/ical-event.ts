/** One VEVENT, read: when it is, how long, how it recurs, which version it is. No window, no exceptions yet. */
import type { InstantMs } from '../kernel/clock.ts'
import type { IcalComponent, IcalProperty } from './ical-lines.ts'
import { unescaped, unreadable } from './ical-lines.ts'
import type { DateTime, Local } from './ical-value.ts'
import { DAY_MS, readDuration, readTimes } from './ical-value.ts'
import type { Zone } from './ical-zone.ts'
import { instantIn } from './ical-zone.ts'

export type IcalEvent = {
  /** Absent where the feed gives none: then it is nobody's next version and nobody's exception. */
  readonly uid?: string
  readonly start: DateTime
  readonly startMs: InstantMs
  readonly zone: Zone
  /** When an occurrence that begins at this local time ends. */
  readonly endOf: (start: Local) => InstantMs
  readonly rules: readonly string[]
  readonly moreStarts: readonly InstantMs[]
  readonly exceptions: readonly Moment[]
  /** Which occurrence of the series this one stands for. */
  readonly recurrenceId?: Moment
  /** The exception holds for every later occurrence too. */
  readonly isFromThenOn: boolean
  /** Cancelled, or not confirmed yet: nobody counts on it. */
  readonly isOff: boolean
  /** Compares as text: the later version of one event is the greater. */
  readonly version: string
  readonly component: IcalComponent
}

/** An occurrence named by its instant, or by the day of its event's zone on which it begins. */
export type Moment = { readonly atMs: InstantMs } | { readonly day: Local }

/** Says which zone a time is in. Throws `roster_unreadable` for a zone, or a floating time, nobody can place. */
export type ZoneOf = (time: DateTime) => Zone

/** A year: longer is an ownership nobody reviews, not a shift. */
const MAX_LENGTH_MS = 366 * DAY_MS

export function readEvent(
  component: IcalComponent,
  zoneOf: ZoneOf,
  isCancelled: boolean,
): IcalEvent {
  const one = (name: string) => single(component, name)
  const all = (name: string) => component.properties.filter((property) => property.name === name)
  if (all('EXRULE').length > 0) throw unreadable('EXRULE, which RFC 5545 took out, is used')
  const [start] = readTimes(required(one('DTSTART'), 'DTSTART'))
  if (start === undefined) throw unreadable('an event has no DTSTART')
  const zone = zoneOf(start)
  const uid = one('UID')?.value
  const recurrence = one('RECURRENCE-ID')
  const moment = (time: DateTime): Moment =>
    time.kind === 'date' ? { day: time.local } : { atMs: instantIn(zoneOf(time), time.local) }
  const [recurrenceId] = recurrence === undefined ? [] : readTimes(recurrence).map(moment)
  const status = one('STATUS')?.value.toUpperCase()
  return {
    ...(uid === undefined ? {} : { uid }),
    start,
    startMs: instantIn(zone, start.local),
    zone,
    endOf: lengthOf(component, start, zone, zoneOf),
    rules: all('RRULE').map(({ value }) => value),
    moreStarts: all('RDATE')
      .flatMap(readTimes)
      .map((time) => {
        if ((time.kind === 'date') === (start.kind === 'date')) {
          return instantIn(zoneOf(time), time.local)
        }
        throw unreadable('DTSTART and RDATE are not of one kind')
      }),
    exceptions: all('EXDATE').flatMap(readTimes).map(moment),
    ...(recurrenceId === undefined ? {} : { recurrenceId }),
    isFromThenOn: isRange(recurrence),
    isOff: isCancelled || status === 'CANCELLED' || status === 'TENTATIVE',
    version: versionOf(component),
    component,
  }
}

export function single(component: IcalComponent, name: string): IcalProperty | undefined {
  const found = component.properties.filter((property) => property.name === name)
  if (found.length > 1) throw unreadable(`an event has two of ${name}`)
  return found[0]
}

export function textOf(component: IcalComponent, name: string): string {
  const found = component.properties.find((property) => property.name === name)
  return found === undefined ? '' : unescaped(found.value)
}

function required(property: IcalProperty | undefined, name: string): IcalProperty {
  if (property === undefined) throw unreadable(`an event has no ${name}`)
  return property
}

function isRange(recurrence: IcalProperty | undefined): boolean {
  const range = recurrence?.parameters.get('RANGE')?.toUpperCase()
  if (range !== undefined && range !== 'THISANDFUTURE') throw unreadable('a RANGE is unknown')
  return range !== undefined
}

/**
 * A DTEND gives every occurrence the same exact length, a DURATION in days the same wall clock time, whatever
 * the clock does in between (RFC 5545 section 3.8.5.3).
 */
function lengthOf(
  component: IcalComponent,
  start: DateTime,
  zone: Zone,
  zoneOf: ZoneOf,
): IcalEvent['endOf'] {
  const endProperty = single(component, 'DTEND')
  const durationText = single(component, 'DURATION')?.value
  if (endProperty !== undefined && durationText !== undefined) {
    throw unreadable('an event has both DTEND and DURATION')
  }
  const [end] = endProperty === undefined ? [] : readTimes(endProperty)
  let { days, exactMs } = durationText === undefined ? NOTHING : readDuration(durationText)
  if (end !== undefined) {
    if ((end.kind === 'date') !== (start.kind === 'date')) {
      throw unreadable('DTSTART and DTEND are not of one kind')
    }
    if (end.kind === 'date') days = (end.local - start.local) / DAY_MS
    else exactMs = instantIn(zoneOf(end), end.local) - instantIn(zone, start.local)
  } else if (durationText === undefined && start.kind === 'date') days = 1
  if (days < 0 || exactMs < 0) throw unreadable('an event ends before it starts')
  if (days * DAY_MS + exactMs > MAX_LENGTH_MS) throw unreadable('an event lasts longer than a year')
  return (local) => instantIn(zone, local + days * DAY_MS) + exactMs
}

const NOTHING = { days: 0, exactMs: 0 } as const

/** SEQUENCE counts what matters, the stamps order what has the same count (RFC 5546 section 2.1.4). */
function versionOf(component: IcalComponent): string {
  const sequence = single(component, 'SEQUENCE')?.value ?? '0'
  if (!/^\d{1,9}$/.test(sequence)) throw unreadable('a SEQUENCE is malformed')
  const stamp = single(component, 'LAST-MODIFIED') ?? single(component, 'DTSTAMP')
  return `${sequence.padStart(9, '0')} ${stamp?.value ?? ''}`
}
