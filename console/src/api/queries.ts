/**
 * What the console asks for, by key. The first word of a key is the `kind` of a live event (live/invalidate.ts),
 * so that a change at the gateway refetches exactly what it touched.
 */
import { queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'
import type { ApprovalSummary, Me } from './wire.ts'

export const meQuery = queryOptions({
  queryKey: ['person', 'me'],
  queryFn: ({ signal }) => get<Me>('/api/v1/me', signal),
  retry: false,
  staleTime: 60_000,
})

export const approvalsQuery = queryOptions({
  queryKey: ['approval', 'all'],
  queryFn: async ({ signal }) =>
    (await get<{ approvals: ApprovalSummary[] }>('/api/v1/approvals', signal)).approvals,
})
