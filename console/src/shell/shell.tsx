/** The frame around every view: who you are, whether what you see is fresh, where you can go, and the stop. */
import { useQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { isSignedOut } from '../api/problem.ts'
import { meQuery } from '../api/queries.ts'
import { later } from '../api/quiet.ts'
import type { Me } from '../api/wire.ts'
import { LineBanner } from '../live/line-banner.tsx'
import { useKeptLine } from '../live/use-line.ts'
import { Loading, Trouble } from '../ui/states.tsx'
import { Nav } from './nav.tsx'
import css from './shell.module.css'
import { Tabs } from './tabs.tsx'
import { TopBar } from './top-bar.tsx'

/** Comes after the view: nobody opens it in the first second, and a decision must not wait for it. */
const Palette = later(async () => (await import('./palette.tsx')).Palette)

/** Who is signed in never needs it. */
const Login = lazy(async () => ({ default: (await import('../login/login.tsx')).Login }))

export function Shell() {
  const me = useQuery(meQuery)
  if (me.isPending) return <Loading label="Asking who you are" />
  if (me.isError) {
    if (isSignedOut(me.error))
      return (
        <Suspense fallback={<Loading label="Loading the way in" />}>
          <Login />
        </Suspense>
      )
    return <Trouble error={me.error} onRetry={() => void me.refetch()} />
  }
  return <Frame me={me.data} />
}

function Frame({ me }: { readonly me: Me }) {
  useKeptLine()
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#view">
        Skip to the view
      </a>
      <TopBar me={me} />
      <LineBanner />
      <Nav />
      <main id="view" className={css.view} tabIndex={-1}>
        <Outlet />
      </main>
      <Tabs />
      <Suspense>
        <Palette />
      </Suspense>
    </div>
  )
}
