import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IcalWindow } from '../../src/adapters/ical-occurrences.ts'
import { readOccurrences } from '../../src/adapters/ical-occurrences.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import { BERLIN, calendar, event } from './calendar.ts'

const ms = (text: string) => Date.parse(`${text.replace(' ', 'T')}:00Z`)
const utc = (atMs: number) => new Date(atMs).toISOString().slice(0, 16).replace('T', ' ')

/** Two weeks in which Europe goes back to winter time on Sunday 25 October at 01:00 UTC. */
const AUTUMN: IcalWindow = { fromMs: ms('2026-10-19 00:00'), toMs: ms('2026-11-02 00:00') }
/** Europe goes on to summer time on Sunday 28 March 2027 at 01:00 UTC. */
const SPRING: IcalWindow = { fromMs: ms('2027-03-26 00:00'), toMs: ms('2027-03-31 00:00') }
const IN_BERLIN: IcalWindow = { ...AUTUMN, zone: 'Europe/Berlin' }

function read(lines: readonly string[], window: IcalWindow = AUTUMN): string {
  try {
    const found = readOccurrences(calendar(...lines), window)
    return found.map(({ fromMs, toMs }) => `${utc(fromMs)} > ${utc(toMs)}`).join('\n')
  } catch (error) {
    return String(codeOf(error))
  }
}

const NIGHT = [
  'DTSTART;TZID=Europe/Berlin:20261023T200000',
  'DTEND;TZID=Europe/Berlin:20261024T080000',
]
const DAY = [
  'DTSTART;TZID=Europe/Berlin:20261019T080000',
  'DTEND;TZID=Europe/Berlin:20261019T160000',
]
const DAILY = [...DAY, 'RRULE:FREQ=DAILY;COUNT=3']
const REFUSED = 'roster_unreadable'

type Row = readonly [
  name: string,
  lines: readonly string[],
  expected: string | readonly string[],
  window?: IcalWindow,
]

// biome-ignore format: a table reads best with one row per line
const TABLE: readonly Row[] = [
  // one event
  ['a shift in UTC', event('DTSTART:20261019T080000Z', 'DTEND:20261019T160000Z'), '2026-10-19 08:00 > 2026-10-19 16:00'],
  ['a shift in a zone the feed defines', [...BERLIN, ...event(...DAY)], '2026-10-19 06:00 > 2026-10-19 14:00'],
  ['a shift in a zone only its IANA name tells', event(...DAY), '2026-10-19 06:00 > 2026-10-19 14:00'],
  ['start and end in different zones', event('DTSTART;TZID=Europe/Berlin:20261019T080000', 'DTEND;TZID=America/New_York:20261019T080000'), '2026-10-19 06:00 > 2026-10-19 12:00'],
  ['a zone nobody knows', event('DTSTART;TZID=Middle-earth/Shire:20261019T080000', 'DURATION:PT8H'), REFUSED],
  ["the feed's own zone before the name it carries", [...BERLIN.map((line) => line.replace('+0200', '+0300')), ...event('DTSTART;TZID=Europe/Berlin:20261019T080000', 'DURATION:PT1H')], '2026-10-19 05:00 > 2026-10-19 06:00'],
  ['a length in hours', event('DTSTART:20261019T080000Z', 'DURATION:PT7H30M'), '2026-10-19 08:00 > 2026-10-19 15:30'],
  ['a length in weeks', event('DTSTART:20261019T080000Z', 'DURATION:P1W'), '2026-10-19 08:00 > 2026-10-26 08:00'],
  ['a length below zero', event('DTSTART:20261019T080000Z', 'DURATION:-PT1H'), REFUSED],
  ['both an end and a length', event('DTSTART:20261019T080000Z', 'DTEND:20261019T090000Z', 'DURATION:PT1H'), REFUSED],
  ['an end before the start', event('DTSTART:20261019T080000Z', 'DTEND:20261019T070000Z'), REFUSED],
  ['neither end nor length: a moment, not a shift', event('DTSTART:20261019T080000Z'), ''],
  ['a shift that began before the window and still runs', event('DTSTART:20261018T200000Z', 'DURATION:PT8H'), '2026-10-18 20:00 > 2026-10-19 04:00'],
  ['a shift that ends as the window begins', event('DTSTART:20261018T160000Z', 'DURATION:PT8H'), ''],
  ['a shift that begins as the window ends', event('DTSTART:20261102T000000Z', 'DURATION:PT8H'), ''],
  ['a shift of two years', event('DTSTART:20261019T000000Z', 'DTEND:20281019T000000Z'), REFUSED],
  // whole days and floating times
  ['a whole day in the zone of the rota', event('DTSTART;VALUE=DATE:20261019'), '2026-10-18 22:00 > 2026-10-19 22:00', IN_BERLIN],
  ['whole days, the end excluded', event('DTSTART;VALUE=DATE:20261019', 'DTEND;VALUE=DATE:20261021'), '2026-10-18 22:00 > 2026-10-20 22:00', IN_BERLIN],
  ['the whole day of 25 hours', event('DTSTART;VALUE=DATE:20261025'), '2026-10-24 22:00 > 2026-10-25 23:00', IN_BERLIN],
  ['a whole day where no zone is set', event('DTSTART;VALUE=DATE:20261019'), REFUSED],
  ['a floating time where no zone is set', event('DTSTART:20261019T080000', 'DURATION:PT8H'), REFUSED],
  ['a floating time in the zone of the rota', event('DTSTART:20261019T080000', 'DURATION:PT8H'), '2026-10-19 06:00 > 2026-10-19 14:00', IN_BERLIN],
  // clock changes
  ['a night shift as winter time begins, 12 exact hours', [...BERLIN, ...event(...NIGHT, 'RRULE:FREQ=DAILY;COUNT=3')], ['2026-10-23 18:00 > 2026-10-24 06:00', '2026-10-24 18:00 > 2026-10-25 06:00', '2026-10-25 19:00 > 2026-10-26 07:00']],
  ['a day as a length is a day of the calendar', event('DTSTART;TZID=Europe/Berlin:20261024T080000', 'DURATION:P1D'), '2026-10-24 06:00 > 2026-10-25 07:00'],
  ['24 hours as a length are 24 hours', event('DTSTART;TZID=Europe/Berlin:20261024T080000', 'DURATION:PT24H'), '2026-10-24 06:00 > 2026-10-25 06:00'],
  ['a time the clock shows twice is the first', event('DTSTART;TZID=Europe/Berlin:20261025T023000', 'DURATION:PT1H'), '2026-10-25 00:30 > 2026-10-25 01:30'],
  ['the same in a zone the feed defines', [...BERLIN, ...event('DTSTART;TZID=Europe/Berlin:20261025T023000', 'DURATION:PT1H')], '2026-10-25 00:30 > 2026-10-25 01:30'],
  ['a time the clock skips is read with the offset before', event('DTSTART;TZID=Europe/Berlin:20270328T023000', 'DURATION:PT1H'), '2027-03-28 01:30 > 2027-03-28 02:30', SPRING],
  ['the same in a zone the feed defines, in spring', [...BERLIN, ...event('DTSTART;TZID=Europe/Berlin:20270328T023000', 'DURATION:PT1H')], '2027-03-28 01:30 > 2027-03-28 02:30', SPRING],
  ['a daily shift as summer time begins', event('DTSTART;TZID=Europe/Berlin:20270327T080000', 'DURATION:PT8H', 'RRULE:FREQ=DAILY;COUNT=2'), ['2027-03-27 07:00 > 2027-03-27 15:00', '2027-03-28 06:00 > 2027-03-28 14:00'], SPRING],
  ['a weekly rota of a zone that changes a week later', event('DTSTART;TZID=America/New_York:20261019T080000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'), ['2026-10-19 12:00 > 2026-10-19 13:00', '2026-10-26 12:00 > 2026-10-26 13:00']],
  // recurrence
  ['COUNT', event(...DAILY), ['2026-10-19 06:00 > 2026-10-19 14:00', '2026-10-20 06:00 > 2026-10-20 14:00', '2026-10-21 06:00 > 2026-10-21 14:00']],
  ['UNTIL in UTC includes its instant', event(...DAY, 'RRULE:FREQ=DAILY;UNTIL=20261020T060000Z'), ['2026-10-19 06:00 > 2026-10-19 14:00', '2026-10-20 06:00 > 2026-10-20 14:00']],
  ['UNTIL a second earlier', event(...DAY, 'RRULE:FREQ=DAILY;UNTIL=20261020T055959Z'), '2026-10-19 06:00 > 2026-10-19 14:00'],
  ['UNTIL a day includes that day on the wall', event(...DAY, 'RRULE:FREQ=DAILY;UNTIL=20261020'), ['2026-10-19 06:00 > 2026-10-19 14:00', '2026-10-20 06:00 > 2026-10-20 14:00']],
  ['COUNT and UNTIL', event(...DAY, 'RRULE:FREQ=DAILY;COUNT=2;UNTIL=20261020'), REFUSED],
  ['every third week, since years', event('DTSTART:20200106T080000Z', 'DURATION:P5D', 'RRULE:FREQ=WEEKLY;INTERVAL=3'), '2026-10-19 08:00 > 2026-10-24 08:00'],
  ['weekdays', event('DTSTART:20261022T080000Z', 'DURATION:PT8H', 'RRULE:FREQ=WEEKLY;BYDAY=MO,TH,FR;COUNT=3'), ['2026-10-22 08:00 > 2026-10-22 16:00', '2026-10-23 08:00 > 2026-10-23 16:00', '2026-10-26 08:00 > 2026-10-26 16:00']],
  ['the last Friday of the month', event('DTSTART:20260130T080000Z', 'DURATION:PT8H', 'RRULE:FREQ=MONTHLY;BYDAY=-1FR'), '2026-10-30 08:00 > 2026-10-30 16:00'],
  ['a week of the year', event('DTSTART:20260101T080000Z', 'DURATION:PT8H', 'RRULE:FREQ=YEARLY;BYWEEKNO=43;BYDAY=MO'), '2026-10-19 08:00 > 2026-10-19 16:00'],
  ['two hand-overs a day', event('DTSTART:20261019T080000Z', 'DURATION:PT12H', 'RRULE:FREQ=DAILY;BYHOUR=8,20;COUNT=3'), ['2026-10-19 08:00 > 2026-10-19 20:00', '2026-10-19 20:00 > 2026-10-20 08:00', '2026-10-20 08:00 > 2026-10-20 20:00']],
  ['a day that never comes', event('DTSTART:20260101T080000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30'), ''],
  ['RDATE beside a rule, a date told twice counts once', event(...DAILY, 'RDATE;TZID=Europe/Berlin:20261019T080000,20261028T080000'), ['2026-10-19 06:00 > 2026-10-19 14:00', '2026-10-20 06:00 > 2026-10-20 14:00', '2026-10-21 06:00 > 2026-10-21 14:00', '2026-10-28 07:00 > 2026-10-28 15:00']],
  ['EXDATE in the zone of the event', event(...DAILY, 'EXDATE;TZID=Europe/Berlin:20261020T080000'), ['2026-10-19 06:00 > 2026-10-19 14:00', '2026-10-21 06:00 > 2026-10-21 14:00']],
  ['EXDATE in UTC', event(...DAILY, 'EXDATE:20261020T060000Z,20261021T060000Z'), '2026-10-19 06:00 > 2026-10-19 14:00'],
  ['EXDATE as a day', event(...DAILY, 'EXDATE;VALUE=DATE:20261019,20261021'), '2026-10-20 06:00 > 2026-10-20 14:00'],
  ['EXDATE of whole days', event('DTSTART;VALUE=DATE:20261023', 'RRULE:FREQ=DAILY;COUNT=3', 'EXDATE;VALUE=DATE:20261024'), ['2026-10-22 22:00 > 2026-10-23 22:00', '2026-10-24 22:00 > 2026-10-25 23:00'], IN_BERLIN],
  ['a rule every minute', event(...DAY, 'RRULE:FREQ=MINUTELY'), REFUSED],
  ['a rule with a word nobody knows', event(...DAY, 'RRULE:FREQ=DAILY;BYMOON=FULL'), REFUSED],
  ['a rule with a word told twice', event(...DAY, 'RRULE:FREQ=DAILY;COUNT=3;COUNT=9'), REFUSED],
  ['EXRULE', event(...DAY, 'RRULE:FREQ=DAILY', 'EXRULE:FREQ=WEEKLY'), REFUSED],
  // overrides and cancellation
  ['a cancelled shift', event(...DAY, 'STATUS:CANCELLED'), ''],
  ['a shift nobody confirmed', event(...DAY, 'STATUS:TENTATIVE'), ''],
  ['a calendar that cancels', ['METHOD:CANCEL', ...event(...DAILY)], ''],
  ['one occurrence moved', [...event(...DAILY), ...event('RECURRENCE-ID;TZID=Europe/Berlin:20261020T080000', 'DTSTART;TZID=Europe/Berlin:20261020T100000', 'DURATION:PT2H')], ['2026-10-19 06:00 > 2026-10-19 14:00', '2026-10-20 08:00 > 2026-10-20 10:00', '2026-10-21 06:00 > 2026-10-21 14:00']],
  ['one occurrence moved, named in UTC', [...event(...DAILY), ...event('RECURRENCE-ID:20261020T060000Z', 'DTSTART:20261020T080000Z', 'DURATION:PT2H')], ['2026-10-19 06:00 > 2026-10-19 14:00', '2026-10-20 08:00 > 2026-10-20 10:00', '2026-10-21 06:00 > 2026-10-21 14:00']],
  ['one occurrence cancelled', [...event(...DAILY), ...event('RECURRENCE-ID;TZID=Europe/Berlin:20261020T080000', ...DAY.map((line) => line.replaceAll('1019', '1020')), 'STATUS:CANCELLED')], ['2026-10-19 06:00 > 2026-10-19 14:00', '2026-10-21 06:00 > 2026-10-21 14:00']],
  ['an override that stands before its series in the file', [...event('RECURRENCE-ID:20261020T060000Z', ...DAY, 'STATUS:CANCELLED'), ...event(...DAILY)], ['2026-10-19 06:00 > 2026-10-19 14:00', '2026-10-21 06:00 > 2026-10-21 14:00']],
  ['an occurrence moved into the window', [...event('DTSTART:20261005T080000Z', 'DURATION:PT8H', 'RRULE:FREQ=DAILY;COUNT=2'), ...event('RECURRENCE-ID:20261006T080000Z', 'DTSTART:20261020T080000Z', 'DURATION:PT8H')], '2026-10-20 08:00 > 2026-10-20 16:00'],
  ['an occurrence moved out of the window', [...event(...DAY), ...event('RECURRENCE-ID:20261019T060000Z', 'DTSTART:20261219T080000Z', 'DURATION:PT8H')], ''],
  ['the exception to a whole day', [...event('DTSTART;VALUE=DATE:20261019', 'RRULE:FREQ=DAILY;COUNT=2'), ...event('RECURRENCE-ID;VALUE=DATE:20261020', 'DTSTART;VALUE=DATE:20261022')], ['2026-10-18 22:00 > 2026-10-19 22:00', '2026-10-21 22:00 > 2026-10-22 22:00'], IN_BERLIN],
  ['this and all later occurrences', [...event(...DAILY), ...event('RECURRENCE-ID;RANGE=THISANDFUTURE:20261020T060000Z', 'DTSTART:20261020T080000Z', 'DURATION:PT2H')], ['2026-10-19 06:00 > 2026-10-19 14:00', '2026-10-20 08:00 > 2026-10-20 10:00', '2026-10-21 08:00 > 2026-10-21 10:00']],
  ['this and all later occurrences cancelled', [...event(...DAY, 'RRULE:FREQ=DAILY'), ...event('RECURRENCE-ID;RANGE=THISANDFUTURE:20261020T060000Z', ...DAY, 'STATUS:CANCELLED')], '2026-10-19 06:00 > 2026-10-19 14:00'],
  ['a cancelled series with an exception', [...event(...DAILY, 'STATUS:CANCELLED'), ...event('RECURRENCE-ID:20261020T060000Z', 'DTSTART:20261020T080000Z', 'DURATION:PT2H')], ''],
  ['an exception whose series is not in the file', event('RECURRENCE-ID:20261020T060000Z', 'DTSTART:20261020T080000Z', 'DURATION:PT2H'), '2026-10-20 08:00 > 2026-10-20 10:00'],
  ['two versions: the later counts', [...event(...DAY, 'SEQUENCE:1'), ...event('DTSTART:20261020T080000Z', 'DURATION:PT1H', 'SEQUENCE:2')], '2026-10-20 08:00 > 2026-10-20 09:00'],
  ['two versions with one number: the later stamp counts', [...event('DTSTART:20261020T080000Z', 'DURATION:PT1H', 'DTSTAMP:20261002T000000Z'), ...event(...DAY, 'DTSTAMP:20261001T000000Z')], '2026-10-20 08:00 > 2026-10-20 09:00'],
  ['two events under one name', [...event(...DAY), ...event('DTSTART:20261020T080000Z', 'DURATION:PT1H')], REFUSED],
  // the file
  ['folded lines', event('DTSTART;TZID=Europe\r\n /Berlin:2026\r\n\t1019T080000', 'DURATION:PT8H'), '2026-10-19 06:00 > 2026-10-19 14:00'],
  ['a quoted parameter', event('DTSTART;TZID="Europe/Berlin":20261019T080000', 'DURATION:PT8H'), '2026-10-19 06:00 > 2026-10-19 14:00'],
  ['names in lower case', ['begin:vevent', 'uid:a', 'dtstart:20261019T080000Z', 'duration:PT8H', 'end:vevent'], '2026-10-19 08:00 > 2026-10-19 16:00'],
  ['an alarm within the event, a task beside it', [...event('DTSTART:20261019T080000Z', 'DURATION:PT8H', 'BEGIN:VALARM', 'TRIGGER:-PT15M', 'DURATION:PT5M', 'END:VALARM'), 'BEGIN:VTODO', 'DTSTART:20261020T080000Z', 'END:VTODO'], '2026-10-19 08:00 > 2026-10-19 16:00'],
  ['a day that does not exist', event('DTSTART:20260230T080000Z', 'DURATION:PT8H'), REFUSED],
  ['an event that is not ended', ['BEGIN:VEVENT', 'UID:a', 'DTSTART:20261019T080000Z'], REFUSED],
  ['an end without a beginning', [...event(...DAY), 'END:VEVENT'], REFUSED],
  ['a line that is none', ['this is HTML, not a calendar'], REFUSED],
  ['an event without a start', event('SUMMARY:on call'), REFUSED],
  ['two starts', event(...DAY, 'DTSTART:20261020T080000Z'), REFUSED],
]

describe('the occurrences of a calendar', () => {
  const rows = TABLE.map(([name, lines, expected, window]) => ({ name, lines, expected, window }))
  it.each(rows)('$name', ({ lines, expected, window }) => {
    expect(read(lines, window)).toBe(typeof expected === 'string' ? expected : expected.join('\n'))
  })

  it('leaves alone what is not part of the rota, however broken', () => {
    const broken = event('UID:b', 'SUMMARY:lunch', 'DTSTART:20261019T120000', 'RRULE:FREQ=SECONDLY')
    const lines = [...event(...DAY, 'SUMMARY:IC'), ...broken]
    expect(read(lines)).toBe(REFUSED)
    const isWanted = (summary: string) => summary === 'IC'
    expect(read(lines, { ...AUTUMN, isWanted })).toBe('2026-10-19 06:00 > 2026-10-19 14:00')
  })

  it('reads an exception that is no longer called what the series is called', () => {
    const isWanted = (summary: string) => summary === 'IC'
    const swapped = event(
      'RECURRENCE-ID:20261020T060000Z',
      'SUMMARY:swapped',
      ...DAY,
      'STATUS:CANCELLED',
    )
    expect(read([...event(...DAILY, 'SUMMARY:IC'), ...swapped], { ...AUTUMN, isWanted })).toBe(
      '2026-10-19 06:00 > 2026-10-19 14:00\n2026-10-21 06:00 > 2026-10-21 14:00',
    )
  })
})

describe('a hostile calendar', () => {
  const within = (limitMs: number, lines: readonly string[]) => {
    const started = performance.now()
    expect(read(lines)).toBe(REFUSED)
    expect(performance.now() - started).toBeLessThan(limitMs)
  }
  const stamp = (minutes: number) =>
    `${new Date(ms('2026-10-19 00:00') + minutes * 60_000).toISOString().replace(/[-:]|\.\d+/g, '')}`

  // Ten times the limit of one second: the machine that tests may be busy.
  const LIMIT_MS = 10_000
  // biome-ignore format: a table reads best with one row per line
  it.each<readonly [string, () => readonly string[]]>([
    ['larger than a rota can be', () => event(...DAY, ...Array.from({ length: 60 }, () => `X-PAD:${'x'.repeat(60_000)}`))],
    ['one endless line', () => event(...DAY, `SUMMARY:${'x'.repeat(70_000)}`)],
    ['a line folded without end', () => event(...DAY, `SUMMARY:${Array.from({ length: 70_000 }, () => 'x').join('\r\n ')}`)],
    ['thousands of single dates', () => event(...DAY, ...Array.from({ length: 30 }, (_, n) => `RDATE:${Array.from({ length: 200 }, (_, m) => stamp(n * 200 + m)).join(',')}`))],
    ['a rule of every second in other words', () => event('DTSTART:20261019T000000Z', 'DURATION:PT1S', `RRULE:FREQ=HOURLY;BYMINUTE=${Array.from({ length: 60 }, (_, n) => n).join()};BYSECOND=${Array.from({ length: 60 }, (_, n) => n).join()}`)],
    ['thousands of slow rules', () => Array.from({ length: 9_000 }, (_, n) => event(`UID:${n}`, 'DTSTART;TZID=Europe/Berlin:19700101T000000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8;BYSETPOS=-1')).flat()],
    ['more events than a rota has', () => Array.from({ length: 10_001 }, (_, n) => event(`UID:${n}`, 'DTSTART:20261019T080000Z')).flat()],
    ['more occurrences than a rota has', () => Array.from({ length: 40 }, (_, n) => event(`UID:${n}`, 'DTSTART:20261019T000000Z', 'DURATION:PT30M', 'RRULE:FREQ=HOURLY')).flat()],
    ['nested like a doll', () => [...Array.from({ length: 50 }, () => 'BEGIN:VEVENT'), ...Array.from({ length: 50 }, () => 'END:VEVENT')]],
    ['a zone that changes each second', () => [...BERLIN.map((line) => line.replace('YEARLY', 'SECONDLY')), ...event(...DAY)]],
    ['a zone days away from UTC', () => [...BERLIN.map((line) => line.replace('+0200', '+9900')), ...event(...DAY)]],
    ['a control character in a parameter', () => event('DTSTART;TZID=Europe/\u0007Berlin:20261019T080000')],
  ])('%s is refused soon', (_name, lines) => within(LIMIT_MS, lines()))

  it('is refused when it is no UTF-8, empty, or something else altogether', () => {
    const bytes = [
      new Uint8Array([0xff, 0xfe]),
      new Uint8Array(),
      new TextEncoder().encode('<html>'),
    ]
    for (const each of bytes) {
      expect(() => readOccurrences(each, AUTUMN)).toThrow(
        expect.objectContaining({ code: REFUSED }),
      )
    }
  })

  it('never throws anything but its one failure, whatever is done to a good file', () => {
    const good = calendar(...BERLIN, ...event(...DAILY, 'EXDATE:20261020T060000Z', 'SUMMARY:a\\,b'))
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(damage, (changes) => {
        const bytes = good.slice()
        for (const [at, byte] of changes) bytes[at] = byte
        try {
          readOccurrences(bytes, AUTUMN)
        } catch (error) {
          expect(codeOf(error)).toBe(REFUSED)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('property', () => {
  const DAYS = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']
  const DAY_MS = 86_400_000

  it('a rule falls where somebody who walks through the calendar day by day finds it', () => {
    const aRule = fc.record({
      freq: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY'),
      interval: fc.integer({ min: 1, max: 5 }),
      byDay: fc.subarray(DAYS),
      byMonthDay: fc.uniqueArray(fc.integer({ min: 1, max: 31 }), { maxLength: 3 }),
      startDay: fc.integer({ min: 0, max: 800 }),
      count: fc.option(fc.integer({ min: 1, max: 400 }), { nil: undefined }),
    })
    fc.assert(
      fc.property(aRule, (rule) => {
        const isByMonthDay = rule.byMonthDay.length > 0 && rule.freq === 'MONTHLY'
        const startMs = ms('2024-01-01 08:00') + rule.startDay * DAY_MS
        const parts = [
          `FREQ=${rule.freq}`,
          `INTERVAL=${rule.interval}`,
          ...(rule.byDay.length > 0 ? [`BYDAY=${rule.byDay.join(',')}`] : []),
          ...(isByMonthDay ? [`BYMONTHDAY=${rule.byMonthDay.join(',')}`] : []),
          ...(rule.count === undefined ? [] : [`COUNT=${rule.count}`]),
        ]
        const start = utc(startMs).replace(/[-:]/g, '').replace(' ', 'T')
        const found = readOccurrences(
          calendar(...event(`DTSTART:${start}00Z`, 'DURATION:PT8H', `RRULE:${parts.join(';')}`)),
          AUTUMN,
        ).map(({ fromMs }) => fromMs)
        const expected = walk(rule, isByMonthDay, startMs, AUTUMN.toMs)
        // DTSTART is an occurrence of its event even where the rule would not name it.
        const all = [...new Set([startMs, ...expected])].sort((a, b) => a - b)
        expect(found).toEqual(
          all.filter((atMs) => atMs + 8 * 3_600_000 > AUTUMN.fromMs && atMs < AUTUMN.toMs),
        )
      }),
      { numRuns: 300 },
    )
  })

  type Rule = {
    readonly freq: string
    readonly interval: number
    readonly byDay: readonly string[]
    readonly byMonthDay: readonly number[]
    readonly count: number | undefined
  }

  function walk(rule: Rule, isByMonthDay: boolean, startMs: number, toMs: number): number[] {
    const start = new Date(startMs)
    const monday = (atMs: number) => Math.floor((atMs / DAY_MS + 3) / 7)
    const month = (at: Date) => at.getUTCFullYear() * 12 + at.getUTCMonth()
    const found: number[] = []
    for (
      let atMs = startMs;
      atMs < toMs && found.length < (rule.count ?? Infinity);
      atMs += DAY_MS
    ) {
      const at = new Date(atMs)
      const period =
        rule.freq === 'DAILY'
          ? (atMs - startMs) / DAY_MS
          : rule.freq === 'WEEKLY'
            ? monday(atMs) - monday(startMs)
            : month(at) - month(start)
      if (period % rule.interval !== 0) continue
      const day = DAYS[at.getUTCDay()] ?? ''
      if (rule.byDay.length > 0 && !rule.byDay.includes(day)) continue
      if (isByMonthDay && !rule.byMonthDay.includes(at.getUTCDate())) continue
      if (rule.freq === 'WEEKLY' && rule.byDay.length === 0 && at.getUTCDay() !== start.getUTCDay())
        continue
      const isBare = rule.freq === 'MONTHLY' && rule.byDay.length === 0 && !isByMonthDay
      if (isBare && at.getUTCDate() !== start.getUTCDate()) continue
      found.push(atMs)
    }
    return found
  }
})
