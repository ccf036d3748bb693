/**
 * Expressions of catalogue entries, in CEL (github.com/google/cel-spec). The one file of the catalogue with an npm
 * dependency. Expressions come from reviewed entries, values from agents: so size, depth, nesting and patterns
 * are limited, evaluation never throws, and a value that cannot be read is an error the caller must treat as the
 * worst case. Note that CEL's `||` and `&&` swallow an error of one side; `lowersUnasked` in entry-rules.ts
 * keeps that from lowering a class.
 */
import type { ASTNode, ParseResult } from '@marcbachmann/cel-js'
import { Environment } from '@marcbachmann/cel-js'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { costlyPattern } from './pattern-cost.ts'
import { isSqlRead } from './sql-read.ts'

/** Reviewers read these; what does not fit 1000 characters is not reviewed. */
const MAX_LENGTH = 1000
/** Two nested loops over lists of this length stay below a million steps. */
const MAX_LIST = 1000
const MAX_LOOP_DEPTH = 2
/** A pattern of degree 2 on a text of this length takes 4 million steps, some tens of milliseconds. */
const MAX_MATCHED_TEXT = 2048
const MAX_PATTERN_DEGREE = 2
const CACHE_SIZE = 2000

const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])

const environment = new Environment({
  homogeneousAggregateLiterals: false,
  limits: { maxAstNodes: 400, maxDepth: 32, maxListElements: 200, maxMapEntries: 50 },
})
  .registerVariable('args', 'dyn')
  .registerVariable('result', 'dyn')
  .registerVariable('before', 'dyn')
  .registerFunction('sql_is_read(string): bool', (text: string) => isSqlRead(text))

type Program =
  | { readonly run: ParseResult; readonly type: string; readonly matches: boolean }
  | { readonly problem: string }

const programs = new Map<string, Program>()

/** What an expression may speak of: `args` always, `result` of a read, `before` as the target was before the call. */
export type Variables = {
  readonly args: JsonObject
  readonly result?: JsonValue
  readonly before?: JsonValue
}

export type Evaluated =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly detail: string }

/** Why an expression may not stand in an entry, or undefined. `wants` is what it must be able to give. */
export function expressionProblem(text: string, wants: 'bool' | 'any'): string | undefined {
  const program = compile(text)
  if ('problem' in program) return program.problem
  if (wants === 'bool' && program.type !== 'bool' && program.type !== 'dyn') {
    return `gives ${program.type}, not true or false`
  }
  return undefined
}

/** Evaluates an expression over JSON values. Never throws; whatever goes wrong is `ok: false`. */
export function evaluateExpression(text: string, variables: Variables): Evaluated {
  const program = compile(text)
  if ('problem' in program) return { ok: false, detail: program.problem }
  const tooLarge = sizeProblem(variables, program.matches)
  if (tooLarge !== undefined) return { ok: false, detail: tooLarge }
  try {
    const value = toJson(program.run({ ...variables }))
    if (value === undefined) return { ok: false, detail: 'the expression gives no JSON value' }
    return { ok: true, value }
  } catch (error) {
    return { ok: false, detail: firstLine(error) }
  }
}

function compile(text: string): Program {
  const known = programs.get(text)
  if (known !== undefined) return known
  if (programs.size >= CACHE_SIZE) programs.clear()
  const program = compileAfresh(text)
  programs.set(text, program)
  return program
}

function compileAfresh(text: string): Program {
  if (text.length > MAX_LENGTH) return { problem: `is longer than ${MAX_LENGTH} characters` }
  try {
    const run = environment.parse(text)
    const problem = structureProblem(run.ast, 0)
    if (problem !== undefined) return { problem }
    const checked = run.check()
    if (!checked.valid) return { problem: firstLine(checked.error) }
    return { run, type: checked.type ?? 'dyn', matches: text.includes('matches') }
  } catch (error) {
    return { problem: firstLine(error) }
  }
}

/** Walks the tree for loops nested too deeply and for patterns that are costly or made from arguments. */
function structureProblem(node: ASTNode, loops: number): string | undefined {
  let inside = loops
  if (node.op === 'rcall' && LOOPS.has(node.args[0])) inside++
  if (inside > MAX_LOOP_DEPTH) return `nests more than ${MAX_LOOP_DEPTH} loops`
  if (node.op === 'rcall' && node.args[0] === 'matches') {
    const pattern = node.args[2][0]
    if (pattern?.op !== 'value' || typeof pattern.args !== 'string') {
      return 'matches a pattern that is not written out'
    }
    const costly = costlyPattern(pattern.args, MAX_PATTERN_DEGREE)
    if (costly !== undefined) return `has a pattern that ${costly}`
  }
  for (const child of childNodes(node.args)) {
    const problem = structureProblem(child, inside)
    if (problem !== undefined) return problem
  }
  return undefined
}

function childNodes(args: unknown): readonly ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childNodes)
  const isNode = typeof args === 'object' && args !== null && 'op' in args && 'args' in args
  return isNode ? [args as ASTNode] : []
}

function sizeProblem(variables: Variables, matches: boolean): string | undefined {
  const open: (JsonValue | undefined)[] = [variables.args, variables.result, variables.before]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value === 'string' && matches && value.length > MAX_MATCHED_TEXT) {
      return `an argument is longer than ${MAX_MATCHED_TEXT} characters`
    }
    if (Array.isArray(value)) {
      if (value.length > MAX_LIST) return `an argument holds more than ${MAX_LIST} items`
      open.push(...value)
    } else if (isObject(value)) open.push(...Object.values(value))
  }
  return undefined
}

/** CEL's own types back to JSON; undefined for what has no JSON form (bytes, instants, large integers). */
function toJson(value: unknown): JsonValue | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : undefined
  }
  if (Array.isArray(value)) {
    const items = value.map(toJson)
    return items.every((item) => item !== undefined) ? items : undefined
  }
  if (typeof value !== 'object' || !isPlain(value)) return undefined
  const members = Object.entries(value).map(([name, member]) => [name, toJson(member)] as const)
  return members.every((member): member is readonly [string, JsonValue] => member[1] !== undefined)
    ? Object.fromEntries(members)
    : undefined
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'cannot be read'
}
