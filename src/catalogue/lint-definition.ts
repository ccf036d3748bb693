/**
 * Reads the definition of a tool, prompt or resource as a suspicious reviewer would, before a person does (R44).
 * No finding is needed to block: whatever is new or changed is blocked anyway. Findings say where to look.
 */
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { hiddenIn, skeleton } from './lint-characters.ts'
import type { Finding } from './lint-finding.ts'
import { finding } from './lint-finding.ts'
import { lintSchema, lookAlikeParameters } from './lint-schema.ts'
import { wordingOf } from './lint-text.ts'
import type { ToolDefinition, ToolKind } from './tool.ts'
import { isPlainlyChanging } from './verbs.ts'

/** The longest description among 3,067 tools of the field has about 6,000 characters. */
const MAX_TEXT = 8000
const MAX_TITLE = 200
const MAX_WHOLE = 128 * 1024
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.\-/]{0,127}$/
/** Words a name may put around the name of the gateway without being its own. */
const GATEWAY = /^countersign(?:$|[^a-z])|^gateway[_.-]/i

/** Names a definition can be mistaken for. */
export type Neighbours = {
  /** Names of other tools of the same server. */
  readonly siblings: readonly string[]
  /** Names of tools of other servers. */
  readonly others: readonly string[]
}

const ALONE: Neighbours = { siblings: [], others: [] }

/** All findings, sorted by code and place, each once. */
export function lintDefinition(
  kind: ToolKind,
  definition: ToolDefinition,
  neighbours: Neighbours = ALONE,
): readonly Finding[] {
  const size = lintSize(definition)
  // What is too large to read is not read; a person would not either.
  if (size.some(({ where }) => where === 'definition')) return size
  const found = [
    ...size,
    ...lintNames(kind, definition.name, neighbours),
    ...lintMembers(definition),
    ...lintSchemas(kind, definition),
    ...lintHints(kind, definition),
  ]
  const unique = new Map(found.map((each) => [`${each.code} ${each.where}`, each]))
  return [...unique.values()].sort(
    (a, b) => a.code.localeCompare(b.code) || a.where.localeCompare(b.where),
  )
}

function lintSize(definition: ToolDefinition): readonly Finding[] {
  const { description, title } = definition
  if (JSON.stringify(definition).length > MAX_WHOLE) return [finding('size-limit', 'definition')]
  return [
    ...(textLength(description) > MAX_TEXT ? [finding('size-limit', 'description')] : []),
    ...(textLength(title) > MAX_TITLE ? [finding('size-limit', 'title')] : []),
  ]
}

function textLength(value: JsonValue | undefined): number {
  return typeof value === 'string' ? value.length : 0
}

function lintNames(kind: ToolKind, name: string, neighbours: Neighbours): readonly Finding[] {
  const found = hiddenIn(name).map((code) => finding(code, 'name'))
  // Names of resources are titles for people; their identity is the URI.
  if (kind !== 'resource' && !NAME.test(name)) found.push(finding('invalid-name', 'name'))
  const looks = skeleton(name)
  if (GATEWAY.test(name) || looks.startsWith(skeleton('countersign'))) {
    found.push(finding('reserved-name', 'name'))
  }
  if (['__proto__', 'constructor', 'prototype'].includes(name))
    found.push(finding('reserved-name', 'name'))
  const isTwin = (other: string): boolean => other !== name && skeleton(other) === looks
  if (neighbours.siblings.some(isTwin) || neighbours.others.some(isTwin)) {
    found.push(finding('name-shadowing', 'name'))
  }
  for (const code of wordingOf(name.replace(/[_-]+/g, ' '))) found.push(finding(code, 'name'))
  if (namesAreTold(name, neighbours)) found.push(finding('name-shadowing', 'name'))
  return found
}

/** A name that carries another server's tool in it: `edr__isolate_host` offered by somebody else. */
function namesAreTold(name: string, neighbours: Neighbours): boolean {
  const [, inner] = name.split(/__|\./, 2)
  return inner !== undefined && neighbours.others.includes(inner)
}

/** Every text outside the schemas: description, title, hint titles, `_meta`, icons, prompt arguments. */
function lintMembers(definition: ToolDefinition): readonly Finding[] {
  const { name: _name, inputSchema: _input, outputSchema: _output, ...rest } = definition
  return Object.entries(rest).flatMap(([key, value]) => lintTexts(key, value, 0))
}

function lintTexts(where: string, value: JsonValue, depth: number): readonly Finding[] {
  // Deeper than any member of a definition but a schema goes in any MCP revision.
  if (depth > 8) return [finding('size-limit', where)]
  if (typeof value === 'string') {
    return [...hiddenIn(value), ...wordingOf(value)].map((code) => finding(code, where))
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => lintTexts(`${where}.${at}`, item, depth + 1))
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    ...hiddenIn(key).map((code) => finding(code, where)),
    ...lintTexts(`${where}.${key.replace(/[^\x21-\x7e]/g, '?').slice(0, 64)}`, inner, depth + 1),
  ])
}

function lintSchemas(kind: ToolKind, definition: ToolDefinition): readonly Finding[] {
  if (kind !== 'tool') return []
  const { inputSchema, outputSchema } = definition
  const found: Finding[] = []
  if (!isObject(inputSchema) || inputSchema.type !== 'object') {
    found.push(finding('schema-invalid', 'inputSchema'))
  }
  if (outputSchema !== undefined && !isObject(outputSchema)) {
    found.push(finding('schema-invalid', 'outputSchema'))
  }
  if (inputSchema !== undefined)
    found.push(...lintSchema(definition.name, 'inputSchema', inputSchema))
  if (outputSchema !== undefined)
    found.push(...lintSchema(definition.name, 'outputSchema', outputSchema))
  const parameters = parametersOf(inputSchema)
  if (lookAlikeParameters(Object.keys(parameters))) {
    found.push(finding('name-shadowing', 'inputSchema.properties'))
  }
  if (asksToFill(definition, Object.keys(parameters))) {
    found.push(finding('sink-parameter', 'description'))
  }
  return found
}

function parametersOf(schema: JsonValue | undefined): JsonObject {
  const properties = isObject(schema) ? schema.properties : undefined
  return isObject(properties) ? properties : {}
}

const FREE =
  /^(?:context|notes?|comments?|debug\w*|meta(?:data)?|extra\w*|summary|feedback|telemetry|trace|logs?|memo|payload|data|info|details?|reason(?:ing)?|history|session|env\w*|prompt|raw|dump|body|message|text|content|tags?|labels?|remarks?|annotation|side_?notes?|user_?agent|ref(?:erence)?|correlation_?id|request_?id|trace_?id)$/i
const FILL =
  /\b(?:put|include|place|copy|paste|store|append|insert|fill|dump|send|forward|embed|encode|add|write|pass)\b/i

/** Whether the description tells the model to carry something into one of the free parameters. */
function asksToFill(definition: ToolDefinition, parameters: readonly string[]): boolean {
  const description = definition.description
  if (typeof description !== 'string') return false
  return parameters
    .filter((name) => FREE.test(name))
    .some((name) => {
      const named = new RegExp(
        `${FILL.source}[^.!?\\n]{0,80}\\b(?:in|into|to|as|with|inside)\\b[^.!?\\n]{0,30}[\`"'“]?\\b${escaped(name)}\\b[\`"'”]?(?:\\s+(?:parameter|argument|field|property))`,
        'i',
      )
      return named.test(description)
    })
}

function escaped(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, '\\$&')
}

function lintHints(kind: ToolKind, definition: ToolDefinition): readonly Finding[] {
  const hints = definition.annotations
  if (kind !== 'tool' || !isObject(hints)) return []
  return hints.readOnlyHint === true && isPlainlyChanging(definition.name)
    ? [finding('annotation-mismatch', 'annotations.readOnlyHint')]
    : []
}
