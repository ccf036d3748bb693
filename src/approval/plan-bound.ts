/**
 * How far an argument of a planned step may vary. No regular expressions: a person has to see at a glance what a
 * bound lets through, and nothing that reads it may take long over it.
 */
import { networkBits } from '../catalogue/target.ts'
import { canonicalText } from '../kernel/canonical-json.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'

export type Bound =
  | { readonly kind: 'one-of'; readonly values: readonly JsonValue[] }
  /** An address or network inside this one. */
  | { readonly kind: 'cidr'; readonly net: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  /** `*` stands for any characters, `?` for one; everything else for itself. */
  | { readonly kind: 'pattern'; readonly pattern: string }
  /** Both ends included. */
  | { readonly kind: 'range'; readonly min: number; readonly max: number }

/** A person reads every value of a list. */
const MAX_VALUES = 50
const MAX_TEXT = 200
const MAX_STARS = 4
/** Fewer fixed characters than this would let through whatever begins with a letter. */
const MIN_FIXED = 3
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** Whether the value is inside the bound. */
export function within(bound: Bound, value: JsonValue): boolean {
  switch (bound.kind) {
    case 'one-of':
      return bound.values.some((each) => canonicalText(each) === canonicalText(value))
    case 'cidr': {
      const [inner, outer] = [
        typeof value === 'string' ? networkBits(value) : undefined,
        networkBits(bound.net),
      ]
      return inner !== undefined && outer !== undefined && inner.startsWith(outer)
    }
    case 'prefix':
      return isPlain(value) && value.startsWith(bound.prefix)
    case 'pattern':
      return isPlain(value) && fits(bound.pattern, value)
    case 'range':
      return typeof value === 'number' && value >= bound.min && value <= bound.max
  }
}

function isPlain(value: JsonValue): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT && !HIDDEN.test(value)
}

/** The usual two-pointer match: on a mismatch the last star takes one character more. */
function fits(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0]
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      mark = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++mark
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

/** Whether everything the bound lets through can be written down. */
export function isListed(bound: Bound): bound is Extract<Bound, { kind: 'one-of' }> {
  return bound.kind === 'one-of'
}

/**
 * Values that stand for the bound when it is classified: all of a list, the ends of a range, and one that a
 * stranger could have chosen for the rest. What really runs is classified again when it runs.
 */
export function samplesOf(bound: Bound): readonly JsonValue[] {
  switch (bound.kind) {
    case 'one-of':
      return bound.values
    case 'cidr':
      return [bound.net]
    case 'prefix':
      return [`${bound.prefix}x`]
    case 'pattern':
      return [bound.pattern.replaceAll(/[*?]/g, 'x')]
    case 'range':
      return bound.min === bound.max ? [bound.min] : [bound.min, bound.max]
  }
}

/** Reads a bound. Throws `plan_invalid` naming `place`. */
export function readBound(place: string, value: JsonValue | undefined): Bound {
  if (!isObject(value)) throw wrong(place, 'it is not an object with a "kind"')
  switch (value.kind) {
    case 'one-of': {
      requireMembers(place, value, ['kind', 'values'])
      const { values } = value
      if (!Array.isArray(values) || values.length === 0 || values.length > MAX_VALUES)
        throw wrong(place, `"values" lists 1 to ${MAX_VALUES} values`)
      return { kind: 'one-of', values: values as readonly JsonValue[] }
    }
    case 'cidr': {
      requireMembers(place, value, ['kind', 'net'])
      const net = textOf(place, value, 'net')
      const bits = networkBits(net)
      if (bits === undefined || /:$/.test(bits))
        throw wrong(place, '"net" is not a network such as 203.0.113.0/24')
      return { kind: 'cidr', net }
    }
    case 'prefix': {
      requireMembers(place, value, ['kind', 'prefix'])
      const prefix = textOf(place, value, 'prefix')
      if (prefix.length < MIN_FIXED)
        throw wrong(place, `"prefix" has at least ${MIN_FIXED} characters`)
      return { kind: 'prefix', prefix }
    }
    case 'pattern': {
      requireMembers(place, value, ['kind', 'pattern'])
      const pattern = textOf(place, value, 'pattern')
      const fixed = pattern.replaceAll(/[*?]/g, '')
      if (fixed.length < MIN_FIXED)
        throw wrong(place, `"pattern" fixes at least ${MIN_FIXED} characters`)
      if (pattern.split('*').length - 1 > MAX_STARS)
        throw wrong(place, `"pattern" has at most ${MAX_STARS} stars`)
      return { kind: 'pattern', pattern }
    }
    case 'range': {
      requireMembers(place, value, ['kind', 'min', 'max'])
      const { min, max } = value
      if (typeof min !== 'number' || typeof max !== 'number' || min > max)
        throw wrong(place, '"min" and "max" are numbers, the smaller first')
      return { kind: 'range', min, max }
    }
    default:
      throw wrong(place, '"kind" is one of: one-of, cidr, prefix, pattern, range')
  }
}

function textOf(place: string, value: JsonObject, member: string): string {
  const text = value[member]
  if (typeof text !== 'string' || text === '' || text.length > MAX_TEXT || HIDDEN.test(text))
    throw wrong(place, `"${member}" is a visible text of at most ${MAX_TEXT} characters`)
  return text
}

/** A member nobody reads would be a wish nobody grants. */
export function requireMembers(place: string, value: JsonObject, known: readonly string[]): void {
  const odd = Object.keys(value).find((member) => !known.includes(member))
  if (odd !== undefined) throw wrong(place, `it may only have: ${known.join(', ')}`)
}

export function wrong(place: string, why: string): Failure {
  return new Failure('plan_invalid', `${place}: ${why}`)
}
