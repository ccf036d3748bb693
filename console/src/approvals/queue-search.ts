/** What the queue is filtered by, as it stands in the address. Anything else there is dropped. */
import type { QueueFilter, QueueView } from '../api/wire.ts'

export const QUEUE_VIEWS = [
  'mine',
  'teams',
  'waiting',
  'decided',
] as const satisfies readonly QueueView[]

export type QueueSearch = {
  /** Absent: `waiting`. */
  readonly view?: QueueView
  readonly q?: string
}

export function readQueueSearch(given: Readonly<Record<string, unknown>>): QueueSearch {
  const view = QUEUE_VIEWS.find((known) => known === given.view)
  const text = typeof given.q === 'string' ? given.q.slice(0, 200) : ''
  return { ...(view === undefined ? {} : { view }), ...(text === '' ? {} : { q: text }) }
}

export function filterOf({ view = 'waiting', q = '' }: QueueSearch): QueueFilter {
  return { view, q: q.trim() }
}
