/**
 * Results of a tool server are hashed, stored and relayed, so they must be plain JSON with a canonical form:
 * no lone surrogates, bounded size and depth. Anything else is the server's fault, not ours to smooth over.
 */
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue } from '../kernel/strict-json.ts'

export type PlainLimits = { readonly maxBytes: number; readonly maxDepth: number }

/** The value as a JSON object. Throws `upstream_protocol`. Sizes count UTF-16 units and punctuation. */
export function plainObject(value: unknown, limits: PlainLimits): JsonObject {
  const budget = { left: limits.maxBytes }
  check(value, limits.maxDepth, budget)
  if (!isObject(value as JsonValue)) throw broken('the result is not an object')
  return value as JsonObject
}

function check(value: unknown, depthLeft: number, budget: { left: number }): void {
  spend(budget, 4)
  if (value === null || typeof value === 'boolean') return
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw broken('a number has no JSON form')
    return
  }
  if (typeof value === 'string') {
    checkText(value, budget)
    return
  }
  if (depthLeft === 0) throw broken('the result is nested too deeply')
  if (Array.isArray(value)) {
    for (const item of value) check(item, depthLeft - 1, budget)
    return
  }
  if (typeof value !== 'object') throw broken('the result holds something that is not JSON')
  for (const [key, member] of Object.entries(value)) {
    checkText(key, budget)
    // A member a library left undefined is absent on the wire.
    if (member !== undefined) check(member, depthLeft - 1, budget)
  }
}

function checkText(text: string, budget: { left: number }): void {
  spend(budget, text.length)
  if (!text.isWellFormed()) throw broken('a text holds a lone surrogate')
}

function spend(budget: { left: number }, units: number): void {
  budget.left -= units
  if (budget.left < 0) throw broken('the result is too large')
}

function broken(what: string): Failure {
  return new Failure('upstream_protocol', what)
}
