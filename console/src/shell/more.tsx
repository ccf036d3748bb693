/** The places that do not fit at the bottom of a phone. */
import { Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Icon } from '../ui/icon.tsx'
import { PLACES, TABS } from './places.ts'
import css from './tabs.module.css'

export function More() {
  const navigate = useNavigate()
  const rest = PLACES.filter((place) => !TABS.includes(place))
  if (rest.length === 0) return null
  return (
    <Menu position="top-end" withinPortal={false} withInitialFocusPlaceholder={false}>
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
