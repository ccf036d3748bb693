/** Standing plans: reading them, signing one, ending one. */

import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { get, send } from '../api/client.ts'
import { Problem } from '../api/problem.ts'
import type { Me, Passkey, StandingPlan } from '../api/wire.ts'
import { digestOf } from '../approvals/check-seen.ts'
import { countersign } from '../passkey/countersign.ts'
import { tell } from '../ui/tell.ts'

export const standingQuery = queryOptions({
  queryKey: ['standing', 'all'],
  queryFn: async ({ signal }) =>
    (await get<{ standing_plans: StandingPlan[] }>('/api/v1/standing-plans', signal))
      .standing_plans,
})

/** Signs exactly the text that is on the screen. Without a key the gateway says whether it needs one. */
export function useSignStanding(me: Me, keys: readonly Passkey[]) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (text: string) => {
      const proposal = read(text)
      const said = { owner: me.id, proposal, tenant: me.tenant }
      const signed =
        keys.length === 0
          ? {}
          : { assertion: await countersign(await digestOf('countersign-standing-v1', said), keys) }
      await send('POST', '/api/v1/standing-plans', { standing_plan: proposal, ...signed })
    },
    onSuccess: () => {
      const message = 'Calls within it run unasked from now on, and a share is looked at.'
      tell({ title: 'Signed', message })
    },
    onSettled: () => client.invalidateQueries({ queryKey: standingQuery.queryKey }),
  })
}

export function useRevokeStanding(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (reason: string) => send('POST', `/api/v1/standing-plans/${id}/revoke`, { reason }),
    onSettled: () => client.invalidateQueries({ queryKey: standingQuery.queryKey }),
  })
}

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Problem({
      code: 'not_json',
      status: 400,
      detail: 'The text is not JSON.',
      next: 'Paste the proposal as it was sent to you.',
    })
  }
}
