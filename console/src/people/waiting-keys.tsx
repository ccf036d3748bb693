/** Keys of others that nobody has vouched for yet, for those who may. */
import { useQuery } from '@tanstack/react-query'
import { allPasskeysQuery } from '../api/queries.ts'
import type { Me } from '../api/wire.ts'
import { Panel } from '../ui/panel.tsx'
import { Loading, Trouble } from '../ui/states.tsx'
import css from './people.module.css'
import { VouchItem } from './vouch-item.tsx'

export function WaitingKeys({ me }: { readonly me: Me }) {
  const keys = useQuery(allPasskeysQuery)
  const mayVouch = me.permissions.includes('passkey.vouch')
  const waiting = (keys.data ?? []).filter(
    ({ state, person }) => state === 'pending' && person !== me.id,
  )
  return (
    <Panel title="Keys that wait for a voucher">
      {keys.isPending && <Loading rows={2} label="Loading the keys" />}
      {keys.isError && <Trouble error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.data !== undefined && waiting.length === 0 && (
        <p className={css.soft}>No key of anybody else waits.</p>
      )}
      {waiting.length > 0 && !mayVouch && (
        <p className={css.soft}>Those who lead and platform engineers vouch for keys.</p>
      )}
      <ul>
        {waiting.map((passkey) => (
          <VouchItem key={passkey.id} passkey={passkey} mayVouch={mayVouch} />
        ))}
      </ul>
    </Panel>
  )
}
