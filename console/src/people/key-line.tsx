/** One passkey in a line: what its person calls it, whether it counts, how it begins, who vouched. */
import { useNames } from '../api/names.ts'
import type { Passkey } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { When } from '../ui/when.tsx'
import css from './people.module.css'

export function KeyLine({ passkey }: { readonly passkey: Passkey }) {
  const names = useNames()
  const { name, vouched_by: voucher } = passkey
  return (
    <>
      <strong>{visible(name)}</strong>
      <KeyState state={passkey.state} />
      {!passkey.device_bound && <Chip title="It says it may leave its device">synced</Chip>}
      <span className={css.soft}>
        enrolled <When atMs={passkey.enrolled_at_ms} />
        {voucher !== undefined && `, vouched for by ${visible(names.person(voucher))}`}
        {passkey.revoked_at_ms !== undefined && (
          <>
            , revoked <When atMs={passkey.revoked_at_ms} />
          </>
        )}
      </span>
    </>
  )
}

function KeyState({ state }: { readonly state: Passkey['state'] }) {
  if (state === 'active')
    return (
      <Chip tone="good" icon="good">
        signs
      </Chip>
    )
  if (state === 'pending')
    return (
      <Chip tone="warn" icon="clock">
        pending until vouched for
      </Chip>
    )
  return <Chip icon="deny">revoked</Chip>
}
