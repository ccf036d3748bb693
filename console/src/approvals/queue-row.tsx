/** One request in the queue: enough to know whether it is yours and whether it can wait. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useNames } from '../api/names.ts'
import { approvalQuery } from '../api/queries.ts'
import type { ApprovalSummary, Me } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Age, Left } from '../ui/when.tsx'
import { readPackage } from './package.ts'
import { isMine } from './queue-order.ts'
import css from './queue-row.module.css'
import { actionText, effectTone, stateText } from './words.ts'

export function QueueRow({ request, me }: { readonly request: ApprovalSummary; readonly me: Me }) {
  const names = useNames()
  const [state, tone] = stateText(request.state)
  const isWaiting = request.state === 'pending'
  return (
    <Link
      to="/approvals/$id"
      params={{ id: request.id }}
      search={true}
      className={css.row}
      data-mine={isMine(request, me)}
    >
      <span className={css.first}>
        <strong className={css.action}>
          {actionText(request.action)} <Targets request={request} />
        </strong>
        <span className={css.clock} data-tone={tone}>
          {isWaiting ? <Left untilMs={request.expires_at_ms} /> : state}
        </span>
      </span>
      <span className={css.second}>
        {visible(names.agent(request.agent))} · {visible(names.caseRef(request.case))} ·{' '}
        <Age atMs={request.decided_at_ms ?? request.created_at_ms} /> ago
      </span>
      <span className={css.third}>
        <Chip tone={effectTone(request.effect)}>{request.effect}</Chip>
        {request.irreversible && (
          <Chip tone="danger" icon="once">
            no undo
          </Chip>
        )}
        <span className={css.owner}>
          {isWaiting
            ? request.owner === me.id
              ? 'yours'
              : names.person(request.owner)
            : names.person(request.decided_by)}
        </span>
      </span>
    </Link>
  )
}

/** What it acts upon, once the request has been read; the list itself does not say. */
function Targets({ request }: { readonly request: ApprovalSummary }) {
  const { data } = useQuery({ ...approvalQuery(request.id), enabled: false })
  const shown = data?.package.state === 'present' ? readPackage(data.package.value) : undefined
  if (shown === undefined) return null
  return <>{shown.targets.map(({ id }) => visible(id).slice(0, 60)).join(', ')}</>
}
