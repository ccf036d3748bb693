/**
 * Takes known secrets out of a value that is about to leave. Only exact spellings are found: this is for a
 * server that repeats the credential it was called with, not for one that means to smuggle it out.
 */
import type { JsonValue } from './strict-json.ts'

/** What stands where a secret stood. */
export const REDACTED = '[credential removed]'

/** Below this a secret would be found inside ordinary words. Characters. */
const SHORTEST = 8

/** The same value without the secrets, in texts and in names of members, and how often one was found. */
export function withoutSecrets<T extends JsonValue>(
  value: T,
  secrets: readonly string[],
): { readonly value: T; readonly redactions: number } {
  const wanted = secrets.filter((secret) => secret.length >= SHORTEST)
  if (wanted.length === 0) return { value, redactions: 0 }
  let redactions = 0
  const clean = (text: string): string =>
    wanted.reduce((rest, secret) => {
      const parts = rest.split(secret)
      redactions += parts.length - 1
      return parts.join(REDACTED)
    }, text)
  const walk = (each: JsonValue): JsonValue => {
    if (typeof each === 'string') return clean(each)
    if (Array.isArray(each)) return each.map(walk)
    if (typeof each !== 'object' || each === null) return each
    return Object.fromEntries(Object.entries(each).map(([name, one]) => [clean(name), walk(one)]))
  }
  // Shape and types are those of the value: only texts inside it differ.
  return { value: walk(value) as T, redactions }
}
