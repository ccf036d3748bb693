/** The queue: whose, what, how long still. Only the rows on the screen exist, so that ten thousand scroll. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { useNames } from '../api/names.ts'
import { approvalsQuery, meQuery } from '../api/queries.ts'
import type { ApprovalSummary, Me } from '../api/wire.ts'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import css from './queue.module.css'
import { QueueFilters } from './queue-filters.tsx'
import { queueOf } from './queue-order.ts'
import { QueueRow } from './queue-row.tsx'
import { useQueueKeys } from './use-queue-keys.ts'

const ROW_PX = 98
const route = getRouteApi('/approvals')

export function Queue() {
  const search = route.useSearch()
  const me = useQuery(meQuery).data
  const all = useQuery(approvalsQuery)
  const names = useNames()
  if (me === undefined || all.isPending) return <Loading rows={6} label="Loading the queue" />
  if (all.isError) return <Trouble error={all.error} onRetry={() => void all.refetch()} />
  const nameOf = (request: ApprovalSummary) =>
    `${names.agent(request.agent)} ${names.caseRef(request.case)} ${names.person(request.owner)}`
  const shown = queueOf(all.data, search, me, nameOf)
  return (
    <div className={css.queue}>
      <h1 className={css.title}>Approvals</h1>
      <QueueFilters all={all.data} me={me} search={search} />
      {shown.length === 0 ? (
        <Nothing
          title={search.q === undefined ? EMPTY[search.view ?? 'waiting'] : 'Nothing matches.'}
        />
      ) : (
        <Rows shown={shown} me={me} />
      )}
    </div>
  )
}

const EMPTY = {
  mine: 'Nothing waits for you.',
  waiting: 'Nobody is waiting. The agents run within policy.',
  decided: 'No decisions yet.',
} as const

function Rows({ shown, me }: { readonly shown: readonly ApprovalSummary[]; readonly me: Me }) {
  const frame = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  })
  useQueueKeys(shown, (index) => rows.scrollToIndex(index))
  return (
    <div className={css.frame} ref={frame}>
      <ul className={css.rows} style={{ height: rows.getTotalSize() }} aria-label="Requests">
        {rows.getVirtualItems().map(({ index, start }) => {
          const request = shown[index]
          if (request === undefined) return null
          return (
            <li
              key={request.id}
              className={css.place}
              style={{ transform: `translateY(${start}px)`, height: ROW_PX }}
              aria-setsize={shown.length}
              aria-posinset={index + 1}
            >
              <QueueRow request={request} me={me} />
            </li>
          )
        })}
      </ul>
    </div>
  )
}
