/** The bar at the top: the name, whether what you see is fresh, the palette, the stop, and you. */
import { spotlight } from '@mantine/spotlight'
import type { Me } from '../api/wire.ts'
import { StopSwitch } from '../stop/stop-switch.tsx'
import { Icon } from '../ui/icon.tsx'
import { Mark } from '../ui/mark.tsx'
import { Account } from './account.tsx'
import css from './top-bar.module.css'

export function TopBar({ me }: { readonly me: Me }) {
  return (
    <header className={css.bar}>
      <span className={css.brand}>
        <Mark />
        <span className={css.name}>Countersign</span>
      </span>
      <button type="button" className={css.search} onClick={spotlight.open}>
        <Icon name="search" />
        <span className={css.hint}>Search and go to</span>
        <span className={css.key} />
      </button>
      <span className={css.right}>
        <StopSwitch />
        <Account me={me} />
      </span>
    </header>
  )
}
