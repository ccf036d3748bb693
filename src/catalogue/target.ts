/**
 * What a call acts upon, read from its arguments by the rule of its entry and put into the one spelling that facts,
 * never-touch lists and approvals compare. The literal stays in the arguments; only the comparison form is made
 * here. A missing target never means all, and a pattern is no target.
 */
import type { FailureCode } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { evaluateExpression } from './cel.ts'
import type { Effect, Target, TargetRule } from './tool.ts'
import { atLeast } from './tool.ts'

/** A person who signs a list reads it; nobody reads more than this. Groups are split above. */
export const MAX_TARGETS = 500
/**
 * Longest name any of the kinds has in the wild (a DNS name has 253, a URI 2000). Bytes of its comparison form,
 * because facts are found by it and an index of PostgreSQL takes keys of less than 2,700.
 */
const MAX_TARGET_BYTES = 2000

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
    if (read.ok) targets.set(read.id, { kind: kindOf(rule.kind, read.id), id: read.id })
    else if (isStrict) return read
  }
  if (targets.size === 0 && isStrict) return missing(rule, 'the list is empty')
  return found([...targets.values()])
}

/** One argument may hold either family; the target is looked up under the family it has. */
function kindOf(kind: string, id: string): string {
  if (kind !== 'ipv4_net' && kind !== 'ipv6_net') return kind
  return id.includes(':') ? 'ipv6_net' : 'ipv4_net'
}

type TargetRead =
  | { readonly ok: true; readonly id: string }
  | ({ readonly ok: false } & TargetProblem)

function readTarget(kind: string, effect: Effect, value: JsonValue): TargetRead {
  const literal = typeof value === 'number' ? String(value) : value
  if (typeof literal !== 'string' || literal.trim() === '') {
    return refused('target_missing', `a ${kind} must be named by a text that is not empty`)
  }
  if (literal.length > MAX_TARGET_BYTES || CONTROL.test(literal.trim())) {
    return refused('arguments_invalid', `a ${kind} is too long or holds invisible characters`)
  }
  const id = normaliseTarget(kind, literal)
  if (id === undefined) {
    return refused(
      'arguments_invalid',
      `a ${kind} is not spelled in a way that is read only one way`,
    )
  }
  if (new TextEncoder().encode(id.toLowerCase()).length > MAX_TARGET_BYTES) {
    return refused('arguments_invalid', `a ${kind} is too long`)
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
 * Undefined for an address that readers disagree about (`010.0.0.1`, `127.1`, `10.0.0.5/8`, a zone).
 */
export function normaliseTarget(kind: string, literal: string): string | undefined {
  const text = literal.trim().normalize('NFKC').trim()
  if (ADDRESS_KINDS.has(kind)) return canonicalNetwork(text)
  if (kind === 'domain_name') return canonicalDomain(text)
  if (FOLDED_KINDS.has(kind)) return text.toLowerCase()
  return text
}

function canonicalDomain(text: string): string {
  // What is no host name at all (a list, a pattern, an escape) keeps its spelling and is refused for that.
  if (/[\s/@:?#%\\[\]*,;|<>^]/.test(text)) return text.toLowerCase()
  const url = URL.parse(`http://${text.replace(/\.$/, '')}/`)
  return url === null || url.hostname === '' ? text.toLowerCase() : url.hostname
}

function canonicalNetwork(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  if (rest.length > 0) return undefined
  const canonical = canonicalAddress(address)
  if (canonical === undefined) return undefined
  if (prefix === undefined) return canonical.text
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix)) return undefined
  const bits = Number(prefix) - canonical.droppedBits
  const value = addressBits(canonical.text)
  if (bits < 0 || bits > value.length || value.slice(bits).includes('1')) return undefined
  return bits === value.length ? canonical.text : `${canonical.text}/${bits}`
}

/**
 * The fixed leading bits of an address or network, after a letter for its family: one network lies within another
 * when its bits start with the other's. Undefined for what `normaliseTarget` refuses.
 */
export function networkBits(literal: string): string | undefined {
  const canonical = canonicalNetwork(literal)
  if (canonical === undefined) return undefined
  const [address = '', prefix] = canonical.split('/')
  const bits = addressBits(address)
  const fixed = prefix === undefined ? bits : bits.slice(0, Number(prefix))
  return `${bits.length === 32 ? 'four:' : 'six:'}${fixed}`
}

/** A canonical address as 32 or 128 binary digits. */
function addressBits(text: string): string {
  if (IPV4.test(text))
    return text
      .split('.')
      .map((part) => binary(Number(part), 8))
      .join('')
  const [head = '', tail] = text.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  const groups = tail === undefined ? left : [...left, ...zeros, ...right]
  return groups.map((group) => binary(Number.parseInt(group, 16), 16)).join('')
}

function binary(value: number, width: number): string {
  return value.toString(2).padStart(width, '0')
}

/** Four decimal numbers without leading zeros, which some readers take for octal. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
/** 96 bits of an IPv4-mapped IPv6 address are fixed; its prefix length shrinks by them. */
const MAPPED_BITS = 96

function canonicalAddress(text: string): { text: string; droppedBits: number } | undefined {
  if (IPV4.test(text)) return { text, droppedBits: 0 }
  if (!/^[0-9A-Fa-f:.]+$/.test(text) || !text.includes(':')) return undefined
  const compressed = URL.parse(`http://[${text}]/`)?.hostname.slice(1, -1)
  if (compressed === undefined) return undefined
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
