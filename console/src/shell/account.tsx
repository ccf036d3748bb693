/** Who sits here, and how they want to see and steer the console. */
import { Menu, useMantineColorScheme } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { send } from '../api/client.ts'
import { forgetToken } from '../api/session.ts'
import type { Me } from '../api/wire.ts'
import { Icon } from '../ui/icon.tsx'
import css from './account.module.css'
import { AccountFace, accountClass } from './account-face.tsx'
import { setSingleKeys, useSingleKeys } from './single-keys.ts'

export function Account({ me }: { readonly me: Me }) {
  const { setColorScheme } = useMantineColorScheme()
  const singleKeys = useSingleKeys()
  const client = useQueryClient()
  const leave = async () => {
    await send('DELETE', '/api/v1/session').catch(() => undefined)
    forgetToken()
    client.clear()
    globalThis.location.assign('/')
  }
  return (
    <Menu
      position="bottom-end"
      width={260}
      withinPortal={false}
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>
        <button type="button" className={accountClass}>
          <AccountFace me={me} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={css.head}>
          <strong>{me.name}</strong>
          <span>{me.roles.join(', ')}</span>
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="sun" />} onClick={() => setColorScheme('light')}>
          Light
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="moon" />} onClick={() => setColorScheme('dark')}>
          Dark
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="board" />} onClick={() => setColorScheme('auto')}>
          As the system says
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="key" />} onClick={() => setSingleKeys(!singleKeys)}>
          Single-key shortcuts: {singleKeys ? 'on' : 'off'}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="back" />} onClick={() => void leave()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
