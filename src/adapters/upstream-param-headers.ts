/**
 * Headers that repeat arguments (MCP 2026-07-28, `x-mcp-header`): a tool may name a header for a primitive
 * argument, and the client must send it. The gateway makes them anew from the arguments it forwards, so that
 * headers and body agree whatever the agent sent.
 */
import { isObject, type JsonValue } from '../kernel/strict-json.ts'

export type Declared = { readonly path: readonly string[]; readonly header: string }

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const TYPES = new Set(['string', 'integer', 'boolean'])
/** Deeper declarations than any known tool has; also ends a walk through a hostile schema. */
const MAX_DEPTH = 16

/** The declarations of an input schema; a second one for the same header makes all of them void. */
export function declaredHeaders(inputSchema: JsonValue | undefined): readonly Declared[] {
  const found: Declared[] = []
  collect(inputSchema, [], found)
  const names = new Set(found.map(({ header }) => header.toLowerCase()))
  return names.size === found.length ? found : []
}

function collect(schema: JsonValue | undefined, path: readonly string[], found: Declared[]): void {
  if (!isObject(schema) || path.length > MAX_DEPTH) return
  const header = schema['x-mcp-header']
  const { type, properties } = schema
  if (typeof header === 'string' && TOKEN.test(header) && path.length > 0) {
    if (typeof type === 'string' && TYPES.has(type)) found.push({ path, header })
  }
  if (!isObject(properties)) return
  for (const [key, member] of Object.entries(properties)) collect(member, [...path, key], found)
}

/** The headers for these arguments; absent arguments have none. */
export function paramHeaders(
  declared: readonly Declared[],
  args: JsonValue | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const { path, header } of declared) {
    const text = textOf(valueAt(args, path))
    if (text !== undefined) headers[`Mcp-Param-${header}`] = headerText(text)
  }
  return headers
}

function valueAt(root: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let at = root
  for (const key of path) at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
  return at
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'boolean' || typeof value === 'number' ? String(value) : undefined
}

/** Plain visible ASCII goes as it is, anything else in the base64 form of the specification. */
export function headerText(text: string): string {
  const isPlain = /^[\t\x20-\x7e]+$/.test(text) && text === text.trim()
  const looksEncoded = text.startsWith('=?base64?') && text.endsWith('?=')
  return isPlain && !looksEncoded ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`
}
