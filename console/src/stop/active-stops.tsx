/** What is stopped, since when and by whom; leads and engineers let it run again, with a reason. */
import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type Names, useNames } from '../api/names.ts'
import { meQuery } from '../api/queries.ts'
import type { Stop } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Trouble } from '../ui/states.tsx'
import { Age } from '../ui/when.tsx'
import css from './active-stops.module.css'
import { useReleaseStop } from './use-stop.ts'

export function ActiveStops({ stops }: { readonly stops: readonly Stop[] }) {
  const names = useNames()
  const mayRelease = useQuery(meQuery).data?.permissions.includes('stop.release') === true
  return (
    <ul className={css.list} aria-label="Active stops">
      {stops.map((stop) => (
        <li key={stop.id} className={css.stop}>
          <p>
            <strong>{stopText(stop, names)}</strong>, by {names.person(stop.pressed_by)}{' '}
            <Age atMs={stop.pressed_at_ms} /> ago
          </p>
          {mayRelease && <Release stop={stop} />}
        </li>
      ))}
    </ul>
  )
}

function Release({ stop }: { readonly stop: Stop }) {
  const release = useReleaseStop()
  const [reason, setReason] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    release.mutate({ id: stop.id, reason })
  }
  return (
    <form className={css.release} onSubmit={submit}>
      <TextInput
        aria-label="Why it may run again"
        placeholder="Why it may run again"
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <Button
        type="submit"
        variant="default"
        disabled={reason.trim() === ''}
        loading={release.isPending}
      >
        Resume
      </Button>
      {release.isError && <Trouble error={release.error} />}
    </form>
  )
}

function stopText({ scope, subject }: Stop, names: Names): string {
  if (scope === 'tenant') return 'Everything is stopped'
  if (scope === 'writes') return 'All writes are stopped'
  if (scope === 'agent') return `Agent ${visible(names.agent(subject ?? ''))} is stopped`
  return `Tool ${visible(subject ?? '')} is stopped`
}
