/** What an entry of the ledger changed, in the words of the live stream. Pure. */
import type { Change, ChangeKind } from '../../contract/events.ts'
import type { StoredEntry } from '../../ledger/ports.ts'
import { readEntry } from '../../ledger/read-entry.ts'

/** First word of an event's name to what it is about, and the field of its data that holds the id. */
const ABOUT: Readonly<Record<string, readonly [ChangeKind, string]>> = {
  approval: ['approval', 'request'],
  grant: ['approval', 'request'],
  agent: ['agent', 'agent'],
  person: ['person', 'person'],
  passkey: ['person', 'person'],
  login: ['person', 'person'],
  certificate: ['person', 'person'],
  roster: ['roster', ''],
  policy: ['policy', ''],
  // A plan is a chain of calls, and what its approval and its end say is about all of them.
  plan: ['call', ''],
  stop: ['stop', 'stop'],
  task: ['task', 'task'],
  token: ['task', 'task'],
  tool: ['tool', 'tool'],
}
/** Events of a call begin like those of a tool. */
const OF_CALL = /^(tool\.call|tool\.result|lease|prompt|recommendation)\b/

/** Never empty: what is in no table may have changed anything. */
export function changesOf(stored: StoredEntry): readonly Change[] {
  const version = stored.index
  const read = readEntry(stored.bytes)
  if (!read.ok) return [{ kind: 'everything', id: '*', version }]
  const { type, data, case: place, call } = read.entry
  const changes: Change[] = []
  const add = (kind: ChangeKind, id: unknown) =>
    changes.push({ kind, id: typeof id === 'string' ? id : '*', version })
  if (OF_CALL.test(type)) add('call', call)
  else {
    const [kind, field] = ABOUT[type.split('.', 1)[0] ?? ''] ?? []
    if (kind !== undefined) add(kind, data[field ?? ''])
  }
  if (place !== undefined) add('case', place.id)
  return changes.length === 0 ? [{ kind: 'everything', id: '*', version }] : changes
}

/** The newest change of each thing, in the order of the log. */
export function newestOf(changes: readonly Change[]): readonly Change[] {
  const byThing = new Map<string, Change>()
  for (const change of changes) {
    const key = `${change.kind}\n${change.id}`
    byThing.delete(key)
    byThing.set(key, change)
  }
  return [...byThing.values()]
}
