/**
 * Canonical JSON (RFC 8785) of plain values, which is nearly all that is ever written: objects without a
 * prototype of their own, arrays, texts, finite numbers. Several times as fast as the general writer, which
 * canonical-json.ts asks for the rest; a property test holds the two together.
 */

/** Needs no escape: no quote, backslash, control character or surrogate. */
const SIMPLE = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/

/** How an unpaired surrogate is spelled; a text that holds these very characters is looked at twice. */
const UNPAIRED = '\\ud'

/** The canonical text, or undefined for a value that is not plain all the way down. */
export function plainText(value: unknown): string | undefined {
  // In order already, it is what the language itself writes: RFC 8785 took its texts and numbers from there.
  const text = isInOrder(value) ? JSON.stringify(value) : UNPAIRED
  return text.includes(UNPAIRED) ? sortedText(value) : text
}

/** Plain all the way down, and the names of each object in their canonical order. */
function isInOrder(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true
    case 'number':
      return Number.isFinite(value)
    case 'object':
      if (value === null) return true
      return Array.isArray(value) ? isListInOrder(value) : isObjectInOrder(value)
    default:
      return false
  }
}

function isListInOrder(list: readonly unknown[]): boolean {
  for (let at = 0; at < list.length; at++) if (!isInOrder(list[at])) return false
  return true
}

function isObjectInOrder(object: object): boolean {
  if (!isPlain(object)) return false
  let last: string | undefined
  for (const key in object) {
    if (last !== undefined && key < last) return false
    if (!isInOrder((object as Readonly<Record<string, unknown>>)[key])) return false
    last = key
  }
  return true
}

function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object)
  return prototype === Object.prototype || prototype === null
}

function sortedText(value: unknown): string | undefined {
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
    const item = sortedText(list[at])
    if (item === undefined) return undefined
    text += at === 0 ? item : `,${item}`
  }
  return `${text}]`
}

function objectText(object: object): string | undefined {
  if (!isPlain(object)) return undefined
  let text = '{'
  // RFC 8785 section 3.2.3: by UTF-16 code units, which is how ECMAScript sorts texts.
  for (const key of Object.keys(object).sort()) {
    const name = quoted(key)
    const member = sortedText((object as Readonly<Record<string, unknown>>)[key])
    if (name === undefined || member === undefined) return undefined
    text += text === '{' ? `${name}:${member}` : `,${name}:${member}`
  }
  return `${text}}`
}
