/** Checks of what a person or a feed hands to a command. Every one throws `request_invalid` and names the field. */
import type { InstantMs } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'

/** As in kernel/entry.ts: what may stand in an entry as a label. */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,79}$/
/** No control characters, no bidirectional overrides, no invisible tag characters: people read these texts. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u

export function invalid(detail: string): Failure {
  return new Failure('request_invalid', detail)
}

/** One line of readable text, 1 to `max` UTF-16 units, no space at the ends. */
export function requireLine(field: string, text: string, max: number): string {
  if (text.length === 0 || text.length > max) throw invalid(`${field} has 1 to ${max} characters`)
  if (text.trim() !== text) throw invalid(`${field} starts or ends with white space`)
  if (!text.isWellFormed() || UNPRINTABLE.test(text)) {
    throw invalid(`${field} holds a character that cannot be shown`)
  }
  return text
}

export function requireLabel(field: string, text: string): string {
  if (!LABEL.test(text)) throw invalid(`${field} is not a label of at most 80 plain characters`)
  return text
}

/** Labels without repeats, sorted, at most `max` of them. */
export function requireLabels(field: string, labels: readonly string[], max: number): string[] {
  if (labels.length > max) throw invalid(`${field} has at most ${max} items`)
  return [...new Set(labels.map((label) => requireLabel(field, label)))].sort()
}

/** A whole number within bounds, both included. */
export function requireWhole(field: string, value: number, min: number, max: number): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw invalid(`${field} is a whole number from ${min} to ${max}`)
  }
  return value
}

/** The end of the year 9999: the last instant RFC 3339 can write. */
const LAST_INSTANT_MS = 253_402_300_799_999

export function requireInstant(field: string, atMs: InstantMs): InstantMs {
  return requireWhole(field, atMs, 0, LAST_INSTANT_MS)
}

/** One of the words of a closed list. */
export function requireWord<T extends string>(field: string, text: string, words: readonly T[]): T {
  const word = words.find((known) => known === text)
  if (word === undefined) throw invalid(`${field} is one of: ${words.join(', ')}`)
  return word
}
