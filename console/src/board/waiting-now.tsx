/** The most urgent requests, and how long the oldest has waited. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useNames } from '../api/names.ts'
import { meQuery, oldestQuery, queueQuery } from '../api/queries.ts'
import { QueueRow } from '../approvals/queue-row.tsx'
import { Panel } from '../ui/panel.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { Age } from '../ui/when.tsx'
import css from './board.module.css'

const SHOWN = 5

export function WaitingNow() {
  const me = useQuery(meQuery).data
  const names = useNames()
  const oldest = useQuery(oldestQuery).data
  const queue = useQuery(queueQuery({ view: 'waiting', q: '' }, 0))
  if (queue.isError) return <Trouble error={queue.error} onRetry={() => void queue.refetch()} />
  if (me === undefined || queue.isPending) return <Loading label="Loading what waits" />
  const { approvals: waiting, total } = queue.data
  return (
    <Panel
      title={total === 0 ? 'Waiting for people' : `Waiting for people: ${total}`}
      note={
        oldest == null ? undefined : (
          <>
            the oldest for <Age atMs={oldest.created_at_ms} />
          </>
        )
      }
    >
      {waiting.length === 0 && <Nothing title="Nobody is waiting." />}
      <ul className={css.rows}>
        {waiting.slice(0, SHOWN).map((request) => (
          <li key={request.id} className={css.row}>
            <QueueRow request={request} me={me} names={names} />
          </li>
        ))}
      </ul>
      {total > SHOWN && (
        <p className={css.more}>
          <Link to="/approvals">All {total}</Link>
        </p>
      )}
    </Panel>
  )
}
