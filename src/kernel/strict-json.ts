/**
 * The only way bytes from outside become JSON values. `JSON.parse` keeps the last of two equal keys, rounds
 * large integers and recurses as deep as it is told to; a decision must not be taken on one reading while
 * the tool sees another. So: UTF-8 only, no duplicate keys, no integer outside +-(2^53-1), no lone
 * surrogates, bounded size and depth, nothing after the value.
 */
import { Failure } from './failure.ts'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export type JsonObject = { readonly [key: string]: JsonValue }

export type JsonLimits = { readonly maxBytes: number; readonly maxDepth: number }

/** 4 MiB is the MCP SDK's own request limit; 64 levels is four times what real tool schemas nest. */
export const DEFAULT_LIMITS: JsonLimits = { maxBytes: 4 * 1024 * 1024, maxDepth: 64 }

/** Whether a value is a JSON object (not null, not an array). */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Parses UTF-8 bytes as one JSON value. Throws `json_too_large`, `json_too_deep`, `json_duplicate_key`,
 * `json_unsafe_number` or `json_malformed`; the message names the byte offset, never the content.
 */
export function parseStrict(bytes: Uint8Array, limits: JsonLimits = DEFAULT_LIMITS): JsonValue {
  if (bytes.length > limits.maxBytes) {
    throw new Failure(
      'json_too_large',
      `the body has ${bytes.length} bytes, the limit is ${limits.maxBytes}`,
    )
  }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new Failure('json_malformed', 'the body is not UTF-8', { cause })
  }
  return parseStrictText(text, limits)
}

/** The same for text that is already decoded. Sizes are then counted in UTF-16 units. */
export function parseStrictText(text: string, limits: JsonLimits = DEFAULT_LIMITS): JsonValue {
  if (text.length > limits.maxBytes) {
    throw new Failure('json_too_large', `the text is longer than ${limits.maxBytes}`)
  }
  const reader = new Reader(text, limits.maxDepth)
  return reader.document()
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** A run of string characters that need no thought: no quote, backslash, control character or surrogate. */
const PLAIN = /[^"\\\u0000-\u001f\ud800-\udfff]*/y
const WHITE = /[ \t\n\r]*/y
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

class Reader {
  private at = 0
  private readonly text: string
  private readonly maxDepth: number

  constructor(text: string, maxDepth: number) {
    this.text = text
    this.maxDepth = maxDepth
  }

  document(): JsonValue {
    const value = this.value(0)
    this.white()
    if (this.at < this.text.length) throw this.malformed('text after the value')
    return value
  }

  private value(depth: number): JsonValue {
    if (depth > this.maxDepth) {
      throw new Failure('json_too_deep', `nested deeper than ${this.maxDepth} levels`)
    }
    this.white()
    const next = this.text[this.at]
    if (next === '{') return this.object(depth)
    if (next === '[') return this.array(depth)
    if (next === '"') return this.string()
    if (next === 't') return this.word('true', true)
    if (next === 'f') return this.word('false', false)
    if (next === 'n') return this.word('null', null)
    return this.number()
  }

  private object(depth: number): JsonObject {
    this.at++
    const members: Record<string, JsonValue> = {}
    this.white()
    if (this.take('}')) return members
    for (;;) {
      this.white()
      if (this.text[this.at] !== '"') throw this.malformed('a member name must be a string')
      const key = this.string()
      if (Object.hasOwn(members, key)) {
        throw new Failure('json_duplicate_key', `a member name repeats at offset ${this.at}`)
      }
      this.white()
      if (!this.take(':')) throw this.malformed('":" expected')
      // defineProperty, because assigning to "__proto__" would change the object's prototype instead.
      Object.defineProperty(members, key, {
        value: this.value(depth + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      })
      this.white()
      if (this.take('}')) return members
      if (!this.take(',')) throw this.malformed('"," or "}" expected')
    }
  }

  private array(depth: number): JsonValue[] {
    this.at++
    const items: JsonValue[] = []
    this.white()
    if (this.take(']')) return items
    for (;;) {
      items.push(this.value(depth + 1))
      this.white()
      if (this.take(']')) return items
      if (!this.take(',')) throw this.malformed('"," or "]" expected')
    }
  }

  private string(): string {
    this.at++
    let out = ''
    for (;;) {
      out += this.match(PLAIN)
      const char = this.text[this.at]
      if (char === '"') {
        this.at++
        return this.wellFormed(out)
      }
      if (char === '\\') out += this.escape()
      else if (char !== undefined && char >= '\ud800' && char <= '\udfff') {
        out += char
        this.at++
      } else throw this.malformed('a string is not closed or holds a control character')
    }
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? ''
    if (letter === 'u') {
      const hex = this.text.slice(this.at + 2, this.at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.malformed('\\u needs four hex digits')
      this.at += 6
      return String.fromCharCode(Number.parseInt(hex, 16))
    }
    const plain = ESCAPES[letter]
    if (plain === undefined) throw this.malformed('unknown escape')
    this.at += 2
    return plain
  }

  private wellFormed(text: string): string {
    if (!text.isWellFormed()) throw this.malformed('a lone surrogate')
    return text
  }

  private number(): number {
    const literal = this.match(NUMBER)
    if (literal === '') throw this.malformed('a value expected')
    const value = Number(literal)
    const isWhole = Number.isInteger(value)
    if (!Number.isFinite(value) || (isWhole && !Number.isSafeInteger(value))) {
      throw new Failure(
        'json_unsafe_number',
        `a number at offset ${this.at} cannot be represented exactly`,
      )
    }
    return value
  }

  private word<T extends boolean | null>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) throw this.malformed('a value expected')
    this.at += word.length
    return value
  }

  private white(): void {
    this.match(WHITE)
  }

  private match(pattern: RegExp): string {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0] ?? ''
    this.at += found.length
    return found
  }

  private take(char: string): boolean {
    if (this.text[this.at] !== char) return false
    this.at++
    return true
  }

  private malformed(what: string): Failure {
    return new Failure('json_malformed', `${what} at offset ${this.at}`)
  }
}
