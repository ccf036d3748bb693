/** The places at the side of a wide screen. */
import { Link } from '@tanstack/react-router'
import { Icon } from '../ui/icon.tsx'
import css from './nav.module.css'
import { PendingCount } from './pending-count.tsx'
import { PLACE_GROUPS } from './places.ts'

export function Nav() {
  return (
    <nav className={css.nav} aria-label="Places">
      {PLACE_GROUPS.map(({ title, places }) => (
        <section key={title} className={css.group}>
          <h2 className={css.title}>{title}</h2>
          <ul>
            {places.map(({ to, name, icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  className={css.place}
                  activeOptions={{ exact: to === '/', includeSearch: false }}
                >
                  <Icon name={icon} />
                  <span>{name}</span>
                  {to === '/approvals' && <PendingCount />}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  )
}
