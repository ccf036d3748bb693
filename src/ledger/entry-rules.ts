/**
 * What an entry may look like (DESIGN 10): the shape, the value of each field kind, the limits. Writer and
 * reader both ask here, so what is refused when appending is also refused when verifying. Everything that
 * could carry words of an agent, a tool or a person is absent: only ids, digests, instants, counts, flags
 * and short labels pass.
 */
import { isDigest } from '../kernel/digest.ts'
import type { FieldKind } from '../kernel/entry.ts'
import { EVENTS } from '../kernel/entry.ts'
import { isId } from '../kernel/ids.ts'
import type { Commitment } from './commitment.ts'

/** A quarter of the 65,535 bytes the bundle format could carry, so that a bundle stays below 4 MiB. */
export const MAX_ENTRY_BYTES = 16 * 1024

/** Media types of payloads. Closed, because a type named by a tool server would be its words in the ledger. */
export const MEDIA_TYPES: readonly string[] = [
  'application/json',
  'application/octet-stream',
  'application/pdf',
  'application/x-ndjson',
  'image/jpeg',
  'image/png',
  'text/csv',
  'text/html',
  'text/markdown',
  'text/plain',
]

const DATA_CLASSES: readonly string[] = ['operational', 'personal', 'secret', 'special']
const ACTOR_KINDS: readonly string[] = ['agent', 'person', 'system']

/** An earlier entry of the same log that this one rests on. `leaf` is its leaf hash, hex. */
export type Cite = { readonly id: string; readonly index: number; readonly leaf: string }

/** The place in a case: gap-free from 0; `prev` is the leaf hash (hex) of the case's previous entry. */
export type CaseLink = { readonly id: string; readonly seq: number; readonly prev?: string }

/** An entry as it stands in the log. Fields that would be empty are absent. */
export type Entry = {
  readonly v: 1
  readonly id: string
  readonly type: string
  /** RFC 3339 UTC, six fractional digits: the writer's claim; the order is what is proved. */
  readonly time: string
  readonly tenant: string
  readonly case?: CaseLink
  readonly task?: string
  readonly call?: string
  readonly actor: { readonly kind: string; readonly id: string }
  readonly cites?: readonly Cite[]
  readonly data: { readonly [field: string]: string | number | boolean | readonly string[] }
  readonly commits?: { readonly [name: string]: Commitment }
}

const LABEL = /^[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,79}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/
const LEAF = /^[0-9a-f]{64}$/
const PAYLOAD_NAME = /^[a-z][a-z_]{0,30}$/

export function isLabel(text: string): boolean {
  return LABEL.test(text)
}

/** 64 lower case hex digits: a leaf hash or commitment as entries spell it. */
export function isHashText(text: string): boolean {
  return LEAF.test(text)
}

export function isInstantText(text: string): boolean {
  return INSTANT.test(text) && !Number.isNaN(Date.parse(text))
}

const KIND_CHECKS: Readonly<Record<FieldKind, (value: unknown) => boolean>> = {
  id: (value) => typeof value === 'string' && isId(value),
  digest: (value) => typeof value === 'string' && isDigest(value),
  instant: (value) => typeof value === 'string' && isInstantText(value),
  count: isCount,
  flag: (value) => typeof value === 'boolean',
  label: (value) => typeof value === 'string' && isLabel(value),
  labels: (value) => isListOf(value, isLabel),
  ids: (value) => isListOf(value, isId),
  digests: (value) => isListOf(value, isDigest),
}

type FieldRule = { readonly kind: FieldKind; readonly optional: boolean }

/** The vocabulary read once: every entry asks for each of its fields. */
const RULES: ReadonlyMap<string, ReadonlyMap<string, FieldRule>> = new Map(
  Object.entries(EVENTS).map(([type, fields]) => [type, rulesOf(fields)] as const),
)

function rulesOf(fields: Readonly<Record<string, string>>): ReadonlyMap<string, FieldRule> {
  return new Map(
    Object.entries(fields).map(([field, spelled]) => {
      const kind = spelled.replace('?', '') as FieldKind
      return [field, { kind, optional: spelled.endsWith('?') }] as const
    }),
  )
}

/** The kind of a field of an event and whether it may be absent, or undefined when the field is not listed. */
export function fieldKind(type: string, field: string): FieldRule | undefined {
  return RULES.get(type)?.get(field)
}

export function isEventName(type: string): boolean {
  return RULES.has(type)
}

/** Names the first field that breaks the allow-list of its event (never its value), or says nothing. */
export function faultInData(
  type: string,
  data: { readonly [field: string]: unknown },
): string | undefined {
  // First, because an unknown name could be somebody's words and must not be repeated below.
  if (!isEventName(type)) return 'its event is not known'
  for (const [field, value] of Object.entries(data)) {
    const rule = fieldKind(type, field)
    if (rule === undefined) return `${type} has no field of that name`
    if (!KIND_CHECKS[rule.kind](value)) return `${type}.${field} is not of kind ${rule.kind}`
  }
  for (const [field, rule] of RULES.get(type) ?? []) {
    if (!rule.optional && !Object.hasOwn(data, field)) return `${type}.${field} is missing`
  }
  return undefined
}

/** Names what is wrong with the parts every entry has, or says nothing. */
export function faultInFrame(entry: Entry): string | undefined {
  const { actor } = entry
  if (entry.v !== 1) return 'the entry version is not 1'
  if (!isId(entry.id)) return 'the entry id is not one of our ids'
  if (!isInstantText(entry.time)) return 'the time is not an instant'
  if (!isLabel(entry.tenant)) return 'the tenant is not a label'
  if (!ACTOR_KINDS.includes(actor.kind)) return 'the actor is of no known kind'
  // People and agents are pseudonymous; only parts of the gateway have speaking names.
  if (!(actor.kind === 'system' ? isLabel(actor.id) : isId(actor.id)))
    return 'the actor id is not allowed'
  if (entry.task !== undefined && !isId(entry.task)) return 'the task is not an id'
  if (entry.call !== undefined && !isId(entry.call)) return 'the call is not an id'
  return faultInCase(entry.case) ?? faultInCites(entry.cites) ?? faultInCommits(entry.commits)
}

function faultInCase(link: CaseLink | undefined): string | undefined {
  if (link === undefined) return undefined
  if (!isId(link.id)) return 'the case is not an id'
  if (!isCount(link.seq)) return 'the case sequence is not a count'
  if ((link.seq === 0) !== (link.prev === undefined))
    return 'only the first entry of a case has no previous one'
  return link.prev === undefined || isHashText(link.prev)
    ? undefined
    : 'the previous leaf is not a hash'
}

function faultInCites(cites: readonly Cite[] | undefined): string | undefined {
  if (cites === undefined) return undefined
  const isGood = (cite: Cite) => isId(cite.id) && isCount(cite.index) && isHashText(cite.leaf)
  return cites.length > 0 && cites.every(isGood) ? undefined : 'a citation is malformed'
}

function faultInCommits(commits: Entry['commits']): string | undefined {
  if (commits === undefined) return undefined
  const isGood = ([name, commit]: [string, Commitment]) =>
    PAYLOAD_NAME.test(name) &&
    isHashText(commit.c) &&
    isCount(commit.len) &&
    DATA_CLASSES.includes(commit.cls) &&
    MEDIA_TYPES.includes(commit.mt)
  const all = Object.entries(commits)
  return all.length > 0 && all.every(isGood) ? undefined : 'a commitment is malformed'
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isListOf(value: unknown, isGood: (text: string) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && isGood(item))
}
