/** Everything the views stand on: look, data, live updates, session, routes. */
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { Problem } from './api/problem.ts'
import { router } from './router.tsx'
import { nonce } from './theme/nonce.ts'
import { cssVariables, theme } from './theme/theme.ts'

/** Nothing is said before something was done, so the first view does not wait for it; what is said waits. */
const Notifications = lazy(async () => ({
  default: (await import('@mantine/notifications')).Notifications,
}))

/** A refusal will be refused again; only what did not arrive is worth another try. */
const MAX_TRIES = 2

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) =>
        failures < MAX_TRIES && (!(error instanceof Problem) || error.status === 0),
    },
    mutations: { retry: false },
  },
})

export function App() {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={nonce}
    >
      <QueryClientProvider client={client}>
        <Suspense>
          <Notifications position="top-right" limit={3} />
        </Suspense>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  )
}
