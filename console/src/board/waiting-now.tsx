/** The most urgent requests, and how long the oldest has waited. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { approvalsQuery, meQuery } from '../api/queries.ts'
import { queueOf } from '../approvals/queue-order.ts'
import { QueueRow } from '../approvals/queue-row.tsx'
import { Panel } from '../ui/panel.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { Age } from '../ui/when.tsx'
import css from './board.module.css'

const SHOWN = 5

export function WaitingNow() {
  const me = useQuery(meQuery).data
  const all = useQuery(approvalsQuery)
  if (all.isError) return <Trouble error={all.error} onRetry={() => void all.refetch()} />
  if (me === undefined || all.isPending) return <Loading label="Loading what waits" />
  const waiting = queueOf(all.data, {}, me, () => '')
  const oldest = Math.min(...waiting.map(({ created_at_ms: at }) => at))
  return (
    <Panel
      title={waiting.length === 0 ? 'Waiting for people' : `Waiting for people: ${waiting.length}`}
      note={
        waiting.length === 0 ? undefined : (
          <>
            the oldest for <Age atMs={oldest} />
          </>
        )
      }
    >
      {waiting.length === 0 && <Nothing title="Nobody is waiting." />}
      <ul className={css.rows}>
        {waiting.slice(0, SHOWN).map((request) => (
          <li key={request.id} className={css.row}>
            <QueueRow request={request} me={me} />
          </li>
        ))}
      </ul>
      {waiting.length > SHOWN && (
        <p className={css.more}>
          <Link to="/approvals">All {waiting.length}</Link>
        </p>
      )}
    </Panel>
  )
}
