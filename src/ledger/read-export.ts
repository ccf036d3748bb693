/**
 * Reading a case export. Strict to the byte: the digest of the file first, then one spelling per line. What
 * this file accepts is only well formed; whether it is true is for verify/.
 */
import { Failure } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject, parseStrictText } from '../kernel/strict-json.ts'
import { decodeBase64, decodeBase64Exactly } from './base64.ts'
import { SALT_BYTES } from './commitment.ts'
import type { CaseExport, Disclosure, ExportedEntry, RelatedEntry } from './export-format.ts'
import {
  contentDigest,
  EXPORT_FORMAT,
  EXPORT_VERSION,
  FIRST_EXPORT_VERSION,
} from './export-format.ts'
import { HASH_BYTES } from './merkle.ts'
import { plainText } from './plain-json.ts'

/** One line holds one entry and its payloads; 256 MiB is more than any payload limit lets through. */
const LIMITS = { maxBytes: 256 * 1024 * 1024, maxDepth: 4 }

const NEWLINE = 0x0a

/**
 * The export in these bytes. Throws `export_malformed` for anything that is not exactly a file of this
 * version, a wrong digest in the last line included.
 */
export function parseExport(bytes: Uint8Array): CaseExport {
  const end = bytes.length - 1
  if (bytes[end] !== NEWLINE) throw malformed('the file does not end in a newline')
  const lastLine = bytes.lastIndexOf(NEWLINE, end - 1) + 1
  const content = bytes.subarray(0, lastLine)
  const trailer = parseLine(decodeAscii(bytes.subarray(lastLine, end)), ['sha256'])
  if (trailer.sha256 !== contentDigest(content))
    throw malformed('the file digest in the last line is wrong')

  const [header, ...lines] = decodeAscii(content.subarray(0, -1)).split('\n')
  const checkpoint = parseLine(lines.pop() ?? '', ['checkpoint'])
  const isRelated = (line: string) => line.startsWith('{"entry":')
  const own = lines.findIndex(isRelated)
  const [ofCase, outside] = own < 0 ? [lines, []] : [lines.slice(0, own), lines.slice(own)]
  if (ofCase.length === 0) throw malformed('it holds no entry')
  const { version, ...place } = parseHeader(header ?? '')
  if (version === FIRST_EXPORT_VERSION && outside.length > 0)
    throw malformed('version 1 holds no entries outside the case')
  return {
    ...place,
    entries: ofCase.map(parseEntryLine),
    related: outside.map(parseRelatedLine),
    checkpoint: new TextDecoder().decode(base64(checkpoint.checkpoint)),
  }
}

function parseHeader(
  line: string,
): Pick<CaseExport, 'tenant' | 'caseId' | 'origin' | 'verifierKey'> & { version: number } {
  const header = parseLine(line, ['case', 'format', 'origin', 'tenant', 'version', 'vkey'])
  if (header.format !== EXPORT_FORMAT) throw malformed('it is not a case export')
  const { version } = header
  if (version !== EXPORT_VERSION && version !== FIRST_EXPORT_VERSION)
    throw malformed('it is of a format version this verifier does not know')
  return {
    version,
    tenant: text(header.tenant),
    caseId: text(header.case),
    origin: text(header.origin),
    verifierKey: text(header.vkey),
  }
}

function parseEntryLine(line: string): ExportedEntry {
  const { index, entry, path, disclosures } = parseLine(line, [
    'disclosures',
    'entry',
    'index',
    'path',
  ])
  if (!isObject(disclosures)) throw malformed('an entry line has other members')
  const spelled = Object.entries(disclosures).map(([field, each]) => [field, parseDisclosure(each)])
  return { ...placeOf(index, entry, path), disclosures: Object.fromEntries(spelled) }
}

function parseRelatedLine(line: string): RelatedEntry {
  const { index, entry, path } = parseLine(line, ['entry', 'index', 'path'])
  return placeOf(index, entry, path)
}

function placeOf(
  index: JsonValue | undefined,
  entry: JsonValue | undefined,
  path: JsonValue | undefined,
): RelatedEntry {
  if (typeof index !== 'number' || index < 0) throw malformed('an index is not a count')
  if (!Array.isArray(path)) throw malformed('an entry line has other members')
  return { index, bytes: base64(entry), path: path.map((hash) => exactly(hash, HASH_BYTES)) }
}

function parseDisclosure(value: JsonValue): Disclosure {
  const state = isObject(value) ? value.state : undefined
  if (state === 'disclosed') {
    const { salt, payload } = members(value, ['payload', 'salt', 'state'])
    return { state, salt: exactly(salt, SALT_BYTES), payload: base64(payload) }
  }
  if (state !== 'withheld' && state !== 'erased' && state !== 'missing')
    throw malformed('a disclosure has no known state')
  members(value, ['state'])
  return { state }
}

/** One line as an object with exactly these members, refused when it could have been spelled otherwise. */
function parseLine(line: string, names: readonly string[]): JsonObject {
  let value: JsonValue
  try {
    value = parseStrictText(line, LIMITS)
    if (plainText(value) !== line) throw malformed('a line is not in canonical form')
  } catch (cause) {
    throw new Failure('export_malformed', 'a line is not in canonical form', { cause })
  }
  return members(value, names)
}

function members(value: JsonValue, names: readonly string[]): JsonObject {
  if (!isObject(value) || Object.keys(value).sort().join() !== names.join())
    throw malformed('a line has other members')
  return value
}

function text(value: JsonValue | undefined): string {
  if (typeof value !== 'string' || value === '') throw malformed('a header member is not text')
  return value
}

function base64(value: JsonValue | undefined): Uint8Array {
  const bytes = typeof value === 'string' ? decodeBase64(value) : undefined
  if (bytes === undefined) throw malformed('a value is not base64')
  return bytes
}

function exactly(value: JsonValue | undefined, length: number): Uint8Array {
  const bytes = typeof value === 'string' ? decodeBase64Exactly(value, length) : undefined
  if (bytes === undefined) throw malformed(`a value is not base64 of ${length} bytes`)
  return bytes
}

/** Latin-1 keeps one character per byte; anything beyond ASCII then fails the canonical form. */
function decodeAscii(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function malformed(why: string): Failure {
  return new Failure('export_malformed', why)
}
