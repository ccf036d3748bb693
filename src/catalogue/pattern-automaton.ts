/**
 * A regular expression as its position automaton (Glushkov 1961): one state per character of the pattern, and for each
 * state the states that may follow. An edge stands as often as there are ways to take it, because a backtracking
 * matcher tries them all. Read as ECMAScript; assertions match nothing and are read for what they hold.
 */

export type Automaton = {
  /** Per state the characters it takes: one bit per ASCII code, bit 128 for all others. */
  readonly takes: readonly bigint[]
  readonly follow: readonly (readonly number[])[]
}

/** The largest pattern in common use, zod's for IPv6 networks, has about 500 states. */
const MAX_STATES = 800
/** A counted repetition above this behaves like an unbounded one on any text worth attacking with. */
const MAX_COPIES = 8

const OTHER = 1n << 128n
const ALL = (1n << 129n) - 1n
const NEWLINES = bitsOf('\n\r')
const DIGITS = bitsOf('0123456789')
const WORDS = range('a', 'z') | range('A', 'Z') | DIGITS | bitsOf('_')
const SPACES = bitsOf(' \t\n\v\f\r') | OTHER

/** The automaton, or undefined for what cannot be read: too large, a back reference, no regular expression. */
export function automatonOf(pattern: string): Automaton | undefined {
  const reader = new PatternReader(pattern)
  try {
    reader.alternatives()
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
  return reader.at === pattern.length ? { takes: reader.takes, follow: reader.follow } : undefined
}

class Unreadable extends Error {}

/** A part of the pattern: whether it may match nothing, and the states it begins and ends with. */
type Part = {
  readonly isNullable: boolean
  readonly first: readonly number[]
  readonly last: readonly number[]
}
const NOTHING: Part = { isNullable: true, first: [], last: [] }

class PatternReader {
  at = 0
  readonly takes: bigint[] = []
  readonly follow: number[][] = []
  private readonly pattern: string

  constructor(pattern: string) {
    this.pattern = pattern
  }

  alternatives(): Part {
    let whole = this.sequence()
    while (this.skip('|')) {
      const other = this.sequence()
      whole = {
        isNullable: whole.isNullable || other.isNullable,
        first: [...whole.first, ...other.first],
        last: [...whole.last, ...other.last],
      }
    }
    return whole
  }

  private sequence(): Part {
    let whole = NOTHING
    while (this.at < this.pattern.length && !'|)'.includes(this.pattern[this.at] ?? '')) {
      whole = this.joined(whole, this.repeated())
    }
    return whole
  }

  private joined(one: Part, next: Part): Part {
    this.connect(one.last, next.first)
    return {
      isNullable: one.isNullable && next.isNullable,
      first: one.isNullable ? [...one.first, ...next.first] : one.first,
      last: next.isNullable ? [...one.last, ...next.last] : next.last,
    }
  }

  /** An atom with its quantifier. Counted ones are read as that many copies, the last one looping if open. */
  private repeated(): Part {
    const start = this.at
    const part = this.atom()
    const end = this.at
    const counts = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(this.pattern.slice(end))?.[0]
    if (counts === undefined) return part
    const [min, max] = boundsOf(counts)
    // Each of many copies may be taken or left, which is exponential without any loop: `(a?){40}`.
    if (part.isNullable && Number(/\d+/.exec(counts)?.[0] ?? 0) > MAX_COPIES) throw new Unreadable()
    const again = (): Part => {
      this.at = start
      return this.atom()
    }
    let whole = part
    for (let copy = 1; copy < min; copy++) whole = this.joined(whole, again())
    if (max === Number.POSITIVE_INFINITY) {
      const looped = min > 1 ? this.joined(whole, this.looping(again())) : this.looping(part)
      whole = min > 1 ? looped : { ...looped, isNullable: min === 0 || part.isNullable }
    } else {
      for (let copy = Math.max(min, 1); copy < max; copy++) {
        whole = this.joined(whole, { ...again(), isNullable: true })
      }
      if (min === 0) whole = { ...whole, isNullable: true }
    }
    this.at = end + counts.length
    this.skip('?')
    return whole
  }

  private looping(part: Part): Part {
    this.connect(part.last, part.first)
    return part
  }

  private atom(): Part {
    if (this.skip('(')) return this.group()
    if (this.skip('^') || this.skip('$')) return NOTHING
    if (this.skip('.')) return this.state(ALL & ~NEWLINES)
    if (this.skip('[')) return this.state(this.characterClass())
    if (!this.skip('\\')) return this.state(bitOf(this.take()))
    if (this.skip('b') || this.skip('B')) return NOTHING
    return this.state(this.escape())
  }

  private group(): Part {
    const assertion = /^\?(?:<?[=!])/.exec(this.rest())?.[0]
    const prefix = assertion ?? /^\?(?::|<[A-Za-z_]\w*>)/.exec(this.rest())?.[0] ?? ''
    this.at += prefix.length
    const inner = this.alternatives()
    if (!this.skip(')')) throw new Unreadable()
    return assertion === undefined ? inner : NOTHING
  }

  private characterClass(): bigint {
    const isNegated = this.skip('^')
    let bits = 0n
    while (!this.skip(']')) {
      const from = this.classMember()
      if (/^-[^\]]/.test(this.rest()) && from.char !== undefined) {
        this.at++
        const to = this.classMember()
        bits |= to.char === undefined ? from.bits | to.bits | bitOf('-') : range(from.char, to.char)
      } else bits |= from.bits
    }
    return isNegated ? ALL & ~(bits & ~OTHER) : bits
  }

  private classMember(): { readonly bits: bigint; readonly char?: string } {
    if (this.at >= this.pattern.length) throw new Unreadable()
    if (this.skip('\\')) {
      const isSet = /^[dDwWsSpP]/.test(this.rest())
      const letter = this.pattern[this.at] ?? ''
      const bits = this.escape()
      return isSet || /[a-zA-Z0-9]/.test(letter) ? { bits } : { bits, char: letter }
    }
    const char = this.take()
    return { bits: bitOf(char), char }
  }

  private escape(): bigint {
    const letter = this.take()
    if (/[1-9]/.test(letter) || letter === 'k') throw new Unreadable()
    if (letter === 'd') return DIGITS
    if (letter === 'D') return ALL & ~DIGITS
    if (letter === 'w') return WORDS
    if (letter === 'W') return ALL & ~WORDS
    if (letter === 's') return SPACES
    if (letter === 'S') return ALL & ~(SPACES & ~OTHER)
    // A property may hold anything; reading it as everything can only warn once too often.
    if ((letter === 'p' || letter === 'P') && this.drop(/^\{[^}]*\}/)) return ALL
    if (letter === 'u' && this.drop(/^(?:\{[0-9a-fA-F]+\}|[0-9a-fA-F]{4})/)) return ALL
    if (letter === 'x' && this.drop(/^[0-9a-fA-F]{2}/)) return ALL
    if (letter === 'c' && this.drop(/^[A-Za-z]/)) return ALL
    const control = { n: '\n', r: '\r', t: '\t', v: '\v', f: '\f', 0: '\0' }[letter]
    return bitOf(control ?? letter)
  }

  private state(takes: bigint): Part {
    if (this.takes.length >= MAX_STATES) throw new Unreadable()
    const state = this.takes.push(takes) - 1
    this.follow.push([])
    return { isNullable: false, first: [state], last: [state] }
  }

  private connect(from: readonly number[], to: readonly number[]): void {
    for (const state of from) this.follow[state]?.push(...to)
  }

  private rest(): string {
    return this.pattern.slice(this.at)
  }

  private drop(what: RegExp): boolean {
    const found = what.exec(this.rest())?.[0]
    this.at += found?.length ?? 0
    return found !== undefined
  }

  private skip(char: string): boolean {
    if (this.pattern[this.at] !== char) return false
    this.at++
    return true
  }

  private take(): string {
    const code = this.pattern.codePointAt(this.at)
    if (code === undefined) throw new Unreadable()
    const char = String.fromCodePoint(code)
    this.at += char.length
    return char
  }
}

function boundsOf(counts: string): readonly [min: number, max: number] {
  if (counts === '*') return [0, Number.POSITIVE_INFINITY]
  if (counts === '+') return [1, Number.POSITIVE_INFINITY]
  if (counts === '?') return [0, 1]
  const [low = '0', high] = counts.slice(1, -1).split(',')
  const min = Math.min(Number(low), MAX_COPIES)
  if (high === undefined) return [min, Math.max(min, 1)]
  const isOpen = high === '' || Number(high) > MAX_COPIES
  return [min, isOpen ? Number.POSITIVE_INFINITY : Math.max(Number(high), 1)]
}

function bitOf(char: string): bigint {
  const code = char.codePointAt(0) ?? 128
  return code < 128 ? 1n << BigInt(code) : OTHER
}

function bitsOf(chars: string): bigint {
  return [...chars].reduce((bits, char) => bits | bitOf(char), 0n)
}

function range(from: string, to: string): bigint {
  const [low, high] = [from.codePointAt(0) ?? 0, to.codePointAt(0) ?? 0]
  let bits = high >= 128 ? OTHER : 0n
  for (let code = low; code <= Math.min(high, 127); code++) bits |= 1n << BigInt(code)
  return bits
}
