/** How many requests wait for people, said politely when it changes. */
import { VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { countsQuery } from '../api/queries.ts'
import css from './pending-count.module.css'

export function PendingCount() {
  const waiting = useQuery(countsQuery).data?.waiting ?? 0
  if (waiting === 0) return null
  return (
    <span className={css.count} title={`${waiting} waiting`}>
      {waiting > 999 ? '999+' : waiting}
      <VisuallyHidden> waiting</VisuallyHidden>
    </span>
  )
}
