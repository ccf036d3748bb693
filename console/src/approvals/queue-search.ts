/** What the queue is filtered by, as it stands in the address. Anything else there is dropped. */

export const QUEUE_VIEWS = ['mine', 'waiting', 'decided'] as const
export type QueueView = (typeof QUEUE_VIEWS)[number]

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
