/** docs/reference/events.md: the closed vocabulary of the ledger. */
import { EVENTS, type EventName } from '../../src/kernel/entry.ts'
import { EVENT_MEANINGS } from './event-meanings.ts'
import { code, GENERATED, table } from './markdown.ts'

export function eventsPage(): string {
  const names = Object.keys(EVENTS) as EventName[]
  return `# Ledger events

${GENERATED}

An entry is canonical JSON (RFC 8785), at most 16 KiB, and public to every verifier for ever. So it holds only
ids, enums, digests, instants, counts, flags and labels. Arguments, results, reasons, names and ticket numbers are
payloads: stored apart, encrypted, and bound by a salted commitment in \`commits\`.

## Every entry

${table(['member', 'what it is'], FRAME)}
## Kinds of fields

${table(['kind', 'what it may hold'], KINDS)}
A field ending in \`?\` may be absent. Adding an event or an optional field is compatible; anything else is a new
entry version.

## Events

${table(
  ['event', '`data`', 'what it says'],
  names.map((name) => [code(name), fieldsOf(name), EVENT_MEANINGS[name]]),
)}`
}

// biome-ignore format: a table reads best with one row per line
const FRAME: readonly (readonly [string, string])[] = [
  ['`v`', 'Version of the entry: 1.'],
  ['`id`', 'UUIDv7 of the entry. Its place in the log is not in its bytes; the tree proves it.'],
  ['`type`', 'One of the events below.'],
  ['`time`', 'The clock of the node, a claim; order is what the tree proves.'],
  ['`tenant`', 'Whose log it is.'],
  ['`case`', 'Where it belongs to a case: `id`, `seq` (from 0, without gaps) and `prev`, the leaf hash of the entry before it in the case.'],
  ['`task`, `call`', 'The agent session and the call it is about.'],
  ['`actor`', 'Who did it: `kind` is `agent`, `person` or `system`, and `id`.'],
  ['`cites`', 'Earlier entries it rests on: `id`, `index`, `leaf`.'],
  ['`data`', 'The fields of the event.'],
  ['`commits`', 'By payload name: `c`, the commitment; `len`, the length rounded up to a power of two; `cls`, the data class; `mt`, the media type.'],
]

// biome-ignore format: a table reads best with one row per line
const KINDS: readonly (readonly [string, string])[] = [
  ['`id`, `ids`', 'Our own ids.'],
  ['`digest`, `digests`', '`sha256:` and 64 hex digits.'],
  ['`instant`', 'RFC 3339 in UTC.'],
  ['`count`', 'A whole number from 0.'],
  ['`flag`', '`true` or `false`.'],
  ['`label`, `labels`', '1 to 80 of `A-Z a-z 0-9 _ . : / @ -`, chosen by us or reviewed by a person.'],
]

function fieldsOf(name: EventName): string {
  const fields: Readonly<Record<string, string>> = EVENTS[name]
  return Object.entries(fields)
    .map(([field, kind]) => {
      const isOptional = kind.endsWith('?')
      return `${code(`${field}${isOptional ? '?' : ''}`)} ${kind.replace('?', '')}`
    })
    .join(', ')
}
