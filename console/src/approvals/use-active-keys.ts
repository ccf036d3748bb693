/** The passkeys of whoever sits here that somebody vouched for; undefined while they are being asked for. */
import { useQuery } from '@tanstack/react-query'
import { meQuery, passkeysQuery } from '../api/queries.ts'
import type { Passkey } from '../api/wire.ts'

export function useActiveKeys(): readonly Passkey[] | undefined {
  const me = useQuery(meQuery).data
  const keys = useQuery({ ...passkeysQuery(me?.id ?? ''), enabled: me !== undefined })
  return keys.data?.filter(({ state }) => state === 'active')
}
