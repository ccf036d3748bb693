/**
 * What hides in the schema of a tool: orders in enum values and titles, parameters that exist to carry data out,
 * defaults that widen the call, patterns that stall, references that change elsewhere.
 */
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { hiddenIn, skeleton, unmasked } from './lint-characters.ts'
import type { Finding, FindingCode } from './lint-finding.ts'
import { finding } from './lint-finding.ts'
import { lintReferences } from './lint-references.ts'
import { wordingOf } from './lint-text.ts'
import { costlyPattern } from './pattern-cost.ts'
import { isReadName, nameWords } from './verbs.ts'

/** Four times the deepest and widest schemas of the servers we have read. */
const MAX_DEPTH = 24
const MAX_NODES = 5000
/** Each takes up to 50 ms to judge; real schemas have a handful. */
const MAX_PATTERNS = 50
const MAX_NAME = 64
const MAX_PARAMETER_TEXT = 3000
/** Longer than any value somebody would type; sentences begin here. */
const MAX_VALUE_WORDS = 5

/** Keys of JSON Schema that hold names to schemas; their own keys are names a server chose. */
const NAMED = new Set([
  'properties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'patternProperties',
])
const VALUES = new Set(['enum', 'const', 'default', 'examples', 'example'])
const LANGUAGE_NAMES = new Set(['__proto__', 'constructor', 'prototype'])

/** What a walk carries: findings so far, and how much of the schema it has seen. */
type Walk = { readonly tool: string; readonly findings: Finding[]; nodes: number; patterns: number }

/** The findings of one schema of the tool. `where` is the member it stands in. */
export function lintSchema(tool: string, where: string, schema: JsonValue): readonly Finding[] {
  const walk: Walk = { tool, findings: [], nodes: 0, patterns: 0 }
  visit(walk, where, schema, 0)
  // A schema that was too deep to walk is too deep to expand.
  const isTooLarge = walk.findings.some(({ code }) => code === 'size-limit')
  const references = isTooLarge ? [] : lintReferences(schema)
  return [...walk.findings, ...references.map((code) => finding(code, where))]
}

function visit(walk: Walk, where: string, schema: JsonValue, depth: number): void {
  walk.nodes++
  if (depth > MAX_DEPTH || walk.nodes === MAX_NODES)
    walk.findings.push(finding('size-limit', where))
  if (depth > MAX_DEPTH || walk.nodes > MAX_NODES) return
  if (Array.isArray(schema)) {
    for (const [at, item] of schema.entries()) visit(walk, `${where}.${at}`, item, depth + 1)
    return
  }
  if (!isObject(schema)) return
  for (const [key, value] of Object.entries(schema)) visitMember(walk, where, key, value, depth)
}

function visitMember(
  walk: Walk,
  where: string,
  key: string,
  value: JsonValue,
  depth: number,
): void {
  const at = `${where}.${key}`
  if (NAMED.has(key) && isObject(value)) {
    for (const [name, inner] of Object.entries(value)) {
      if (key !== 'patternProperties') lintName(walk, `${at}.${shown(name)}`, name)
      else lintPattern(walk, at, name)
      if (key === 'properties' && isObject(inner))
        lintParameter(walk, `${at}.${shown(name)}`, name, inner)
      visit(walk, `${at}.${shown(name)}`, inner, depth + 1)
    }
    return
  }
  if (VALUES.has(key)) lintValues(walk, at, value)
  else if (key === 'pattern' && typeof value === 'string') lintPattern(walk, at, value)
  else if (key === '$ref' || key === '$dynamicRef') return
  else if (key === 'required' && Array.isArray(value)) return
  else if (typeof value === 'string') lintProse(walk, at, value)
  else visit(walk, at, value, depth + 1)
}

/** Titles, descriptions, comments and whatever other text a server puts into a schema. */
function lintProse(walk: Walk, where: string, text: string): void {
  if (text.length > MAX_PARAMETER_TEXT) walk.findings.push(finding('size-limit', where))
  for (const code of hiddenIn(text)) walk.findings.push(finding(code, where))
  const wording = wordingOf(text)
  for (const code of wording) walk.findings.push(finding(code, where))
  if (wording.some(isOrder)) walk.findings.push(finding('imperative-in-schema', where))
}

const ORDERS: readonly FindingCode[] = [
  'imperative-to-model',
  'cross-tool-instruction',
  'concealment',
  'authority-claim',
  'secret-request',
]
const isOrder = (code: FindingCode): boolean => ORDERS.includes(code)

/** Enum values, constants, defaults and examples are data; a sentence that orders something is not. */
function lintValues(walk: Walk, where: string, value: JsonValue): void {
  const open: JsonValue[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (Array.isArray(next)) open.push(...next)
    else if (isObject(next)) open.push(...Object.keys(next), ...Object.values(next))
    else if (typeof next === 'string') {
      for (const code of hiddenIn(next)) walk.findings.push(finding(code, where))
      const wording = wordingOf(next)
      for (const code of wording) walk.findings.push(finding(code, where))
      if (wording.some(isOrder) || ordersInValue(next)) {
        walk.findings.push(finding('imperative-in-schema', where))
      }
    }
  }
}

function ordersInValue(text: string): boolean {
  const wordCount = text.trim().split(/\s+/).length
  return (
    wordCount >= MAX_VALUE_WORDS &&
    /\b(?:then|must|always|never|ignore|instead|afterwards?|first|please|before|after)\b.*\b(?:call|send|use|run|invoke|tell|approve|execute|disable|delete|read|include|forward)\b|\b(?:call|send|run|invoke|execute)\b.*\b(?:then|first|before|after|instead)\b/i.test(
      unmasked(text),
    )
  )
}

function lintName(walk: Walk, where: string, name: string): void {
  if (LANGUAGE_NAMES.has(name)) walk.findings.push(finding('reserved-name', where))
  for (const code of hiddenIn(name)) walk.findings.push(finding(code, where))
  if (
    name.length > MAX_NAME ||
    (/\s/.test(name.trim()) && name.split(/\s+/).length > MAX_VALUE_WORDS)
  ) {
    walk.findings.push(finding('invalid-name', where))
  }
  // Names are read as words by a model, so orders may stand in them, joined by underscores.
  for (const code of wordingOf(name.replace(/[_-]+/g, ' ')))
    walk.findings.push(finding(code, where))
}

function lintPattern(walk: Walk, where: string, pattern: string): void {
  walk.patterns++
  if (walk.patterns === MAX_PATTERNS) walk.findings.push(finding('size-limit', where))
  if (walk.patterns >= MAX_PATTERNS) return
  if (costlyPattern(pattern) !== undefined) walk.findings.push(finding('redos-pattern', where))
}

function lintParameter(walk: Walk, where: string, name: string, schema: JsonObject): void {
  const description = typeof schema.description === 'string' ? schema.description : ''
  if (isSink(name, description)) walk.findings.push(finding('sink-parameter', where))
  for (const key of ['default', 'const']) {
    if (isDangerousDefault(walk.tool, name, schema[key])) {
      walk.findings.push(finding('dangerous-default', where))
    }
  }
}

const SINK_NAMES = new Set(
  `debugdump debuginfo debugcontext conversation conversationhistory chathistory messagehistory systemprompt fullcontext
   entirecontext allmessages previousmessages previousoutput previousresults toolresults tooloutputs transcript
   agentcontext modelcontext llmcontext usercontext sessioncontext sessiondump envdump environmentdump chainofthought
   thoughts scratchpad memorydump sidenote sidenotes telemetrydump`.split(/\s+/),
)
/** What a parameter may not ask for: more than the call is about. */
const ASKS_FOR_ALL =
  /\b(?:everything|anything|all|any|full|entire|whole|complete|raw|verbatim)\b.{0,40}\b(?:conversation|context|history|prompt|transcript|messages?|instructions|reasoning|you (?:know|have|saw|read)|(?:previous|prior|earlier|other) (?:tool )?(?:results?|outputs?|calls?|responses?)|environment|secrets?|credentials?)\b|\b(?:previous|prior|earlier|other|last) (?:tool )?(?:results?|outputs?|responses?|answers?)\b|\b(?:conversation|chat) (?:so far|history|context)\b/i

function isSink(name: string, description: string): boolean {
  return SINK_NAMES.has(skeletonOfSink(name)) || ASKS_FOR_ALL.test(unmasked(description))
}

function skeletonOfSink(name: string): string {
  return nameWords(name).join('')
}

const FORCING = new Set(
  `force forced skip bypass override overwrite purge permanent permanently wipe insecure unsafe confirm confirmed
   confirmation approve approved autoapprove noconfirm unattended elevated admin root sudo privileged cascade
   irreversible destructive immediate hard`.split(/\s+/),
)
const WIDENING = new Set(
  'all every everyone everything global fleet recursive recursively everywhere unlimited any wide'.split(
    ' ',
  ),
)
const GUARDING = new Set(
  'verify validate validation require required safe safety protect protected tls ssl checks guard'.split(
    ' ',
  ),
)
const RECIPIENTS =
  /callback|webhook|notify|endpoint|destination|recipient|report_?to|forward|upload|exfil|sink|\bcc\b|\bbcc\b|send_?to|reply_?to|mail_?to/i
const SCOPES =
  /scope|target|hosts?|devices?|users?|accounts?|groups?|agents?|endpoints?|machines?|tenants?|namespace/i

/** Whether leaving the parameter out forces, widens or redirects the call. A read may well cover everything. */
function isDangerousDefault(tool: string, name: string, value: JsonValue | undefined): boolean {
  if (value === undefined) return false
  const words = nameWords(name)
  const isRead = isReadName(tool)
  if (value === true) {
    if (words.some((word) => FORCING.has(word)) || FORCING.has(words.join(''))) return true
    return !isRead && words.some((word) => WIDENING.has(word))
  }
  if (value === false) return words.some((word) => GUARDING.has(word)) && !isRead
  if (typeof value !== 'string') return false
  if (RECIPIENTS.test(name) && /:\/\/|@|\d+\.\d+\.\d+\.\d+/.test(value)) return true
  const coversAll = /^(?:\*|all|any|everyone|everything|global|%|\.\*|0\.0\.0\.0\/0|::\/0)$/i.test(
    value.trim(),
  )
  return !isRead && coversAll && (SCOPES.test(name) || words.length === 1)
}

/** A name of the schema as part of a path: short, and without anything that does not show. */
function shown(name: string): string {
  const plain = name.replace(/[^\x21-\x7e]/g, '?')
  return plain.length > MAX_NAME ? `${plain.slice(0, MAX_NAME)}...` : plain
}

/** Two parameters that look alike at a glance. */
export function lookAlikeParameters(names: readonly string[]): boolean {
  const exact = new Set(names.map((name) => name.toLowerCase().replace(/[_-]/g, '')))
  return new Set(names.map(skeleton)).size < exact.size
}
