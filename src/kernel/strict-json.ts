/**
 * The only way bytes from outside become JSON values. `JSON.parse` keeps the last of two equal keys, rounds
 * large integers and recurses as deep as it is told to; a decision must not be taken on one reading while
 * the tool sees another. So: UTF-8 only, no duplicate keys, no integer outside +-(2^53-1), no lone
 * surrogates, bounded size and depth, nothing after the value.
 */
import { Failure } from './failure.ts'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export type JsonObject = { readonly [key: string]: JsonValue }

export type JsonLimits = {
  readonly maxBytes: number
  readonly maxDepth: number
  /** Objects, arrays, texts, numbers and words together; absent: as many as fit. */
  readonly maxValues?: number
}

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
  const reader = new Reader(text, limits)
  return reader.document()
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** RFC 8259 section 7: these may stand in a text only as an escape. */
const CONTROL = /[\u0000-\u001f]/
const [BACKSLASH, MINUS, DIGIT_ZERO] = [0x5c, 0x2d, 0x30]
const [SPACE, TAB, NEWLINE, RETURN] = [0x20, 0x09, 0x0a, 0x0d]

class Reader {
  private at = 0
  private readonly text: string
  private readonly maxDepth: number
  private valuesLeft: number

  constructor(text: string, { maxDepth, maxValues }: JsonLimits) {
    this.text = text
    this.maxDepth = maxDepth
    this.valuesLeft = maxValues ?? Number.POSITIVE_INFINITY
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
    if (--this.valuesLeft < 0) {
      throw new Failure('json_too_large', 'the body holds more values than are taken')
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
      setOwn(members, key, this.value(depth + 1))
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
    const end = this.closingQuote()
    const inside = this.text.slice(this.at + 1, end)
    if (CONTROL.test(inside)) throw this.malformed('a string holds a control character')
    const value = inside.includes('\\') ? this.unescaped(end) : inside
    if (!value.isWellFormed()) throw this.malformed('a lone surrogate')
    this.at = end + 1
    return value
  }

  /** The next quote that no backslash escapes. */
  private closingQuote(): number {
    for (let from = this.at + 1; ; ) {
      const quote = this.text.indexOf('"', from)
      if (quote === -1) throw this.malformed('a string is not closed')
      let before = quote
      while (before > from && this.text.charCodeAt(before - 1) === BACKSLASH) before--
      if ((quote - before) % 2 === 0) return quote
      from = quote + 1
    }
  }

  /** One text with its quotes is the same in every reader, so the built-in one may read its escapes. */
  private unescaped(end: number): string {
    try {
      return JSON.parse(this.text.slice(this.at, end + 1)) as string
    } catch {
      throw this.malformed('unknown escape')
    }
  }

  private number(): number {
    return this.shortInteger() ?? this.anyNumber()
  }

  /** Nearly all numbers; fifteen digits are exact in a double. Undefined, and nothing read, for any other. */
  private shortInteger(): number | undefined {
    const start = this.text.charCodeAt(this.at) === MINUS ? this.at + 1 : this.at
    let at = start
    let value = 0
    for (let digit = this.digitAt(at); digit !== undefined; digit = this.digitAt(++at)) {
      value = value * 10 + digit
    }
    const digits = at - start
    if (digits === 0 || digits > 15 || (digits > 1 && this.digitAt(start) === 0)) return undefined
    const next = this.text[at]
    if (next === '.' || next === 'e' || next === 'E') return undefined
    const isNegative = start > this.at
    this.at = at
    return isNegative ? -value : value
  }

  private digitAt(at: number): number | undefined {
    const digit = this.text.charCodeAt(at) - DIGIT_ZERO
    return digit >= 0 && digit <= 9 ? digit : undefined
  }

  private anyNumber(): number {
    NUMBER.lastIndex = this.at
    const literal = NUMBER.exec(this.text)?.[0] ?? ''
    this.at += literal.length
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
    for (;;) {
      const code = this.text.charCodeAt(this.at)
      if (code !== SPACE && code !== NEWLINE && code !== RETURN && code !== TAB) return
      this.at++
    }
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

/** Assigning to "__proto__" would change the object's prototype instead. */
function setOwn(members: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key !== '__proto__') members[key] = value
  else {
    const rest = { enumerable: true, configurable: true, writable: true }
    Object.defineProperty(members, key, { value, ...rest })
  }
}
