/** One request in the queue: enough to know whether it is yours and whether it can wait. */
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { Names } from '../api/names.ts'
import type { ApprovalListed, Me } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Age, Left } from '../ui/when.tsx'
import css from './queue-row.module.css'
import { actionText, effectTone, stateText } from './words.ts'

/** Drawn again only when what it shows changed: a list that scrolls has others to draw. */
export const QueueRow = memo(function QueueRow({
  request,
  me,
  names,
}: {
  readonly request: ApprovalListed
  readonly me: Me
  readonly names: Names
}) {
  const [state, tone] = stateText(request.state)
  const isWaiting = request.state === 'pending'
  return (
    <Link
      to="/approvals/$id"
      params={{ id: request.id }}
      search={true}
      className={css.row}
      data-mine={isWaiting && request.owner === me.id}
    >
      <span className={css.first}>
        <strong className={css.action}>
          {actionText(request.action)} {targetsText(request.targets)}
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
})

/** The queue knows targets as `kind/id` in small letters; the literal ones stand in the request. */
function targetsText(targets: readonly string[]): string {
  const [first, ...others] = targets.map((target) => target.slice(target.indexOf('/') + 1))
  if (first === undefined) return ''
  const more = others.length === 0 ? '' : ` and ${others.length} more`
  return `${visible(first).slice(0, 60)}${more}`
}
