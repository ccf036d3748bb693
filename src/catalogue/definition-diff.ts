/**
 * What changed between the definition a person reviewed and the one the server gives now (R46). Written for people: one
 * line per member, and every character that does not show on a screen written out, because what is hidden is what
 * matters. The same as data for programs.
 */
import type { JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { visible } from '../kernel/visible-text.ts'
import type { ToolDefinition } from './tool.ts'

export type DefinitionChange = {
  /** `description`, `inputSchema.properties.force.default`. Members whose name is no plain word are quoted. */
  readonly path: string
  readonly kind: 'added' | 'removed' | 'changed'
  readonly before?: JsonValue
  readonly after?: JsonValue
}

/** A value longer than this is cut in a line; the data has it whole. A long description still fits a screen. */
const MAX_SHOWN = 600
/** As deep as the linter reads; below, a difference is shown as a whole. */
const MAX_DEPTH = 24

/** All changes, sorted by path. `_meta` is left out: it is neither pinned nor shown to agents. */
export function definitionChanges(
  before: ToolDefinition,
  after: ToolDefinition,
): readonly DefinitionChange[] {
  return valueChanges(withoutMeta(before), withoutMeta(after))
}

/** The changes between any two values, sorted by path. */
export function valueChanges(before: JsonValue, after: JsonValue): readonly DefinitionChange[] {
  const changes: DefinitionChange[] = []
  compare('', before, after, 0, changes)
  return changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
}

/** The changes as lines: `~ description`, then `- before` and `+ after`. Empty when nothing changed. */
export function definitionDiff(before: ToolDefinition, after: ToolDefinition): readonly string[] {
  const sign = { added: '+', removed: '-', changed: '~' } as const
  return definitionChanges(before, after).flatMap((change) => [
    `${sign[change.kind]} ${visible(change.path)}`,
    ...(change.before === undefined ? [] : [`    - ${shownValue(change.before)}`]),
    ...(change.after === undefined ? [] : [`    + ${shownValue(change.after)}`]),
  ])
}

function withoutMeta(definition: ToolDefinition): JsonValue {
  const { _meta, ...rest } = definition
  return rest
}

function compare(
  path: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  depth: number,
  changes: DefinitionChange[],
): void {
  if (before === undefined || after === undefined) {
    if (after !== undefined) changes.push({ path, kind: 'added', after })
    if (before !== undefined) changes.push({ path, kind: 'removed', before })
    return
  }
  const members = depth < MAX_DEPTH ? memberPairs(before, after) : undefined
  if (members !== undefined) {
    for (const [key, one, other] of members)
      compare(joined(path, key), one, other, depth + 1, changes)
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    changes.push({ path, kind: 'changed', before, after })
  }
}

type Pair = readonly [key: string, before: JsonValue | undefined, after: JsonValue | undefined]

function memberPairs(before: JsonValue, after: JsonValue): readonly Pair[] | undefined {
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length)
    return Array.from({ length }, (_, at) => [String(at), before[at], after[at]] as const)
  }
  if (!isObject(before) || !isObject(after)) return undefined
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  const own = (object: typeof before, key: string) =>
    Object.hasOwn(object, key) ? object[key] : undefined
  return [...keys].map((key) => [key, own(before, key), own(after, key)] as const)
}

function joined(path: string, key: string): string {
  const plain = /^[A-Za-z0-9_$-]+$/.test(key) ? key : JSON.stringify(key)
  return path === '' ? plain : `${path}.${plain}`
}

function shownValue(value: JsonValue): string {
  const text = visible(JSON.stringify(value))
  return text.length > MAX_SHOWN
    ? `${text.slice(0, MAX_SHOWN)}... (${text.length} characters)`
    : text
}
