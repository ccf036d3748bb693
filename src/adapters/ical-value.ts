/** Dates, times and durations of iCalendar (RFC 5545 sections 3.3.4 to 3.3.6). Throws `roster_unreadable`. */
import type { IcalProperty } from './ical-lines.ts'
import { unreadable } from './ical-lines.ts'

export const DAY_MS = 86_400_000

/** A wall clock reading, as the milliseconds it would be were it UTC. */
export type Local = number

export type DateTime = {
  readonly local: Local
  /** `date`: a whole day; `utc`: the reading is the instant; `local`: it needs a zone. */
  readonly kind: 'date' | 'local' | 'utc'
  /** TZID of the property; absent for floating times. */
  readonly zone?: string
}

const DATE_TIME = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/

export function readLocal(text: string): DateTime {
  const [, year, month, day, hour, minute, second = '0', z] = DATE_TIME.exec(text) ?? []
  if (year === undefined) throw unreadable('a date or time is malformed')
  // 23:59:60 is a real second that our clock does not have.
  const seconds = Math.min(Number(second), 59)
  const fields = [year, Number(month) - 1, day, hour ?? 0, minute ?? 0, seconds].map(Number)
  const [y = 0, m = 0, d = 0, h = 0, min = 0, s = 0] = fields
  const local = Date.UTC(y, m, d, h, min, s)
  const back = new Date(local)
  const isReal =
    back.getUTCFullYear() === y &&
    back.getUTCMonth() === m &&
    back.getUTCDate() === d &&
    h < 24 &&
    min < 60 &&
    Number(second) <= 60
  if (!isReal) throw unreadable('a date or time does not exist')
  return { local, kind: hour === undefined ? 'date' : z === 'Z' ? 'utc' : 'local' }
}

/** The values of DTSTART, DTEND, RECURRENCE-ID, EXDATE or RDATE. Periods, which nothing writes, are refused. */
export function readTimes(property: IcalProperty): readonly DateTime[] {
  const { parameters, value } = property
  const zone = parameters.get('TZID')
  const kind = parameters.get('VALUE')?.toUpperCase() ?? 'DATE-TIME'
  return value.split(',').map((text) => {
    const time = readLocal(text)
    if ((kind === 'DATE') !== (time.kind === 'date')) {
      throw unreadable(`${property.name} does not hold what its VALUE says`)
    }
    return time.kind === 'local' && zone !== undefined ? { ...time, zone } : time
  })
}

/** Days are days of the calendar, the rest is exact (RFC 5545 section 3.8.5.3). */
export type Duration = { readonly days: number; readonly exactMs: number }

const DURATION =
  /^([+-]?)P(?:(\d{1,4})W|(?=[\dT])(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?)$/

export function readDuration(text: string): Duration {
  const found = DURATION.exec(text)
  if (found === null) throw unreadable('a DURATION is malformed')
  const [, sign, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
  if (sign === '-') throw unreadable('a DURATION is negative')
  const exactMs = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return { days: Number(weeks) * 7 + Number(days), exactMs }
}
