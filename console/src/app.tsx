/** Everything the views stand on: look, data, live updates, session, routes. */
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { Suspense } from 'react'
import { queryClient } from './api/query-client.ts'
import { later } from './api/quiet.ts'
import { router } from './router.tsx'
import { nonce } from './theme/nonce.ts'
import { cssVariables, theme } from './theme/theme.ts'

/** Nothing is said before something was done, so the first view does not wait for it; what is said waits. */
const Notifications = later(async () => (await import('@mantine/notifications')).Notifications)

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={nonce}
    >
      <QueryClientProvider client={queryClient}>
        <Suspense>
          <Notifications position="top-right" limit={3} />
        </Suspense>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  )
}
