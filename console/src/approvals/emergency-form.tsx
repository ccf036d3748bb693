/**
 * Releasing alone, because nobody entitled can be reached. It says first what follows from it: who is woken, who
 * looks at it afterwards, how long it holds.
 */
import { Button, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Passkey } from '../api/wire.ts'
import type { FormProps } from './approve-form.tsx'
import { BlockerList } from './blocker-list.tsx'
import { typedValue } from './blockers.ts'
import { focusOnce } from './focus-once.ts'
import css from './forms.module.css'
import type { Package } from './package.ts'
import { submitOnCtrlEnter } from './submit-keys.ts'
import { TypedTarget } from './typed-target.tsx'

export function EmergencyForm({
  shown,
  refusal,
  blockers,
  passkeys,
  decide,
  onClose,
}: FormProps & {
  readonly shown: Package
  /** What is in the way as far as the gateway knows; it decides again when this is sent. */
  readonly refusal: string | undefined
  readonly blockers: readonly string[]
  /** Given when the release has to be signed. */
  readonly passkeys: readonly Passkey[] | undefined
}) {
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  const toType = typedValue(shown)
  const isReady =
    blockers.length === 0 && reason.trim() !== '' && (toType === undefined || typed === toType)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isReady) return
    decide.mutate({ verb: 'emergency-release', reason, passkeys }, { onSuccess: onClose })
  }
  return (
    <form className={css.form} onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <p>
        You release this alone, once, within five minutes. The incident commander and the service
        owner are paged now, and two people look at it within a day.
      </p>
      {refusal !== undefined && <p className={css.refusal}>As it stands, no: {refusal}.</p>}
      <Textarea
        label="Why it cannot wait for anybody else"
        description="It stays with the decision for good."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minRows={2}
        autosize
        required
        ref={focusOnce}
      />
      <TypedTarget toType={toType} typed={typed} onType={setTyped} />
      <BlockerList blockers={blockers} />
      <div className={css.buttons}>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button type="submit" color="red" disabled={!isReady} loading={decide.isPending}>
          {passkeys === undefined ? 'Release alone' : 'Sign and release alone'}
        </Button>
      </div>
    </form>
  )
}
