/** Putting a key of one's own on record, or why this login may not. */
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Me } from '../api/wire.ts'
import { Trouble } from '../ui/states.tsx'
import css from './people.module.css'
import { useEnrol } from './use-passkeys.ts'

export function EnrolForm({ me }: { readonly me: Me }) {
  const enrol = useEnrol()
  const [name, setName] = useState('')
  if (me.session?.may_enrol !== true) return <NotNow me={me} />
  const submit = (event: FormEvent) => {
    event.preventDefault()
    enrol.mutate(name.trim(), { onSuccess: () => setName('') })
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <TextInput
        label="What you call the new key"
        description="Your browser asks you to unlock the device. The key signs once somebody else has vouched for it."
        placeholder="Blue security key"
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div className={css.buttons}>
        <Button type="submit" disabled={name.trim() === ''} loading={enrol.isPending}>
          Enrol a passkey
        </Button>
      </div>
      {enrol.isError && (
        <Trouble error={enrol.error} forbidden="This login may not enrol a passkey." />
      )}
    </form>
  )
}

function NotNow({ me }: { readonly me: Me }) {
  return (
    <p className={css.soft}>
      {me.session === undefined
        ? 'You signed in with an API token, and a token enrols no passkey. '
        : 'This login does not prove enough, or is longer ago than ten minutes. '}
      Ask a platform engineer for a link (<code>countersign login --for {me.email}</code>), sign in
      with it, and come back here within ten minutes.
    </p>
  )
}
