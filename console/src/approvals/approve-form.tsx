/** A yes: with a reason, the consequences acknowledged, and for what cannot be undone the target typed out. */
import { Button, Checkbox, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Passkey } from '../api/wire.ts'
import { BlockerList } from './blocker-list.tsx'
import { typedValue } from './blockers.ts'
import { focusOnce } from './focus-once.ts'
import css from './forms.module.css'
import type { Package } from './package.ts'
import { submitOnCtrlEnter } from './submit-keys.ts'
import { TypedTarget } from './typed-target.tsx'
import type { useDecide } from './use-decide.ts'

export type FormProps = {
  readonly decide: ReturnType<typeof useDecide>
  readonly onClose: () => void
}

export function ApproveForm({
  shown,
  isAdvice,
  blockers,
  passkeys,
  decide,
  onClose,
}: FormProps & {
  readonly shown: Package
  readonly isAdvice: boolean
  readonly blockers: readonly string[]
  /** Given when a yes has to be countersigned. */
  readonly passkeys: readonly Passkey[] | undefined
}) {
  const [reason, setReason] = useState('')
  const [typed, setTyped] = useState('')
  const [hasRead, setRead] = useState(false)
  const names = shown.consequences.map(({ name }) => name)
  const toType = typedValue(shown)
  const isReady =
    blockers.length === 0 &&
    reason.trim() !== '' &&
    (names.length === 0 || hasRead) &&
    (toType === undefined || typed === toType)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isReady) return
    const acknowledged = names.length === 0 ? undefined : names
    decide.mutate({ verb: 'approve', reason, acknowledged, passkeys }, { onSuccess: onClose })
  }
  return (
    <form className={css.form} onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Textarea
        label={isAdvice ? 'Why you advise it' : 'Why this is right'}
        description="It stays with the decision for good."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        minRows={2}
        autosize
        required
        data-autofocus
        ref={focusOnce}
      />
      {names.length > 0 && (
        <Checkbox
          checked={hasRead}
          onChange={(event) => setRead(event.currentTarget.checked)}
          label={`I have read what it may set off (${consequenceText(shown)})`}
        />
      )}
      <TypedTarget toType={toType} typed={typed} onType={setTyped} />
      <BlockerList blockers={blockers} />
      <div className={css.buttons}>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button type="submit" disabled={!isReady} loading={decide.isPending}>
          {approveText(isAdvice, passkeys !== undefined)}
        </Button>
      </div>
    </form>
  )
}

function approveText(isAdvice: boolean, isSigned: boolean): string {
  if (isAdvice) return 'Record advice'
  return isSigned ? 'Sign with passkey' : 'Approve once'
}

function consequenceText({ consequences }: Package): string {
  const unknown = consequences.filter(({ isKnown }) => !isKnown).length
  return `${consequences.length - unknown} known, ${unknown} unknown`
}
