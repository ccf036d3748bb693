/** The same places at the bottom of a phone, where a thumb is. */
import { Link } from '@tanstack/react-router'
import { Suspense } from 'react'
import { later } from '../api/quiet.ts'
import { Icon } from '../ui/icon.tsx'
import { PendingCount } from './pending-count.tsx'
import { TABS } from './places.ts'
import css from './tabs.module.css'

/** A menu brings what floats; the view comes before it. */
const More = later(async () => (await import('./more.tsx')).More)

export function Tabs() {
  return (
    <nav className={css.tabs} aria-label="Places">
      {TABS.map(({ to, name, icon }) => (
        <Link
          key={to}
          to={to}
          className={css.tab}
          activeOptions={{ exact: to === '/', includeSearch: false }}
        >
          <Icon name={icon} size={18} />
          <span className={css.name}>
            {name}
            {to === '/approvals' && <PendingCount />}
          </span>
        </Link>
      ))}
      <Suspense fallback={<span className={css.tab} />}>
        <More />
      </Suspense>
    </nav>
  )
}
