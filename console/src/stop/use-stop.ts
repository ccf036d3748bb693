/** Pressing and releasing the switch; both are on record, and every open console sees them at once. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { send } from '../api/client.ts'
import type { Stop } from '../api/wire.ts'

export type Pressing = { readonly scope: Stop['scope']; readonly subject?: string }

export function usePressStop() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (pressing: Pressing) => send('POST', '/api/v1/stops', pressing),
    onSettled: () => client.invalidateQueries({ queryKey: ['stop'] }),
  })
}

export function useReleaseStop() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, reason }: { readonly id: string; readonly reason: string }) =>
      send('DELETE', `/api/v1/stops/${id}`, { reason }),
    onSettled: () => client.invalidateQueries({ queryKey: ['stop'] }),
  })
}
