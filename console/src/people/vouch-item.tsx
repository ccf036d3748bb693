/**
 * Vouching for somebody's key. The code is not shown here: whoever vouches types what the person reads to them,
 * so that nobody can nod a key through without having asked.
 */
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useNames } from '../api/names.ts'
import type { Passkey } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Trouble } from '../ui/states.tsx'
import { KeyLine } from './key-line.tsx'
import css from './people.module.css'
import { isHeard, isWhole } from './spoken-code.ts'
import { useVouch } from './use-passkeys.ts'

export function VouchItem({
  passkey,
  mayVouch,
}: {
  readonly passkey: Passkey
  readonly mayVouch: boolean
}) {
  const [isOpen, setOpen] = useState(false)
  const person = visible(useNames().person(passkey.person))
  return (
    <li className={css.item}>
      <div className={css.line}>
        <span>{person}:</span>
        <KeyLine passkey={passkey} />
        {mayVouch && !isOpen && (
          <Button
            className={css.push}
            size="xs"
            variant="default"
            aria-label={`Vouch for the key of ${person}`}
            onClick={() => setOpen(true)}
          >
            Vouch
          </Button>
        )}
      </div>
      {isOpen && <VouchForm passkey={passkey} person={person} onClose={() => setOpen(false)} />}
    </li>
  )
}

function VouchForm({
  passkey,
  person,
  onClose,
}: {
  readonly passkey: Passkey
  readonly person: string
  readonly onClose: () => void
}) {
  const vouch = useVouch()
  const [heard, setHeard] = useState('')
  const isRight = isHeard(heard, passkey.key)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isRight) vouch.mutate(passkey)
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <p>
        By vouching you say, on record and under your name, that you asked {person} yourself and
        that this key is theirs. From then on what it signs counts as the word of {person}, also
        where nothing takes a call back.
      </p>
      <TextInput
        label={`The eight characters ${person} reads to you`}
        description="Meet or call them at a number you know. They see the code under My passkeys."
        autoComplete="off"
        maxLength={20}
        value={heard}
        onChange={(event) => setHeard(event.currentTarget.value)}
      />
      <p role="status" className={css.wrong}>
        {isWhole(heard) &&
          !isRight &&
          'That is not the key on record. Do not vouch; if they read it right, have it revoked.'}
      </p>
      <div className={css.buttons}>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button type="submit" disabled={!isRight} loading={vouch.isPending}>
          I asked: vouch for this key
        </Button>
      </div>
      {vouch.isError && <Trouble error={vouch.error} forbidden="You may not vouch for this key." />}
    </form>
  )
}
