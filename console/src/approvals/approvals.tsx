/** Approvals: the queue, and beside it (on a phone: after it) the decision. */
import { Outlet, useMatch } from '@tanstack/react-router'
import css from './approvals.module.css'
import { Queue } from './queue.tsx'

export function Approvals() {
  const isOpen = useMatch({ from: '/approvals/$id', shouldThrow: false }) !== undefined
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
