/**
 * The syntax of iCalendar (RFC 5545 section 3.1) and nothing of its meaning: lines into components and
 * properties. Strict, because a line read in two ways is two rotas; bounded, because a feed is somebody else's
 * file. Every complaint is `roster_unreadable` and names the line, never its content.
 */
import { Failure } from '../kernel/failure.ts'

export type IcalProperty = {
  /** Upper case. */
  readonly name: string
  /** Names in upper case; values without their quotes, several joined by a comma. */
  readonly parameters: ReadonlyMap<string, string>
  /** As it stands, escapes included. */
  readonly value: string
}

export type IcalComponent = {
  readonly name: string
  readonly properties: readonly IcalProperty[]
  readonly components: readonly IcalComponent[]
}

/** Two months of three rotas with hand-overs every eight hours, each shift told singly, is 0.3 MB. */
export const MAX_FEED_BYTES = 2 * 1024 * 1024
/** Unfolded. Long descriptions are seen, a megabyte in one line is not. */
const MAX_LINE_LENGTH = 64 * 1024
/** VCALENDAR, VEVENT, VALARM: three levels are all there are. */
const MAX_DEPTH = 4

const NAME = /^[A-Za-z0-9-]+/
const PARAMETER =
  /^;([A-Za-z0-9-]+)=((?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)(?:,(?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*))*)/

/** One or more VCALENDARs, in order. Throws `roster_unreadable`. */
export function readCalendars(bytes: Uint8Array): readonly IcalComponent[] {
  if (bytes.length > MAX_FEED_BYTES) throw unreadable(`it is larger than ${MAX_FEED_BYTES} bytes`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Failure('roster_unreadable', 'the calendar is not UTF-8', { cause })
  }
  const root = open('', 0)
  const stack = [root]
  for (const { line, number } of unfolded(text)) {
    const property = readLine(line, number)
    const top = stack.at(-1) ?? root
    if (property.name === 'BEGIN') {
      if (stack.length > MAX_DEPTH) throw unreadable(`line ${number} is nested too deeply`)
      stack.push(open(property.value.toUpperCase(), number))
    } else if (property.name === 'END') {
      if (stack.length === 1 || property.value.toUpperCase() !== top.name) {
        throw unreadable(`line ${number} ends what was not begun`)
      }
      stack.pop()
      stack.at(-1)?.components.push(top)
    } else if (stack.length === 1) throw unreadable(`line ${number} stands outside a calendar`)
    else top.properties.push(property)
  }
  if (stack.length > 1) throw unreadable('a component is not ended: the file is cut')
  if (root.components.length === 0) throw unreadable('it holds no calendar')
  if (root.components.some(({ name }) => name !== 'VCALENDAR')) {
    throw unreadable('something beside VCALENDAR stands at the top')
  }
  return root.components
}

export function unreadable(detail: string): Failure {
  return new Failure('roster_unreadable', `the calendar cannot be read: ${detail}`)
}

type Open = {
  readonly name: string
  readonly line: number
  readonly properties: IcalProperty[]
  readonly components: IcalComponent[]
}

const open = (name: string, line: number): Open => ({ name, line, properties: [], components: [] })

/** Joins lines that begin with white space to the one before. Bare line feeds are in too many feeds to refuse. */
function* unfolded(text: string): Generator<{ line: string; number: number }> {
  let line: string[] = []
  let length = 0
  let first = 0
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const isMore = raw.startsWith(' ') || raw.startsWith('\t')
    if (!isMore) {
      if (length > 0) yield { line: line.join(''), number: first }
      line = []
      length = 0
      first = index + 1
    } else if (length === 0) throw unreadable(`line ${index + 1} continues nothing`)
    line.push(isMore ? raw.slice(1) : raw)
    length += raw.length
    if (length > MAX_LINE_LENGTH) throw unreadable(`line ${first} is too long`)
  }
  if (length > 0) yield { line: line.join(''), number: first }
}

function readLine(line: string, number: number): IcalProperty {
  const name = NAME.exec(line)?.[0]
  if (name === undefined) throw unreadable(`line ${number} has no name`)
  const parameters = new Map<string, string>()
  let rest = line.slice(name.length)
  while (rest.startsWith(';')) {
    const [all, key, value] = PARAMETER.exec(rest) ?? []
    if (all === undefined || key === undefined || value === undefined) {
      throw unreadable(`line ${number} has a malformed parameter`)
    }
    const upper = key.toUpperCase()
    if (parameters.has(upper)) throw unreadable(`line ${number} repeats a parameter`)
    parameters.set(upper, value.replaceAll('"', ''))
    rest = rest.slice(all.length)
  }
  if (!rest.startsWith(':')) throw unreadable(`line ${number} has no value`)
  return { name: name.toUpperCase(), parameters, value: rest.slice(1) }
}

/** Text as people wrote it (RFC 5545 section 3.3.11). */
export function unescaped(value: string): string {
  return value.replace(/\\([\\;,nN])/g, (_, char: string) =>
    char.toLowerCase() === 'n' ? '\n' : char,
  )
}
