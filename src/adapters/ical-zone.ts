/**
 * From local time to instants. A feed's own VTIMEZONE decides where it has one (RFC 5545 section 3.6.5), else
 * the IANA name; a name nobody knows is refused, because an hour's error puts the wrong person on duty.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { IcalComponent, IcalProperty } from './ical-lines.ts'
import { unreadable } from './ical-lines.ts'
import { startsBetween } from './ical-rule.ts'
import type { Local } from './ical-value.ts'
import { DAY_MS, readLocal } from './ical-value.ts'

export type Zone = {
  /** How far local time is ahead of UTC at this instant, ms. */
  readonly offsetAt: (atMs: InstantMs) => number
}

export const UTC: Zone = { offsetAt: () => 0 }

/**
 * The instant of a local time. A time the clock skips is read with the offset before the gap, a time it shows
 * twice is the first of the two (RFC 5545 section 3.3.5).
 */
export function instantIn(zone: Zone, local: Local): InstantMs {
  // No zone changes twice within two days, so a day before and after stand for the two possible offsets.
  const before = zone.offsetAt(local - DAY_MS)
  const after = zone.offsetAt(local + DAY_MS)
  if (zone.offsetAt(local - before) === before) return local - before
  return zone.offsetAt(local - after) === after ? local - after : local - before
}

export function localIn(zone: Zone, atMs: InstantMs): Local {
  return atMs + zone.offsetAt(atMs)
}

/** A zone of the IANA database; undefined when there is none of this name. */
export function ianaZone(name: string): Zone | undefined {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined
  }
  return {
    offsetAt: (atMs) => {
      const parts = new Map(
        format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]),
      )
      const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0
      const local = Date.UTC(
        part('year'),
        part('month') - 1,
        part('day'),
        part('hour'),
        part('minute'),
        part('second'),
      )
      return local - Math.floor(atMs / 1000) * 1000
    },
  }
}

type Change = { readonly atMs: InstantMs; readonly fromMs: number; readonly toMs: number }

/** What a VTIMEZONE says from its beginning until `untilMs`. Throws `roster_unreadable`. */
export function ownZone(component: IcalComponent, untilMs: InstantMs): Zone {
  const changes = component.components
    .filter(({ name }) => name === 'STANDARD' || name === 'DAYLIGHT')
    .flatMap((observance) => changesOf(observance, untilMs))
    .sort((a, b) => a.atMs - b.atMs)
  const [first] = changes
  if (first === undefined) throw unreadable('a VTIMEZONE says nothing')
  return {
    offsetAt: (atMs) => {
      let low = 0
      let high = changes.length
      while (low < high) {
        const middle = (low + high) >> 1
        if ((changes[middle]?.atMs ?? 0) <= atMs) low = middle + 1
        else high = middle
      }
      return changes[low - 1]?.toMs ?? first.fromMs
    },
  }
}

/** Onsets of an observance; they are told in the local time before each. */
function changesOf(observance: IcalComponent, untilMs: InstantMs): readonly Change[] {
  const one = (name: string): IcalProperty => {
    const found = observance.properties.filter((property) => property.name === name)
    if (found.length !== 1 || found[0] === undefined) {
      throw unreadable(`a VTIMEZONE has ${found.length} ${name} where it needs one`)
    }
    return found[0]
  }
  const fromMs = offsetOf(one('TZOFFSETFROM').value)
  const toMs = offsetOf(one('TZOFFSETTO').value)
  const start = readLocal(one('DTSTART').value).local
  const rules = observance.properties.filter(({ name }) => name === 'RRULE')
  const dates = observance.properties.filter(({ name }) => name === 'RDATE')
  const locals = [
    start,
    ...dates.flatMap(({ value }) => value.split(',').map((each) => readLocal(each).local)),
    ...rules.flatMap(({ value }) => {
      // Summer time begins once a year. Anything faster is not a time zone.
      if (!/(?:^|;)FREQ=YEARLY(?:;|$)/i.test(value))
        throw unreadable('a VTIMEZONE changes too often')
      return startsBetween(
        value,
        { start, toUtc: (local) => local - fromMs },
        start,
        untilMs + DAY_MS,
      )
    }),
  ]
  return [...new Set(locals)].map((local) => ({ atMs: local - fromMs, fromMs, toMs }))
}

function offsetOf(text: string): number {
  const [, sign, hours, minutes, seconds = '0'] =
    /^([+-])(\d\d)([0-5]\d)([0-5]\d)?$/.exec(text) ?? []
  if (sign === undefined) throw unreadable('a VTIMEZONE has a malformed offset')
  const size = (Number(hours) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1_000
  // No place on earth is further from UTC than 14 hours; what says so would move shifts by days.
  if (size > 16 * 3_600_000) throw unreadable('a VTIMEZONE has an impossible offset')
  return sign === '-' ? -size : size
}
