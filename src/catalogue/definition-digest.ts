/**
 * The digest a review is pinned to (R46). It covers the whole definition as the server gave it, so that every
 * change of a name, a description, a schema or a hint is another tool until a person has looked at it.
 */
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import type { ToolDefinition, ToolKind } from './tool.ts'

/**
 * Left out, because they change without the tool changing: `_meta` (never shown to an agent for this very
 * reason), and of a resource its size and the instant of its last change. The version of the server is no part of
 * a definition. Order of members does not matter, white space does. Throws `json_not_canonical`.
 */
export function definitionDigest(kind: ToolKind, definition: ToolDefinition): Digest {
  return digestOfJson('countersign-tool-v1', { kind, definition: pinnedPart(kind, definition) })
}

/** The part of a definition that the digest covers and that may be shown to agents. */
export function pinnedPart(kind: ToolKind, definition: ToolDefinition): ToolDefinition {
  const volatile = kind === 'resource' ? ['_meta', 'size'] : ['_meta']
  const { annotations, ...rest } = omit(definition, volatile)
  if (annotations === undefined) return { ...rest, name: definition.name }
  return { ...rest, annotations: pinnedAnnotations(kind, annotations), name: definition.name }
}

function pinnedAnnotations(kind: ToolKind, annotations: JsonValue): JsonValue {
  return kind === 'resource' && isObject(annotations)
    ? omit(annotations, ['lastModified'])
    : annotations
}

function omit(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}
