/** The one place where answers of the gateway are kept. */
import { QueryClient } from '@tanstack/react-query'
import { Problem } from './problem.ts'
import { approvalQuery, meQuery } from './queries.ts'

/** A refusal will be refused again; only what did not arrive is worth another try. */
const MAX_TRIES = 2

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (failures, error) =>
        failures < MAX_TRIES && (!(error instanceof Problem) || error.status === 0),
    },
    mutations: { retry: false },
  },
})

/** Who is here, asked before anything is drawn. What fails is asked again by the view that needs it. */
export function askWhoIsHere(): void {
  void queryClient.prefetchQuery(meQuery)
}

/** A request, asked for while the views still come. */
export function askForRequest(id: string): void {
  void queryClient.prefetchQuery(approvalQuery(id))
}
