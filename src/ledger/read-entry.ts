/**
 * Reading an entry back from its bytes, without npm, for the verifier and for checks. The bytes are what
 * the tree hashes; reading them again demands the one canonical spelling, so that no two readers can take
 * the same bytes for different entries.
 */
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject, parseStrict } from '../kernel/strict-json.ts'
import type { Cite, Entry } from './entry-rules.ts'
import { faultInData, faultInFrame, MAX_ENTRY_BYTES } from './entry-rules.ts'
import { plainText } from './plain-json.ts'

export type ReadEntry =
  /** `unknown` names an event or field that this version does not know; the frame is still checked. */
  | { readonly ok: true; readonly entry: Entry; readonly unknown?: string }
  | { readonly ok: false; readonly fault: string }

const DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
/** An entry nests three levels: entry, commits, one commitment. */
const LIMITS = { maxBytes: MAX_ENTRY_BYTES, maxDepth: 4 }

const REQUIRED = ['v', 'id', 'type', 'time', 'tenant', 'actor', 'data']
const OPTIONAL = ['case', 'task', 'call', 'cites', 'commits']

/** Reads one entry. Never throws: what is wrong is said in `fault`. */
export function readEntry(bytes: Uint8Array): ReadEntry {
  let value: JsonValue
  try {
    value = parseStrict(bytes, LIMITS)
    if (plainText(value) !== DECODER.decode(bytes)) return bad('it is not in canonical form')
  } catch (error) {
    return bad(error instanceof Error ? error.message : 'it is not JSON')
  }
  const entry = asEntry(value)
  if (entry === undefined) return bad('it has not the shape of an entry')
  const frame = faultInFrame(entry)
  if (frame !== undefined) return bad(frame)
  const data = faultInData(entry.type, entry.data)
  return data === undefined ? { ok: true, entry } : { ok: true, entry, unknown: data }
}

/** The entry, if all parts are there with the right JSON types; their contents are for `faultInFrame`. */
function asEntry(value: JsonValue): Entry | undefined {
  if (!isObject(value) || !hasKeys(value, REQUIRED, OPTIONAL)) return undefined
  const { actor, data, cites, commits } = value
  const isGood =
    ['id', 'type', 'time', 'tenant'].every((key) => typeof value[key] === 'string') &&
    ['task', 'call'].every((key) => value[key] === undefined || typeof value[key] === 'string') &&
    isObject(actor) &&
    hasKeys(actor, ['kind', 'id']) &&
    allText(actor, ['kind', 'id']) &&
    isObject(data) &&
    Object.values(data).every(isFieldValue) &&
    isCase(value.case) &&
    (cites === undefined || (Array.isArray(cites) && cites.every(isCite))) &&
    (commits === undefined || (isObject(commits) && Object.values(commits).every(isCommitment)))
  return isGood ? (value as unknown as Entry) : undefined
}

function isCase(value: JsonValue | undefined): boolean {
  if (value === undefined) return true
  return (
    isObject(value) &&
    hasKeys(value, ['id', 'seq'], ['prev']) &&
    typeof value.id === 'string' &&
    (value.prev === undefined || typeof value.prev === 'string')
  )
}

function isCite(value: JsonValue): value is JsonObject & Cite {
  return (
    isObject(value) && hasKeys(value, ['id', 'index', 'leaf']) && allText(value, ['id', 'leaf'])
  )
}

function isCommitment(value: JsonValue): boolean {
  return (
    isObject(value) &&
    hasKeys(value, ['c', 'len', 'cls', 'mt']) &&
    allText(value, ['c', 'cls', 'mt'])
  )
}

function isFieldValue(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string')
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

function hasKeys(
  value: JsonObject,
  required: readonly string[],
  optional: readonly string[] = [],
): boolean {
  const keys = Object.keys(value)
  return (
    required.every((key) => Object.hasOwn(value, key)) &&
    keys.every((key) => required.includes(key) || optional.includes(key))
  )
}

function allText(value: JsonObject, keys: readonly string[]): boolean {
  return keys.every((key) => typeof value[key] === 'string')
}

function bad(fault: string): ReadEntry {
  return { ok: false, fault }
}
