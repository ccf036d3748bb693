/** The queue: whose, what, how long still. Only the rows on the screen exist, so that ten thousand scroll. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { meQuery } from '../api/queries.ts'
import { Loading } from '../ui/states.tsx'
import css from './queue.module.css'
import { QueueFilters } from './queue-filters.tsx'
import { QueueRows } from './queue-rows.tsx'
import { filterOf } from './queue-search.ts'

const route = getRouteApi('/approvals')

export function Queue() {
  const search = route.useSearch()
  const me = useQuery(meQuery).data
  const filter = filterOf(search)
  if (me === undefined) return <Loading rows={6} label="Loading the queue" />
  return (
    <div className={css.queue}>
      <h1 className={css.title}>Approvals</h1>
      <QueueFilters search={search} />
      <QueueRows key={`${filter.view} ${filter.q}`} filter={filter} me={me} />
    </div>
  )
}
