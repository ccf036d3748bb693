/** The same places at the bottom of a phone, where a thumb is. */
import { Menu } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { Icon } from '../ui/icon.tsx'
import { PendingCount } from './pending-count.tsx'
import { PLACES, TABS } from './places.ts'
import css from './tabs.module.css'

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
      <More />
    </nav>
  )
}

function More() {
  const navigate = useNavigate()
  const rest = PLACES.filter((place) => !TABS.includes(place))
  if (rest.length === 0) return null
  return (
    <Menu position="top-end" withinPortal>
      <Menu.Target>
        <button type="button" className={css.tab}>
          <Icon name="more" size={18} />
          <span className={css.name}>More</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {rest.map(({ to, name, icon }) => (
          <Menu.Item
            key={to}
            leftSection={<Icon name={icon} />}
            onClick={() => void navigate({ to })}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
