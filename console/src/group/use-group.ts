/** The members of a group as they stand now, each checked to be what it says; and sending the one decision. */

import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { send } from '../api/client.ts'
import { approvalQuery } from '../api/queries.ts'
import type { Approval, Passkey } from '../api/wire.ts'
import { isWhatIsSigned } from '../approvals/check-seen.ts'
import { readPackage } from '../approvals/package.ts'
import { countersign } from '../passkey/countersign.ts'
import { tell } from '../ui/tell.ts'
import { groupBody, type Seen, type Verdict } from './bind-group.ts'

export type GroupState = {
  readonly error: unknown
  /** In the order of `ids`; undefined until all are here, and for good when one cannot be shown. */
  readonly seen: readonly Seen[] | undefined
  readonly isSound: boolean | undefined
}

export function useMembers(ids: readonly string[]): GroupState {
  const asked = useQueries({ queries: ids.map(approvalQuery) })
  const requests = asked.flatMap(({ data }) => (data === undefined ? [] : [data]))
  const checks = useQueries({
    queries: requests.map((request) => ({
      queryKey: ['seen', request.id, request.action_digest],
      queryFn: () => isWhatIsSigned(request),
      staleTime: Number.POSITIVE_INFINITY,
    })),
  })
  useRecordedLooks(requests)
  const seen = requests.flatMap(seenIn)
  const sound = checks.map(({ data }) => data)
  return {
    error: asked.find(({ error }) => error !== null)?.error,
    seen: seen.length === ids.length ? seen : undefined,
    isSound: sound.includes(false) ? false : sound.includes(undefined) ? undefined : true,
  }
}

function seenIn(request: Approval): readonly Seen[] {
  const { package: part } = request
  const shown = part.state === 'present' ? readPackage(part.value) : undefined
  return shown === undefined ? [] : [{ request, shown }]
}

/** Each first look is an entry of the ledger, as for one request alone. */
function useRecordedLooks(requests: readonly Approval[]): void {
  const client = useQueryClient()
  const ids = requests
    .filter(({ state }) => state === 'pending')
    .map(({ id }) => id)
    .join(',')
  useEffect(() => {
    for (const id of ids.split(',').filter((each) => each !== '')) {
      const key = ['looked', id]
      if (client.getQueryData(key) === true) continue
      client.setQueryData(key, true)
      send('POST', `/api/v1/approvals/${id}/view`).catch(() => client.setQueryData(key, false))
    }
  }, [client, ids])
}

export function useGroupDecision(members: readonly Seen[], excluded: readonly Seen[]) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async (said: {
      readonly verdict: Verdict
      readonly reason: string
      readonly acknowledged: readonly string[]
      readonly passkeys?: readonly Passkey[] | undefined
    }) => {
      const { verdict, reason, acknowledged, passkeys } = said
      const body = await groupBody(verdict, members, excluded)
      const signed =
        passkeys === undefined ? {} : { assertion: await countersign(body.seen_digest, passkeys) }
      const yes = verdict === 'approve' ? { acknowledged, ...signed } : {}
      await send('POST', '/api/v1/approvals/group', { ...body, reason, ...yes })
    },
    onSuccess: (_answer, { verdict }) => {
      const message = `All ${members.length} were decided with one signature and one reason.`
      tell({ title: verdict === 'approve' ? 'Approved' : 'Denied', message })
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['approval'] }),
  })
}
