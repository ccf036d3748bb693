/**
 * Whether a regular expression can take exponential time on a chosen text ("ReDoS"). Needed twice: a schema of
 * a server may carry such a pattern to stall whoever validates with it, and an expression of a catalogue entry is
 * run on arguments an attacker chooses.
 *
 * A backtracking matcher is exponential when one text can be read in two ways around a loop: then n rounds have 2^n
 * readings (exponential degree of ambiguity; Weber and Seidl 1991).
 */
import type { Automaton } from './pattern-automaton.ts'
import { automatonOf } from './pattern-automaton.ts'

/** Longer patterns are not read; nobody reviews them either. The longest of zod's own has 300 characters. */
const MAX_PATTERN_LENGTH = 500
/** Steps before giving up, about 50 ms; a pattern that needs more is refused as too complex. */
const MAX_STEPS = 300_000

/** `^.*a.*b.*$` has degree 3; nothing anybody reads has more than 4. */
const MAX_DEGREE = 4

/**
 * Why the pattern is refused, or undefined when its cost is bounded by a polynomial of degree `maxDegree` in the
 * length of the text.
 */
export function costlyPattern(pattern: string, maxDegree: number = MAX_DEGREE): string | undefined {
  if (pattern.length > MAX_PATTERN_LENGTH) return `is longer than ${MAX_PATTERN_LENGTH} characters`
  if (!isPattern(pattern)) return 'is not a regular expression'
  const automaton = automatonOf(pattern)
  if (automaton === undefined) return 'refers back to a group or is too complex'
  const loops = loopsOf(automaton)
  for (const loop of loops) {
    const ambiguous = isAmbiguous(automaton, loop)
    if (ambiguous === undefined) return 'is too complex'
    if (ambiguous) return 'can read one text in two ways around a loop'
  }
  // A search that may start anywhere tries every start.
  const degree = longestChain(automaton, loops) + (pattern.startsWith('^') ? 0 : 1)
  return degree > maxDegree ? `has ${degree} loops that can share one text` : undefined
}

/** The most loops that can come one after the other and take the same characters, so that a text splits many ways. */
function longestChain(automaton: Automaton, loops: readonly ReadonlySet<number>[]): number {
  const chars = loops.map((loop) =>
    [...loop].reduce((bits, state) => bits | (automaton.takes[state] ?? 0n), 0n),
  )
  const after = loops.map((loop, at) =>
    loops.flatMap((other, to) => {
      const shared = (chars[at] ?? 0n) & (chars[to] ?? 0n)
      // One text must go around the first loop, over to the second and around that, so only what both take counts.
      return to !== at && shared !== 0n && leadsOver(automaton, loop, other, shared) ? [to] : []
    }),
  )
  const lengths = new Map<number, number>()
  const lengthFrom = (at: number): number => {
    const known = lengths.get(at)
    if (known !== undefined) return known
    const length = 1 + Math.max(0, ...(after[at] ?? []).map(lengthFrom))
    lengths.set(at, length)
    return length
  }
  return Math.max(0, ...loops.map((_, at) => lengthFrom(at)))
}

function isPattern(pattern: string): boolean {
  return ['u', ''].some((flags) => {
    try {
      return new RegExp(pattern, flags) instanceof RegExp
    } catch {
      return false
    }
  })
}

/** The sets of states that reach each other; a state alone counts when it follows itself. */
function loopsOf({ follow }: Automaton): readonly ReadonlySet<number>[] {
  const reach = follow.map((_, state) => reachable(follow, state))
  const seen = new Set<number>()
  const loops: ReadonlySet<number>[] = []
  for (const [state, from] of reach.entries()) {
    if (seen.has(state) || !from.has(state)) continue
    const loop = new Set([...from].filter((other) => reach[other]?.has(state)))
    for (const member of loop) seen.add(member)
    loops.push(loop)
  }
  return loops
}

function reachable(follow: Automaton['follow'], start: number): Set<number> {
  const found = new Set<number>()
  const open = [...(follow[start] ?? [])]
  while (open.length > 0) {
    const state = open.pop()
    if (state === undefined || found.has(state)) continue
    found.add(state)
    open.push(...(follow[state] ?? []))
  }
  return found
}

/**
 * Whether two different ways around the loop read the same text: an edge inside it that stands twice, or a pair of
 * different states that is reached from equal ones and leads back to equal ones over common characters.
 */
function isAmbiguous({ takes, follow }: Automaton, loop: ReadonlySet<number>): boolean | undefined {
  const within = (state: number): readonly number[] =>
    (follow[state] ?? []).filter((next) => loop.has(next))
  for (const state of loop) {
    const next = within(state)
    if (new Set(next).size < next.length) return true
  }
  const forward = new Map<string, readonly [number, number]>()
  const backward = new Map<string, (readonly [number, number])[]>()
  const open: (readonly [number, number])[] = [...loop].map((state) => [state, state] as const)
  let steps = 0
  while (open.length > 0) {
    const pair = open.pop()
    if (pair === undefined) break
    for (const one of within(pair[0])) {
      for (const other of within(pair[1])) {
        if (++steps > MAX_STEPS) return undefined
        if (((takes[one] ?? 0n) & (takes[other] ?? 0n)) === 0n) continue
        const key = `${one},${other}`
        const before = backward.get(key)
        if (before === undefined) backward.set(key, [pair])
        else before.push(pair)
        if (forward.has(key)) continue
        forward.set(key, [one, other])
        open.push([one, other])
      }
    }
  }
  return leadsBack(forward, backward)
}

function leadsOver(
  { takes, follow }: Automaton,
  from: ReadonlySet<number>,
  to: ReadonlySet<number>,
  over: bigint,
): boolean {
  const seen = new Set<number>()
  const open = [...from]
  while (open.length > 0) {
    for (const next of follow[open.pop() ?? 0] ?? []) {
      if (seen.has(next) || ((takes[next] ?? 0n) & over) === 0n) continue
      if (to.has(next)) return true
      seen.add(next)
      open.push(next)
    }
  }
  return false
}

/** Whether a pair of different states, reached from equal ones, leads to equal ones again. */
function leadsBack(
  forward: ReadonlyMap<string, readonly [number, number]>,
  backward: ReadonlyMap<string, readonly (readonly [number, number])[]>,
): boolean {
  const open = [...forward].filter(([, [one, other]]) => one === other).map(([key]) => key)
  const seen = new Set(open)
  while (open.length > 0) {
    for (const [one, other] of backward.get(open.pop() ?? '') ?? []) {
      const key = `${one},${other}`
      if (seen.has(key)) continue
      if (one !== other) return true
      seen.add(key)
      open.push(key)
    }
  }
  return false
}
