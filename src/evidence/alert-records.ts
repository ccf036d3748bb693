/**
 * The alerts in a recorded result: whatever tool it came from, an alert is what stands in the innermost list, or the
 * whole result, and says which rule raised it. Products call the rule, and what it is about, by many names; those known
 * here are theirs, and a record that uses none of them is no alert to us. Nothing of it is believed: it only groups what
 * people then read. Pure.
 */
import {
  isObject,
  type JsonObject,
  type JsonValue,
  parseStrictText,
} from '../kernel/strict-json.ts'

export type NamedAs = 'host' | 'account' | 'address' | 'artefact'

export type AlertRecord = {
  /** RFC 6901 pointer into the result, or into the text that stands at `in`. */
  readonly path: string
  readonly record: JsonObject
  readonly rule: string
  /** What it is about: a host before an account before an address before anything else. */
  readonly target?: { readonly as: NamedAs; readonly value: string }
  /** Everything it names that something could be done to, its own id included. */
  readonly names: readonly string[]
  /** Its id in the product it comes from. */
  readonly ownId?: string
  /** When it says it happened, where it says so without doubt. */
  readonly atMs?: number
}

/** Names of fields, without case, `_`, `-` and `@`; a dot goes one level down. Earlier ones win. */
const RULE = [
  ...['rule.name', 'rulename', 'rule.description', 'rule.id', 'ruleid', 'rule'],
  ...['signature.name', 'signature.id', 'signature', 'signatureid', 'analytic.name'],
  ...['alertname', 'alert.name', 'alertdisplayname', 'alerttype', 'detection.name'],
  ...['detectionname', 'detectorid', 'threatname', 'findinginfo.title', 'scenario', 'searchname'],
  ...['event.action', 'eventname', 'eventtype', 'event.type', 'event'],
]
const TARGETS: Readonly<Record<NamedAs, readonly string[]>> = {
  host: [
    ...['host.name', 'hostname', 'host', 'device.hostname', 'device.name', 'devicename'],
    ...['computername', 'computer', 'machinename', 'endpoint.name', 'agent.name', 'dvc'],
  ],
  account: [
    ...['user.name', 'username', 'user.email', 'useremail', 'userprincipalname', 'user'],
    ...['account.name', 'accountname', 'account'],
  ],
  address: [
    ...['destination.ip', 'destinationip', 'destip', 'dstip', 'dest', 'source.ip', 'sourceip'],
    ...['sourceaddress', 'srcip', 'src', 'remoteip', 'ipaddress', 'ip'],
  ],
  artefact: ['file.hash.sha256', 'sha256', 'url', 'domain', 'mailbox'],
}
/** Only at the top: `rule.id` is no id of the alert. */
const OWN_ID = ['alertid', 'alert.id', 'alert.uuid', 'findinginfo.uid', 'event.id', 'id', 'uid']
const TIME = [
  ...['timestamp', 'eventtime', 'event.created', 'time', 'detectedat', 'createdat'],
  ...['createddatetime', 'created', 'lastseen', 'firstseen', 'starttime'],
]

/** Results are written by strangers; deeper, and with more fields, no product writes its alerts. */
const MAX_DEPTH = 12
const MAX_FIELD_DEPTH = 5
const MAX_FIELDS = 200

/** In the order of the result; at most `limit`. */
export function alertsIn(result: JsonValue, limit: number): readonly AlertRecord[] {
  const found: AlertRecord[] = []
  for (const [path, value] of partsOf(result)) {
    for (const alert of walk(value, path, 0)) {
      if (found.length >= limit) return found
      found.push(alert)
    }
  }
  return found
}

/** An MCP result says the same twice: as data, and as text that may be JSON. The data counts where there is any. */
function partsOf(result: JsonValue): readonly (readonly [string, JsonValue])[] {
  if (!isObject(result)) return [['', result]]
  if (result.structuredContent !== undefined)
    return [['/structuredContent', result.structuredContent]]
  if (!Array.isArray(result.content)) return [['', result]]
  return result.content.flatMap((part: JsonValue, at) => {
    const value = isObject(part) && typeof part.text === 'string' ? jsonOf(part.text) : undefined
    return value === undefined ? [] : [[`/content/${at}/text`, value] as const]
  })
}

function jsonOf(text: string): JsonValue | undefined {
  try {
    return parseStrictText(text)
  } catch {
    // Prose, or something a strict reader does not take for JSON: there is no record in it.
    return undefined
  }
}

function walk(value: JsonValue, path: string, depth: number): readonly AlertRecord[] {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return []
  const children = childrenOf(value, path)
  if (Array.isArray(value)) return children.flatMap(([at, child]) => walk(child, at, depth + 1))
  // A list inside may hold the alerts and this be what carries it; a plain object inside is part of this one.
  const listed = children
    .filter(([, child]) => Array.isArray(child))
    .flatMap(([at, child]) => walk(child, at, depth + 1))
  if (listed.length > 0) return listed
  const own = alertOf(value as JsonObject, path)
  if (own !== undefined) return [own]
  return children
    .filter(([, child]) => isObject(child))
    .flatMap(([at, child]) => walk(child, at, depth + 1))
}

function childrenOf(
  value: JsonObject | readonly JsonValue[],
  path: string,
): readonly (readonly [string, JsonValue])[] {
  return Object.entries(value).map(([name, child]) => [
    `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    child as JsonValue,
  ])
}

function alertOf(record: JsonObject, path: string): AlertRecord | undefined {
  const fields = fieldsOf(record)
  const rule = firstOf(RULE, (name) => named(fields, name))
  if (rule === undefined) return undefined
  const things = targetsOf(fields)
  const [target] = things
  const ownId = firstOf(OWN_ID, (name) => fields.whole.get(name))
  const atMs = firstOf(TIME, (name) => instantOf(named(fields, name)))
  const names = things.map(({ value }) => value)
  return {
    ...{ path, record, rule },
    ...(target === undefined ? {} : { target }),
    names: [...new Set(ownId === undefined ? names : [...names, ownId])],
    ...(ownId === undefined ? {} : { ownId }),
    ...(atMs === undefined ? {} : { atMs }),
  }
}

function targetsOf(fields: Fields): readonly NonNullable<AlertRecord['target']>[] {
  return (Object.keys(TARGETS) as NamedAs[]).flatMap((as) =>
    TARGETS[as].flatMap((name) => {
      const value = named(fields, name)
      return value === undefined ? [] : [{ as, value }]
    }),
  )
}

type Fields = {
  /** By the whole path. */
  readonly whole: ReadonlyMap<string, string>
  /** By every end of a path, so that what a product wraps around its records does not hide them. */
  readonly ends: ReadonlyMap<string, string>
}

/** Texts and numbers, lists left out. */
function fieldsOf(record: JsonObject): Fields {
  const whole = new Map<string, string>()
  collect(record, '', 0, whole)
  const ends = new Map<string, string>()
  for (const [path, value] of whole) {
    for (let at = path.indexOf('.'); at >= 0; at = path.indexOf('.', at + 1)) {
      const end = path.slice(at + 1)
      if (!ends.has(end)) ends.set(end, value)
    }
  }
  return { whole, ends }
}

function collect(record: JsonObject, before: string, depth: number, found: Map<string, string>) {
  for (const [name, value] of Object.entries(record)) {
    if (found.size >= MAX_FIELDS) return
    const path = before + name.toLowerCase().replaceAll(/[_@-]/g, '')
    if (isObject(value) && depth < MAX_FIELD_DEPTH) collect(value, `${path}.`, depth + 1, found)
    const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
    if (text !== '') found.set(path, text)
  }
}

function named({ whole, ends }: Fields, name: string): string | undefined {
  return whole.get(name) ?? ends.get(name)
}

function firstOf<T>(
  names: readonly string[],
  read: (name: string) => T | undefined,
): T | undefined {
  for (const name of names) {
    const value = read(name)
    if (value !== undefined) return value
  }
  return undefined
}

const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)$/i
/** From 2001 to 2286: seconds have ten digits then, milliseconds thirteen. */
const SECONDS = /^\d{10}(?:\.\d+)?$/
const MILLISECONDS = /^\d{13}$/

/** A time without a zone is no instant. */
function instantOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (SECONDS.test(text)) return Math.floor(Number(text) * 1000)
  if (MILLISECONDS.test(text)) return Number(text)
  const atMs = INSTANT.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(atMs) ? undefined : atMs
}
