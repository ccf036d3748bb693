/** Changes that need a second person: reading them, being that person, and saying no. */

import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { get, send } from '../api/client.ts'
import type { Change, ChangeAnswer, Passkey, ShownChange } from '../api/wire.ts'
import { digestOf } from '../approvals/check-seen.ts'
import { countersign } from '../passkey/countersign.ts'
import { tell } from '../ui/tell.ts'

export const changesQuery = queryOptions({
  queryKey: ['change', 'all'],
  queryFn: async ({ signal }) =>
    (await get<{ changes: Change[] }>('/api/v1/changes', signal)).changes,
})

export const changeQuery = (id: string) =>
  queryOptions({
    queryKey: ['change', 'one', id],
    queryFn: ({ signal }) => get<ShownChange>(`/api/v1/changes/${encodeURIComponent(id)}`, signal),
  })

/** Whether the digest is that of what is shown; computed here, so that nothing else can be signed. */
export async function isWhatIsProposed(change: ShownChange): Promise<boolean> {
  const { id, kind, content, proposed_by, due_at_ms, digest } = change
  const said = { id, kind, content, proposed_by, due_at_ms }
  return content !== undefined && (await digestOf('countersign-change-v1', said)) === digest
}

/** Signs the digest of what is on the screen; the change is made with it. Answers a token where one was made. */
export function useConfirm(change: ShownChange, keys: readonly Passkey[]) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async () => {
      const { id, digest } = change
      const assertion = await countersign(digest, keys)
      const body = { seen_digest: digest, assertion }
      return send<ChangeAnswer>('POST', `/api/v1/changes/${id}/confirm`, body)
    },
    onSuccess: () => tell({ title: 'Made', message: 'Both names are on record.' }),
    onSettled: () => client.invalidateQueries(),
  })
}

export type Verdict =
  | { readonly verb: 'reject'; readonly reason: string }
  | { readonly verb: 'review'; readonly reason: string; readonly verdict: 'upheld' | 'objected' }

export function useVerdict(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ verb, ...body }: Verdict) =>
      send<ChangeAnswer>('POST', `/api/v1/changes/${id}/${verb}`, body),
    onSettled: () => client.invalidateQueries({ queryKey: ['change'] }),
  })
}
