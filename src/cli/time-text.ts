/** Instants and spans for people: in the reader's own zone with its offset, or in UTC. */
import type { InstantMs } from '../kernel/clock.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `2026-03-04 14:05:09 +01:00`, or RFC 3339 `2026-03-04T13:05:09Z` when UTC is wanted. */
export function whenText(atMs: InstantMs, isUtc: boolean): string {
  const at = new Date(atMs)
  if (isUtc) return at.toISOString().replace(/\.\d{3}Z$/, 'Z')
  const offsetMinutes = -at.getTimezoneOffset()
  const local = new Date(atMs + offsetMinutes * MINUTE).toISOString()
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${offsetText(offsetMinutes)}`
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  const two = (part: number) => String(part).padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** The two largest units: `45 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`. Never negative. */
export function spanText(ms: number): string {
  const size = Math.max(0, ms)
  if (size < MINUTE) return `${Math.floor(size / SECOND)} s`
  if (size < HOUR) return pair(size, MINUTE, 'min', SECOND, 's')
  return size < DAY ? pair(size, HOUR, 'h', MINUTE, 'min') : pair(size, DAY, 'd', HOUR, 'h')
}

function pair(ms: number, large: number, name: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % large) / small)
  const head = `${Math.floor(ms / large)} ${name}`
  return rest === 0 ? head : `${head} ${rest} ${smallName}`
}

/** Reads an instant a person wrote: RFC 3339 or `2026-03-04 14:05` in their zone. Undefined when it is none. */
export function instantFrom(text: string): InstantMs | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) return undefined
  const atMs = Date.parse(text.replace(' ', 'T'))
  return Number.isFinite(atMs) ? atMs : undefined
}
