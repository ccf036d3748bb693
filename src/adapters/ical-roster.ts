/**
 * A rota in an iCalendar feed (port `RosterSource`): who attends an event that is part of the rota is on duty
 * while it lasts. People are attendees by their address, or stand in the summary by it; a group, a room and
 * somebody who declined are nobody.
 */
import { readFile } from 'node:fs/promises'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Clock } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type { FeedShift, RosterSource } from '../roster/ports.ts'
import { textOf } from './ical-event.ts'
import type { IcalComponent, IcalProperty } from './ical-lines.ts'
import { MAX_FEED_BYTES } from './ical-lines.ts'
import { readOccurrences } from './ical-occurrences.ts'
import type { Wait } from './roster-http.ts'
import { askForBytes } from './roster-http.ts'
import type { IcalSpec } from './roster-spec.ts'

export function createIcalRoster(
  spec: IcalSpec,
  { clock, wait }: { clock: Clock; wait?: Wait },
): RosterSource {
  return {
    id: spec.id,
    fetch: async (fromMs, toMs, signal) => {
      const bytes = await fetchBytes(spec, signal, wait)
      const isWanted = (summary: string) => dutyOf(spec, summary) !== undefined
      const zone = spec.zone === undefined ? {} : { zone: spec.zone }
      const occurrences = readOccurrences(bytes, { fromMs, toMs, isWanted, ...zone })
      const shifts = occurrences.flatMap(({ event, ...span }): FeedShift[] => {
        const duty = dutyOf(spec, textOf(event, 'SUMMARY'))
        if (duty === undefined) return []
        return peopleOf(event).map(({ email, isBackup }) => ({
          role: duty.role,
          email,
          fromMs: span.fromMs,
          toMs: span.toMs,
          precedence: duty.precedence + (isBackup ? 1 : 0),
        }))
      })
      const digest = digestOfJson('countersign-rota-v1', shifts)
      return { shifts, digest, fetchedAtMs: clock.nowMs() }
    },
  }
}

async function fetchBytes(spec: IcalSpec, signal: AbortSignal, wait?: Wait): Promise<Uint8Array> {
  if (spec.file !== undefined) {
    return readFile(spec.file, { signal }).catch((cause: unknown) => {
      throw new Failure('roster_unreachable', 'the file cannot be read', { cause })
    })
  }
  const token = spec.token === undefined ? {} : { authorization: `Bearer ${spec.token()}` }
  const headers = { accept: 'text/calendar', ...token }
  return askForBytes(new URL(spec.url ?? ''), { headers, maxBytes: MAX_FEED_BYTES, signal, wait })
}

function dutyOf(
  { events, role }: IcalSpec,
  summary: string,
): Omit<IcalSpec['events'][number], 'contains'> | undefined {
  const text = summary.toLowerCase()
  const named = events.find(({ contains }) => text.includes(contains.toLowerCase()))
  return named ?? (role === undefined ? undefined : { role, precedence: 0 })
}

type Attendance = { readonly email: string; readonly isBackup: boolean }

const EMAIL = /[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+/gi

function peopleOf(event: IcalComponent): readonly Attendance[] {
  const attendees = event.properties.filter(({ name }) => name === 'ATTENDEE')
  const found = attendees.length > 0 ? attendees.flatMap(attendanceOf) : inSummary(event)
  return [...new Map(found.map((each) => [each.email, each])).values()]
}

function attendanceOf({ parameters, value }: IcalProperty): readonly Attendance[] {
  const parameter = (name: string) => parameters.get(name)?.toUpperCase()
  const address = /^mailto:(.+)$/i.exec(value)?.[1]?.toLowerCase()
  const isPerson = (parameter('CUTYPE') ?? 'INDIVIDUAL') === 'INDIVIDUAL'
  const takesPart = parameter('PARTSTAT') !== 'DECLINED' && parameter('ROLE') !== 'NON-PARTICIPANT'
  if (address === undefined || !isPerson || !takesPart) return []
  return [{ email: address, isBackup: parameter('ROLE') === 'OPT-PARTICIPANT' }]
}

function inSummary(event: IcalComponent): readonly Attendance[] {
  const found = textOf(event, 'SUMMARY').toLowerCase().match(EMAIL) ?? []
  return found.map((email) => ({ email, isBackup: false }))
}
