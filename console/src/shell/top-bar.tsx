/** The bar at the top: the name, whether what you see is fresh, the palette, the stop, and you. */
import { Suspense } from 'react'
import { later } from '../api/quiet.ts'
import type { Me } from '../api/wire.ts'
import { StopSwitch } from '../stop/stop-switch.tsx'
import { Icon } from '../ui/icon.tsx'
import { Mark } from '../ui/mark.tsx'
import { AccountFace, accountClass } from './account-face.tsx'
import room from './room.module.css'
import css from './top-bar.module.css'

/** A menu brings what floats; the view comes before it. */
const Account = later(async () => (await import('./account.tsx')).Account)

export function TopBar({ me }: { readonly me: Me }) {
  return (
    <header className={css.bar}>
      <span className={css.brand}>
        <Mark />
        <span className={css.name}>Countersign</span>
      </span>
      <button type="button" className={css.search} onClick={openPalette}>
        <Icon name="search" />
        <span className={room.from800}>Search and go to</span>
        <span className={css.key} />
      </button>
      <span className={css.right}>
        <StopSwitch />
        <Suspense
          fallback={
            <span className={accountClass}>
              <AccountFace me={me} />
            </span>
          }
        >
          <Account me={me} />
        </Suspense>
      </span>
    </header>
  )
}

function openPalette(): void {
  void import('@mantine/spotlight').then(({ spotlight }) => spotlight.open())
}
