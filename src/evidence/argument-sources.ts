/**
 * Where each argument of a call comes from: a recorded result that holds the value, what the case system says, the
 * inventory, or nowhere anybody can point to. A model cannot claim a source; only what is recorded counts. Pure.
 */
import { isObject, type JsonObject, type JsonValue } from '../kernel/strict-json.ts'

/** A recorded result and all text in it, newest first. */
export type RecordedText = { readonly id: string; readonly text: string }

export type KnownTexts = {
  readonly evidence: readonly RecordedText[]
  /** What the case system says: number, title, tags. */
  readonly caseText: string
  /** Names of targets that stand in the inventory. */
  readonly inventory: readonly string[]
}

export type ArgumentSource = {
  /** RFC 6901 pointer into the arguments. */
  readonly path: string
  readonly source: 'evidence' | 'case' | 'inventory' | 'unsupported' | 'unexamined'
  /** Ids of the recorded results that hold the value, newest first. */
  readonly evidence: readonly string[]
}

/** A person reads no more; what lies beyond is said to be unexamined. */
const MAX_ARGUMENTS = 200
/** `on`, `1` or `root` stand in any text; finding them there proves nothing. Characters. */
const MIN_TRACEABLE = 4
/** Two results that say so are better than one, more than three are noise. */
const MAX_SOURCES = 3

/** One line for each value in the arguments, in their own order. */
export function argumentSources(args: JsonObject, known: KnownTexts): readonly ArgumentSource[] {
  return leavesOf(args, '').map(([path, value], at) =>
    at < MAX_ARGUMENTS
      ? sourceOf(path, value, known)
      : { path, source: 'unexamined', evidence: [] },
  )
}

function sourceOf(path: string, value: JsonValue, known: KnownTexts): ArgumentSource {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const isInventoried = known.inventory.some((name) => name.toLowerCase() === text.toLowerCase())
  if (isTraceable(value, text)) {
    const holding = known.evidence.filter((each) => holdsWord(each.text, text))
    const evidence = holding.slice(0, MAX_SOURCES).map(({ id }) => id)
    if (evidence.length > 0) return { path, source: 'evidence', evidence }
    if (holdsWord(known.caseText, text)) return { path, source: 'case', evidence }
  }
  return { path, source: isInventoried ? 'inventory' : 'unsupported', evidence: [] }
}

function isTraceable(value: JsonValue, text: string): boolean {
  return (typeof value === 'string' || typeof value === 'number') && text.length >= MIN_TRACEABLE
}

/** The value as a whole word: `web-1` does not stand in `web-14`, nor `198.51.100.7` in `198.51.100.77`. */
function holdsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const before = text[at - 1] ?? ' '
    const after = text[at + word.length] ?? ' '
    if (!isWordLetter(before) && !isWordLetter(after)) return true
  }
  return false
}

function isWordLetter(char: string): boolean {
  return /[\p{L}\p{N}_]/u.test(char)
}

/** Every value that holds no other, with its RFC 6901 pointer, in its own order. */
export function leavesOf(
  value: JsonValue,
  path: string,
): readonly (readonly [string, JsonValue])[] {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item: JsonValue, at) => leavesOf(item, `${path}/${at}`))
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    return Object.keys(value).flatMap((name) =>
      leavesOf(value[name] ?? null, `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    )
  }
  return path === '' ? [] : [[path, value]]
}

/** All texts and numbers of a recorded value, a line each. Member names are not values and do not count. */
export function textIn(value: JsonValue): string {
  if (Array.isArray(value)) return value.map((item: JsonValue) => textIn(item)).join('\n')
  if (isObject(value)) return Object.values(value).map(textIn).join('\n')
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
