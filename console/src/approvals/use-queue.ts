/** The parts of the queue that are on the screen. The gateway sorts; a place whose page has not come is empty. */
import { useQueries } from '@tanstack/react-query'
import { QUEUE_PAGE, queueQuery } from '../api/queries.ts'
import type { ApprovalListed, QueueFilter, QueuePage } from '../api/wire.ts'

export type QueuePart = {
  readonly total: number
  readonly at: (index: number) => ApprovalListed | undefined
  /** Where a request stands, as far as it is on the screen; -1 where it is not. */
  readonly indexOf: (id: string) => number
}

/** `first` and `last`: the rows on the screen. */
export function useQueuePart(
  filter: QueueFilter,
  total: number,
  first: number,
  last: number,
): QueuePart {
  const wanted = pagesBetween(first, last)
  const found = useQueries({ queries: wanted.map((page) => queueQuery(filter, page)) })
  const pages = new Map<number, QueuePage | undefined>(
    wanted.map((page, at) => [page, found[at]?.data]),
  )
  return {
    total,
    at: (index) => pages.get(Math.floor(index / QUEUE_PAGE))?.approvals[index % QUEUE_PAGE],
    indexOf: (id) => {
      for (const [page, known] of pages) {
        const at = known?.approvals.findIndex((request) => request.id === id) ?? -1
        if (at >= 0) return page * QUEUE_PAGE + at
      }
      return -1
    },
  }
}

function pagesBetween(first: number, last: number): readonly number[] {
  const from = Math.floor(first / QUEUE_PAGE)
  const to = Math.floor(last / QUEUE_PAGE)
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}
