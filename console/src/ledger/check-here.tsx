/** Runs the check of one entry and says what held, what did not, and what nobody looked at. */
import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Checkpoint } from '../api/wire.ts'
import { Chip } from '../ui/chip.tsx'
import { Panel } from '../ui/panel.tsx'
import { Trouble } from '../ui/states.tsx'
import { checkEntry } from './check-entry.ts'
import css from './ledger.module.css'

export function CheckHere({ log }: { readonly log: Checkpoint }) {
  const [index, setIndex] = useState(String(Math.max(0, log.size - 1)))
  const check = useMutation({ mutationFn: () => checkEntry(Number(index), log) })
  const isPlace = /^\d{1,15}$/.test(index) && Number(index) < log.size
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isPlace) check.mutate()
  }
  return (
    <Panel title="Check an entry">
      <form className={css.form} onSubmit={submit}>
        <TextInput
          label="Entry"
          description={`0 to ${log.size - 1}; a case names the entry at each of its lines`}
          inputMode="numeric"
          value={index}
          onChange={(event) => {
            setIndex(event.currentTarget.value.trim())
            check.reset()
          }}
        />
        <Button type="submit" disabled={!isPlace} loading={check.isPending}>
          Check in this browser
        </Button>
      </form>
      {check.isError && <Trouble error={check.error} />}
      <ul className={css.findings} aria-live="polite">
        {check.data?.map(({ said, holds }) => (
          <li key={said}>
            <Held holds={holds} /> {said}
          </li>
        ))}
      </ul>
      <p className={css.soft}>
        Not checked here: whether this page and the key above are the true ones (both come from the
        gateway), whether other people are shown the same log, the other entries, and what the entry
        says. For that, export the case and run <code>countersign verify</code> with a key you got
        elsewhere.
      </p>
    </Panel>
  )
}

function Held({ holds }: { readonly holds: boolean | undefined }) {
  if (holds === undefined) return <Chip icon="info">this browser cannot check it</Chip>
  return holds ? (
    <Chip tone="good" icon="good">
      holds
    </Chip>
  ) : (
    <Chip tone="danger" icon="warn">
      does not hold
    </Chip>
  )
}
