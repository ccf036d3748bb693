/** A no: as cheap as a yes. A usual reason is one press, one's own is typed; the agent is told. */
import { Button, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { FormProps } from './approve-form.tsx'
import { focusOnce } from './focus-once.ts'
import css from './forms.module.css'
import { submitOnCtrlEnter } from './submit-keys.ts'

const USUAL = ['Wrong target', 'Not enough evidence', 'Expected activity', 'Not now'] as const

export function DenyForm({ decide, onClose }: FormProps) {
  const [reason, setReason] = useState('')
  const deny = (why: string) => decide.mutate({ verb: 'deny', reason: why }, { onSuccess: onClose })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim() !== '') deny(reason)
  }
  return (
    <form className={css.form} onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <fieldset className={css.usual}>
        <legend>Deny because</legend>
        {USUAL.map((why) => (
          <Button
            key={why}
            variant="default"
            size="sm"
            onClick={() => deny(`${why}.`)}
            disabled={decide.isPending}
          >
            {why}
          </Button>
        ))}
      </fieldset>
      <Textarea
        label="Or in your words"
        description="The agent is told."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minRows={2}
        autosize
        ref={focusOnce}
      />
      <div className={css.buttons}>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button
          type="submit"
          color="red"
          disabled={reason.trim() === ''}
          loading={decide.isPending}
        >
          Deny
        </Button>
      </div>
    </form>
  )
}
