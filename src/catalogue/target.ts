/**
 * What a call acts upon, read from its arguments by the rule of its entry and put into the one spelling that facts,
 * never-touch lists and approvals compare. The literal stays in the arguments; only the comparison form is made
 * here. A missing target never means all, and a pattern is no target.
 */
import { isIP, isIPv4 } from 'node:net'
import { domainToASCII } from 'node:url'
import type { FailureCode } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { evaluateExpression } from './cel.ts'
import type { Effect, Target, TargetRule } from './tool.ts'
import { atLeast } from './tool.ts'

/** A person who signs a list reads it; nobody reads more than this. Groups are split above. */
export const MAX_TARGETS = 500
/** Longest name any of the kinds has in the wild (a DNS name has 253, a URI 2000). */
const MAX_TARGET_LENGTH = 2000

/** Words that stand for everything in tools of the field. */
const EVERYTHING = new Set(
  'all any every everyone everything everywhere global fleet none null undefined % . / * ** ?'.split(
    ' ',
  ),
)
const ADDRESS_KINDS = new Set(['ipv4_net', 'ipv6_net', 'ip'])
const FOLDED_KINDS = new Set(['device', 'account', 'domain_name', 'email_addr', 'mac_addr'])
/** Names of these kinds hold none of these characters, so one string would name several things. */
const LIST_SEPARATOR = /[\s,;|]/
const SEPARATED_KINDS = new Set(['device', 'domain_name', 'email_addr', 'mac_addr'])
const CONTROL = /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u

export type TargetProblem = { readonly code: FailureCode; readonly detail: string }
export type TargetsFound =
  | { readonly ok: true; readonly targets: readonly Target[] }
  | ({ readonly ok: false } & TargetProblem)

/**
 * The targets of a call, without repetition, in the order of the arguments. Below `write` a target that cannot
 * be read is left out. From `write` up: `target_missing` when there is none, and from `contain` up also for
 * a pattern or a word that means everything; `arguments_invalid` for more than 500, for an ambiguous
 * address, and for one text that names several things.
 */
export function findTargets(rule: TargetRule, effect: Effect, args: JsonObject): TargetsFound {
  const isStrict = atLeast(effect, 'write')
  if (rule.from === undefined) return isStrict ? missing(rule, 'its entry names none') : found([])
  const read = evaluateExpression(rule.from, { args })
  if (!read.ok) return isStrict ? missing(rule, 'the argument is absent or unreadable') : found([])
  const named = Array.isArray(read.value) ? read.value : [read.value]
  if (named.length > MAX_TARGETS) {
    return refused('arguments_invalid', `more than ${MAX_TARGETS} targets in one call`)
  }
  const targets = new Map<string, Target>()
  for (const value of named) {
    const read = readTarget(rule.kind, effect, value)
    if (read.ok) targets.set(read.id, { kind: rule.kind, id: read.id })
    else if (isStrict) return read
  }
  if (targets.size === 0 && isStrict) return missing(rule, 'the list is empty')
  return found([...targets.values()])
}

type TargetRead =
  | { readonly ok: true; readonly id: string }
  | ({ readonly ok: false } & TargetProblem)

function readTarget(kind: string, effect: Effect, value: JsonValue): TargetRead {
  const literal = typeof value === 'number' ? String(value) : value
  if (typeof literal !== 'string' || literal.trim() === '') {
    return refused('target_missing', `a ${kind} must be named by a text that is not empty`)
  }
  if (literal.length > MAX_TARGET_LENGTH || CONTROL.test(literal.trim())) {
    return refused('arguments_invalid', `a ${kind} is too long or holds invisible characters`)
  }
  const id = normaliseTarget(kind, literal)
  if (id === undefined) {
    return refused(
      'arguments_invalid',
      `a ${kind} is not spelled in a way that is read only one way`,
    )
  }
  if (atLeast(effect, 'contain')) {
    if (EVERYTHING.has(id.toLowerCase()) || id.includes('*') || id.endsWith('/0')) {
      return refused('target_missing', `a pattern or a word for everything names no ${kind}`)
    }
    if (SEPARATED_KINDS.has(kind) && LIST_SEPARATOR.test(id)) {
      return refused('arguments_invalid', `one text names more than one ${kind}`)
    }
  }
  return { ok: true, id }
}

/**
 * The comparison form: trimmed, compatibility forms folded (NFKC); lower case for kinds that do not tell case
 * apart; addresses in canonical form with IPv4-mapped IPv6 as IPv4; domains in ASCII without the root dot.
 * Undefined for an address that readers disagree about (`010.0.0.1`, `127.1`, `0x7f.1`, a zone).
 */
export function normaliseTarget(kind: string, literal: string): string | undefined {
  const text = literal.trim().normalize('NFKC').trim()
  if (ADDRESS_KINDS.has(kind)) return canonicalNetwork(text)
  if (kind === 'domain_name') return canonicalDomain(text)
  if (FOLDED_KINDS.has(kind)) return text.toLowerCase()
  return text
}

function canonicalDomain(text: string): string | undefined {
  // A text that is no name at all (a separator, a pattern) keeps its spelling, so that it is refused for that.
  const ascii = domainToASCII(text.replace(/\.$/, ''))
  return ascii === '' ? text.toLowerCase() : ascii
}

function canonicalNetwork(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  if (rest.length > 0) return undefined
  const canonical = canonicalAddress(address)
  if (canonical === undefined) return undefined
  if (prefix === undefined) return canonical.text
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix)) return undefined
  const bits = Number(prefix) - canonical.droppedBits
  const width = isIPv4(canonical.text) ? 32 : 128
  if (bits < 0 || bits > width) return undefined
  return bits === width ? canonical.text : `${canonical.text}/${bits}`
}

/** 96 bits of an IPv4-mapped IPv6 address are fixed; its prefix length shrinks by them. */
const MAPPED_BITS = 96

function canonicalAddress(text: string): { text: string; droppedBits: number } | undefined {
  if (text.includes('%') || isIP(text) === 0) return undefined
  if (isIPv4(text)) return { text, droppedBits: 0 }
  const compressed = new URL(`http://[${text}]/`).hostname.slice(1, -1)
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compressed)
  if (mapped === null) return { text: compressed, droppedBits: 0 }
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)]
  const quad = [high >> 8, high & 255, low >> 8, low & 255].join('.')
  return { text: quad, droppedBits: MAPPED_BITS }
}

function found(targets: readonly Target[]): TargetsFound {
  return { ok: true, targets }
}

function refused(code: FailureCode, detail: string): { readonly ok: false } & TargetProblem {
  return { ok: false, code, detail }
}

function missing(rule: TargetRule, why: string): { readonly ok: false } & TargetProblem {
  return refused('target_missing', `no ${rule.kind} is named: ${why}`)
}
