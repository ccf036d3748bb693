/** Approvals: the queue, and beside it (on a phone: after it) the decision. */
import { Outlet, useMatch } from '@tanstack/react-router'
import css from './approvals.module.css'
import { Queue } from './queue.tsx'

export function Approvals() {
  const one = useMatch({ from: '/approvals/$id', shouldThrow: false })
  const several = useMatch({ from: '/approvals/group', shouldThrow: false })
  const isOpen = one !== undefined || several !== undefined
  return (
    <div className={css.both} data-open={isOpen}>
      <div className={css.queue}>
        <Queue />
      </div>
      <div className={css.decision}>
        <Outlet />
      </div>
    </div>
  )
}
