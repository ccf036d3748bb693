import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createIcalRoster } from '../../src/adapters/ical-roster.ts'
import { createPagerdutyRoster } from '../../src/adapters/pagerduty-roster.ts'
import type { IcalSpec, PagerdutySpec } from '../../src/adapters/roster-spec.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import type { RosterSource } from '../../src/roster/ports.ts'
import { calendar, event } from './calendar.ts'
import type { Heard, Said, TestServer } from './http-server.ts'
import { startTestServer } from './http-server.ts'
import { HOUR_MS, MONDAY_MS } from './people.ts'

const clock = { nowMs: () => MONDAY_MS }
const TO_MS = MONDAY_MS + 7 * 24 * HOUR_MS
const at = (hour: number) => new Date(MONDAY_MS + hour * HOUR_MS).toISOString()
const hours = (ms: number) => (ms - MONDAY_MS) / HOUR_MS

let server: TestServer
let waits: number[]
beforeEach(async () => {
  server = await startTestServer()
  waits = []
})
afterEach(() => server.close())

const parts = {
  clock,
  wait: async (ms: number) => {
    waits.push(ms)
  },
}
const fetchFrom = (source: RosterSource, signal = new AbortController().signal) =>
  source.fetch(MONDAY_MS, TO_MS, signal)
const codeFrom = async (source: RosterSource) =>
  fetchFrom(source).then(
    () => 'answered',
    (error: unknown) => codeOf(error),
  )
const told = async (source: RosterSource) =>
  (await fetchFrom(source)).shifts.map(({ role, email, fromMs, toMs, precedence }) => [
    role,
    email,
    hours(fromMs),
    hours(toMs),
    precedence,
  ])

describe('PagerDuty', () => {
  const spec = (rest: Partial<PagerdutySpec> = {}): PagerdutySpec => ({
    id: 'pd',
    kind: 'pagerduty',
    url: server.origin,
    token: () => 'secret-token',
    schedules: { PSOC001: 'shift-lead' },
    escalationPolicies: {},
    ...rest,
  })
  const source = (rest: Partial<PagerdutySpec> = {}) => createPagerdutyRoster(spec(rest), parts)

  /** An entry as the API reference shows it. */
  const onCall = (email: string, from: number | null, to: number | null, rest: object = {}) => ({
    escalation_policy: { id: 'PEP0001', type: 'escalation_policy_reference', summary: 'SOC' },
    escalation_level: 1,
    schedule: { id: 'PSOC001', type: 'schedule_reference', summary: 'SOC leads' },
    user: { id: 'PUSER01', type: 'user', name: 'Dana', email, time_zone: 'Europe/Berlin' },
    start: from === null ? null : at(from),
    end: to === null ? null : at(to),
    ...rest,
  })
  const page = (oncalls: readonly object[], more = false): Said => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ oncalls, limit: 100, offset: 0, more, total: null }),
  })

  it('asks for the span with the token of its file, and reads person, time and level', async () => {
    server.say(
      page([
        onCall('Dana@SOC.example', 0, 12),
        onCall('ines@soc.example', 0, 12, { escalation_level: 2 }),
      ]),
    )
    expect(await told(source())).toEqual([
      ['shift-lead', 'dana@soc.example', 0, 12, 0],
      ['shift-lead', 'ines@soc.example', 0, 12, 1],
    ])
    const [{ url, headers }] = server.heard as [Heard]
    expect(url.pathname).toBe('/oncalls')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      since: at(0),
      until: at(7 * 24),
      time_zone: 'UTC',
      'include[]': 'users',
      limit: '100',
      offset: '0',
      'schedule_ids[]': 'PSOC001',
    })
    expect(headers.authorization).toBe('Token token=secret-token')
    expect(headers.accept).toBe('application/vnd.pagerduty+json;version=2')
  })

  it('reads every page', async () => {
    const all = Array.from({ length: 250 }, (_, n) => onCall('dana@soc.example', n, n + 1))
    server.say(({ url }) => {
      const offset = Number(url.searchParams.get('offset'))
      return page(all.slice(offset, offset + 100), offset + 100 < all.length)
    })
    expect((await fetchFrom(source())).shifts).toHaveLength(250)
    expect(server.heard).toHaveLength(3)
  })

  it('does not read pages for ever', async () => {
    server.say(page([onCall('dana@soc.example', 0, 1)], true))
    expect(await codeFrom(source())).toBe('roster_unreadable')
    expect(server.heard.length).toBeLessThan(100)
    server.say(page([], true))
    expect(await codeFrom(source())).toBe('roster_unreadable')
  })

  it('takes who is always on call for the whole span, and a shift told twice once', async () => {
    const lead = { escalation_policies: {} }
    server.say(
      page([
        onCall('dana@soc.example', null, null, { schedule: null, ...lead }),
        onCall('ines@soc.example', 0, 8, { escalation_level: 2 }),
        onCall('ines@soc.example', 0, 8, { escalation_policy: { id: 'POTHER1' } }),
        onCall('omar@soc.example', 0, 8, {
          schedule: { id: 'POTHER2' },
          escalation_policy: { id: 'PX' },
        }),
      ]),
    )
    const policies = { escalationPolicies: { PEP0001: 'incident-commander' } } as const
    expect(await told(source(policies))).toEqual([
      ['shift-lead', 'ines@soc.example', 0, 8, 0],
      ['incident-commander', 'dana@soc.example', 0, 168, 0],
    ])
    const query = server.heard[0]?.url.searchParams
    expect([query?.has('schedule_ids[]'), query?.has('escalation_policy_ids[]')]).toEqual([
      false,
      false,
    ])
  })

  it('gives equal digests for an equal rota in any order, and another for another', async () => {
    const two = [onCall('dana@soc.example', 0, 8), onCall('ines@soc.example', 8, 16)]
    const digestOf = async (entries: readonly object[]) => {
      server.say(page(entries))
      return (await fetchFrom(source())).digest
    }
    const digest = await digestOf(two)
    expect(await digestOf(two.toReversed())).toBe(digest)
    expect(await digestOf(two.slice(1))).not.toBe(digest)
  })

  it.each([401, 403, 404, 400])('gives up at once on %s', async (status) => {
    server.say({ status, body: '{"error":{"message":"no","code":2006}}' })
    expect(await codeFrom(source())).toBe('roster_unreachable')
    expect([server.heard.length, waits]).toEqual([1, []])
  })

  it('waits as long as a 429 asks, and comes again', async () => {
    const busy = { status: 429, headers: { 'ratelimit-reset': '3' } }
    server.say(busy, page([onCall('dana@soc.example', 0, 8)]))
    expect(await told(source())).toHaveLength(1)
    expect(waits).toEqual([3_000])
  })

  it('leaves a 429 that asks for long to the next refresh', async () => {
    server.say({ status: 429, headers: { 'retry-after': '60' } })
    expect(await codeFrom(source())).toBe('roster_unreachable')
    expect([server.heard.length, waits]).toEqual([1, []])
  })

  it('tries three times when the server fails or hangs up', async () => {
    server.say(
      { status: 503 },
      { status: 200, isBroken: true },
      page([onCall('d@soc.example', 0, 8)]),
    )
    expect(await told(source())).toHaveLength(1)
    server.say({ status: 500 })
    expect(await codeFrom(source())).toBe('roster_unreachable')
    expect(server.heard).toHaveLength(6)
  })

  it.each([
    ['no JSON', '<html>'],
    ['no list', '{"error":"x"}'],
    [
      'a start that is no time',
      JSON.stringify({ oncalls: [{ ...onCall('d@e.f', 0, 1), start: 'soon' }], more: false }),
    ],
    [
      'a level of zero',
      JSON.stringify({ oncalls: [onCall('d@e.f', 0, 1, { escalation_level: 0 })], more: false }),
    ],
    [
      'a user without an address',
      JSON.stringify({ oncalls: [onCall('d@e.f', 0, 1, { user: { id: 'P1' } })], more: false }),
    ],
    ['a megabyte and more', `{"oncalls":[],"more":false,"pad":"${'x'.repeat(1_100_000)}"}`],
  ])('takes nothing from an answer with %s', async (_name, body) => {
    server.say({ status: 200, body })
    expect(await codeFrom(source())).toBe('roster_unreadable')
  })

  it('never names the token in what it says went wrong', async () => {
    server.say({ status: 401 })
    await expect(fetchFrom(source())).rejects.toThrow(/^((?!secret-token).)*$/)
  })

  it('does not carry the token to where a redirect points', async () => {
    const other = await startTestServer()
    server.say({ status: 302, headers: { location: `${other.origin}/oncalls` } })
    expect(await codeFrom(source())).toBe('roster_unreachable')
    expect(other.heard).toEqual([])
    await other.close()
  })
})

describe('an iCalendar feed', () => {
  const spec = (rest: Partial<IcalSpec> = {}): IcalSpec => ({
    id: 'soc',
    kind: 'ical',
    url: `${server.origin}/soc.ics`,
    role: 'shift-lead',
    events: [],
    ...rest,
  })
  const source = (rest: Partial<IcalSpec> = {}) => createIcalRoster(spec(rest), parts)
  const SHIFT = ['DTSTART:20261102T080000Z', 'DURATION:PT8H'] as const
  const feed = (...lines: readonly string[]): Said => ({ status: 200, body: calendar(...lines) })

  it('puts attendees on duty: people who did not decline, those who may stay away as backups', async () => {
    server.say(
      feed(
        ...event(
          ...SHIFT,
          'ATTENDEE;CN="Dana, K";ROLE=REQ-PARTICIPANT:MAILTO:Dana@soc.example',
          'ATTENDEE;ROLE=OPT-PARTICIPANT:mailto:ines@soc.example',
          'ATTENDEE;PARTSTAT=DECLINED:mailto:omar@soc.example',
          'ATTENDEE;CUTYPE=GROUP:mailto:soc-leads@soc.example',
          'ATTENDEE;ROLE=NON-PARTICIPANT:mailto:boss@soc.example',
          'ATTENDEE:urn:uuid:5e0b5e5c',
        ),
      ),
    )
    expect(await told(source())).toEqual([
      ['shift-lead', 'dana@soc.example', 8, 16, 0],
      ['shift-lead', 'ines@soc.example', 8, 16, 1],
    ])
  })

  it('finds people in the summary where nobody attends', async () => {
    server.say(feed(...event(...SHIFT, 'SUMMARY:[L1] Dana <dana@soc.example>\\, on call')))
    expect(await told(source())).toEqual([['shift-lead', 'dana@soc.example', 8, 16, 0]])
  })

  it('gives roles by the first rule the summary fits, and leaves other events alone', async () => {
    const who = 'ATTENDEE:mailto:dana@soc.example'
    server.say(
      feed(
        ...event('UID:1', ...SHIFT, 'SUMMARY:Incident Commander backup', who),
        ...event('UID:2', ...SHIFT, 'SUMMARY:incident commander', who),
        ...event('UID:3', ...SHIFT, 'SUMMARY:Team lunch', who),
      ),
    )
    const events = [
      { contains: 'commander backup', role: 'incident-commander', precedence: 1 },
      { contains: 'Incident Commander', role: 'incident-commander', precedence: 0 },
    ] as const
    const { role: _none, ...ruled } = spec({ events })
    expect(await told(createIcalRoster(ruled, parts))).toEqual([
      ['incident-commander', 'dana@soc.example', 8, 16, 1],
      ['incident-commander', 'dana@soc.example', 8, 16, 0],
    ])
  })

  it('has the digest of what it means, not of the stamps it was written with', async () => {
    const who = 'ATTENDEE:mailto:dana@soc.example'
    const digestOf = async (...lines: readonly string[]) => {
      server.say(feed(...event(...lines, who)))
      return (await fetchFrom(source())).digest
    }
    const digest = await digestOf(...SHIFT, 'DTSTAMP:20261101T000000Z')
    expect(await digestOf(...SHIFT, 'DTSTAMP:20261102T111111Z')).toBe(digest)
    expect(await digestOf('DTSTART:20261102T080000Z', 'DURATION:PT9H')).not.toBe(digest)
  })

  it('shows its token, reads a file instead, and says which of both went wrong how', async () => {
    server.say(feed(...event(...SHIFT)))
    await fetchFrom(source({ token: () => 'secret-token' }))
    expect(server.heard[0]?.headers.authorization).toBe('Bearer secret-token')

    const folder = mkdtempSync(join(tmpdir(), 'countersign-rota-'))
    const { url: _none, ...local } = spec({ file: join(folder, 'soc.ics') })
    expect(await codeFrom(createIcalRoster(local, parts))).toBe('roster_unreachable')
    writeFileSync(join(folder, 'soc.ics'), calendar(...event(...SHIFT, 'SUMMARY:dana@soc.example')))
    expect(await told(createIcalRoster(local, parts))).toHaveLength(1)
    rmSync(folder, { recursive: true })

    server.say({ status: 403 })
    expect(await codeFrom(source())).toBe('roster_unreachable')
    server.say({ status: 200, body: '<html>sign in</html>' })
    expect(await codeFrom(source())).toBe('roster_unreadable')
    server.say({ status: 200, body: 'x'.repeat(3_000_000) })
    expect(await codeFrom(source())).toBe('roster_unreadable')
  })

  it('gives up when it is told to', async () => {
    server.say({ status: 503 })
    expect(
      await fetchFrom(source(), AbortSignal.abort()).catch((error: unknown) => codeOf(error)),
    ).toBe('roster_unreachable')
    expect(waits).toEqual([])
  })
})
