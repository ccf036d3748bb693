/** What one does with passkeys. Whatever the gateway answers, people and keys are read again. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { send } from '../api/client.ts'
import type { Passkey } from '../api/wire.ts'
import { enrolHere } from '../passkey/enrol.ts'

export const REVOKE_REASONS = ['lost', 'stolen', 'replaced', 'not-theirs', 'left'] as const
export type RevokeReason = (typeof REVOKE_REASONS)[number]

export const useEnrol = () => useChange((name: string) => enrolHere(name))

/** Names the key that was compared, so that no other can be vouched for in its place. */
export const useVouch = () =>
  useChange(({ id, key }: Passkey) => send('POST', `/api/v1/passkeys/${id}/vouch`, { key }))

export const useRevoke = () =>
  useChange(({ id, reason }: { readonly id: string; readonly reason: RevokeReason }) =>
    send('POST', `/api/v1/passkeys/${id}/revoke`, { reason }),
  )

function useChange<Input, Made>(change: (input: Input) => Promise<Made>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ queryKey: ['person'] }),
  })
}
