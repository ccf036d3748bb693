/** The rows of the queue that are on the screen, and a place for each of the others. */
import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { useNames } from '../api/names.ts'
import { queueQuery } from '../api/queries.ts'
import type { Me, QueueFilter } from '../api/wire.ts'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import css from './queue.module.css'
import { QueueRow } from './queue-row.tsx'
import { useQueuePart } from './use-queue.ts'
import { useQueueKeys } from './use-queue-keys.ts'

const ROW_PX = 98
/** Rows kept beyond the edges, so that a key press lands on one that is there. */
const BEYOND = 6
const EMPTY = {
  mine: 'Nothing is in your hands.',
  teams: 'Nothing waits for you or your teams.',
  waiting: 'Nobody is waiting. The agents run within policy.',
  decided: 'No decisions yet.',
} as const

export function QueueRows({ filter, me }: { readonly filter: QueueFilter; readonly me: Me }) {
  const first = useQuery(queueQuery(filter, 0))
  if (first.isPending) return <Loading rows={6} label="Loading the queue" />
  if (first.isError) return <Trouble error={first.error} onRetry={() => void first.refetch()} />
  const { total } = first.data
  if (total === 0)
    return <Nothing title={filter.q === '' ? EMPTY[filter.view] : 'Nothing matches.'} />
  return <Rows filter={filter} me={me} total={total} />
}

function Rows({
  filter,
  me,
  total,
}: {
  readonly filter: QueueFilter
  readonly me: Me
  readonly total: number
}) {
  const names = useNames()
  const frame = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: total,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: BEYOND,
  })
  const items = rows.getVirtualItems()
  const part = useQueuePart(filter, total, items[0]?.index ?? 0, items.at(-1)?.index ?? 0)
  useQueueKeys(part, (index) => rows.scrollToIndex(index))
  return (
    <div className={css.frame} ref={frame}>
      <ul className={css.rows} style={{ height: rows.getTotalSize() }} aria-label="Requests">
        {items.map(({ index, start }) => {
          const request = part.at(index)
          return (
            <li
              key={request?.id ?? index}
              className={css.place}
              style={{ transform: `translateY(${start}px)`, height: ROW_PX }}
              aria-setsize={total}
              aria-posinset={index + 1}
            >
              {request === undefined ? (
                <div className={css.coming}>…</div>
              ) : (
                <QueueRow request={request} me={me} names={names} />
              )}
            </li>
          )
        })}
      </ul>
    </div>
  )
}
