/** Ending a key: one press opens the reasons, a reason ends it. There is no way back but a new key. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Passkey } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Trouble } from '../ui/states.tsx'
import css from './people.module.css'
import { REVOKE_REASONS, type RevokeReason, useRevoke } from './use-passkeys.ts'

const SAID: Readonly<Record<RevokeReason, string>> = {
  lost: 'Lost',
  stolen: 'Stolen',
  replaced: 'Replaced',
  'not-theirs': 'Not theirs',
  left: 'Person left',
}

export function RevokeKey({ passkey }: { readonly passkey: Passkey }) {
  const [isOpen, setOpen] = useState(false)
  const name = visible(passkey.name)
  if (passkey.state === 'revoked') return null
  if (isOpen) return <Reasons passkey={passkey} onClose={() => setOpen(false)} />
  return (
    <Button
      className={css.push}
      size="xs"
      variant="default"
      aria-label={`Revoke ${name}`}
      onClick={() => setOpen(true)}
    >
      Revoke
    </Button>
  )
}

function Reasons({
  passkey: { id, name },
  onClose,
}: {
  readonly passkey: Passkey
  readonly onClose: () => void
}) {
  const revoke = useRevoke()
  return (
    <section className={css.form} aria-label={`Revoke ${visible(name)}`}>
      <p>The key stops counting at once and for good. Why?</p>
      <div className={css.buttons}>
        {REVOKE_REASONS.map((reason) => (
          <Button
            key={reason}
            size="sm"
            color="red"
            variant="light"
            disabled={revoke.isPending}
            onClick={() => revoke.mutate({ id, reason })}
          >
            {SAID[reason]}
          </Button>
        ))}
        <Button size="sm" variant="default" onClick={onClose}>
          Back
        </Button>
      </div>
      {revoke.isError && <Trouble error={revoke.error} forbidden="You may not revoke this key." />}
    </section>
  )
}
