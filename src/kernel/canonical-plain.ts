/**
 * Canonical JSON (RFC 8785) of plain values, which is nearly all that is ever written: objects without a
 * prototype of their own, arrays, texts, finite numbers. Several times as fast as the general writer, which
 * canonical-json.ts asks for the rest; a property test holds the two together.
 */

/** Needs no escape: no quote, backslash, control character or surrogate. */
const SIMPLE = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** The canonical text, or undefined for a value that is not plain all the way down. */
export function plainText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'number':
      // RFC 8785 section 3.2.2.3: numbers as ECMAScript writes them; -0 is 0 there.
      return Number.isFinite(value) ? String(value) : undefined
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? listText(value) : objectText(value)
    default:
      return undefined
  }
}

function quoted(text: string): string | undefined {
  if (SIMPLE.test(text)) return `"${text}"`
  // RFC 8785 section 3.2.2.2 takes the escapes of ECMAScript; a lone surrogate has no canonical form.
  return text.isWellFormed() ? JSON.stringify(text) : undefined
}

function listText(list: readonly unknown[]): string | undefined {
  let text = '['
  for (let at = 0; at < list.length; at++) {
    const item = plainText(list[at])
    if (item === undefined) return undefined
    text += at === 0 ? item : `,${item}`
  }
  return `${text}]`
}

function objectText(object: object): string | undefined {
  const prototype = Object.getPrototypeOf(object)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  let text = '{'
  // RFC 8785 section 3.2.3: by UTF-16 code units, which is how ECMAScript sorts texts.
  for (const key of Object.keys(object).sort()) {
    const name = quoted(key)
    const member = plainText((object as Readonly<Record<string, unknown>>)[key])
    if (name === undefined || member === undefined) return undefined
    text += text === '{' ? `${name}:${member}` : `,${name}:${member}`
  }
  return `${text}}`
}
