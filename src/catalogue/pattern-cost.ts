/**
 * Whether a regular expression can take exponential time on a chosen text ("ReDoS"). Needed twice: a schema of
 * a server may carry such a pattern to stall whoever validates with it, and an expression of a catalogue entry is
 * run on arguments an attacker chooses.
 */

/** Longer patterns are not read; nobody reviews them either. */
const MAX_PATTERN_LENGTH = 500

/** Why the pattern is refused, or undefined when its cost is bounded by a polynomial of low degree. */
export function costlyPattern(pattern: string): string | undefined {
  if (pattern.length > MAX_PATTERN_LENGTH) return `is longer than ${MAX_PATTERN_LENGTH} characters`
  try {
    new RegExp(pattern, 'u')
  } catch {
    try {
      new RegExp(pattern)
    } catch {
      return 'is not a regular expression'
    }
  }
  if (/\\[1-9]|\\k</.test(pattern)) return 'refers back to a group'
  return nestedRepetition(pattern)
}

type Group = { unbounded: boolean; alternatives: boolean }

/**
 * Finds an unbounded repetition of a group that itself repeats without bound or holds alternatives: the shapes
 * `(a+)+`, `(a*)*`, `(a|aa)+`. Refuses some harmless patterns of those shapes; that costs a rewording.
 */
function nestedRepetition(pattern: string): string | undefined {
  const open: Group[] = []
  const top: Group = { unbounded: false, alternatives: false }
  let closed: Group | undefined
  for (let at = 0; at < pattern.length; at++) {
    const current = open.at(-1) ?? top
    const char = pattern[at]
    if (char === '\\') at++
    else if (char === '[') at = endOfClass(pattern, at)
    else if (char === '(') {
      open.push({ unbounded: false, alternatives: false })
      closed = undefined
      continue
    } else if (char === ')') {
      closed = open.pop()
      const outer = open.at(-1) ?? top
      if (closed?.unbounded) outer.unbounded = true
      continue
    } else if (char === '|') current.alternatives = true
    else if (isUnbounded(pattern, at)) {
      if (closed?.unbounded) return 'repeats a group that already repeats'
      if (closed?.alternatives) return 'repeats a group of alternatives'
      current.unbounded = true
    }
    if (char !== '{') closed = undefined
  }
  return undefined
}

function isUnbounded(pattern: string, at: number): boolean {
  const char = pattern[at]
  if (char === '*' || char === '+') return true
  // {n,} has no upper bound; {n,m} above 100 behaves like one for this purpose.
  const braces = /^\{\d*(,?)(\d*)\}/.exec(pattern.slice(at))
  return braces !== null && ((braces[1] === ',' && braces[2] === '') || Number(braces[2]) > 100)
}

function endOfClass(pattern: string, start: number): number {
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++
    else if (pattern[at] === ']') return at
  }
  return pattern.length
}
