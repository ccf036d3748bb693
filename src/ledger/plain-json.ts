/**
 * Canonical JSON (RFC 8785) for the narrow values of entries and exports, without npm: whole numbers,
 * booleans, lists, objects and printable ASCII text that needs no escape. Inside that profile it writes the
 * same bytes as kernel/canonical-json.ts (a test compares them); outside it refuses to write.
 */
import { Failure } from '../kernel/failure.ts'
import type { JsonValue } from '../kernel/strict-json.ts'

/** Space to tilde without quote and backslash: one character, one byte, one spelling. */
const PLAIN = /^[ !#-[\]-~]*$/

/** The canonical text. Throws `json_not_canonical` for null, fractions and text outside the profile. */
export function plainText(value: JsonValue): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value)
    throw outside('a number that is not a safe integer')
  }
  if (value === null) throw outside('null')
  if (Array.isArray(value)) return `[${value.map(plainText).join(',')}]`
  // ASCII only, so sorting by UTF-16 unit (the default) is the order RFC 8785 asks for.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${quoted(key)}:${plainText(member)}`).join(',')}}`
}

function quoted(text: string): string {
  if (!PLAIN.test(text)) throw outside('text that would need an escape')
  return `"${text}"`
}

function outside(what: string): Failure {
  return new Failure('json_not_canonical', `${what} has no place in this profile`)
}
