/** A yes: with a reason, the consequences acknowledged, and for what cannot be undone the target typed out. */
import { Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { Passkey } from '../api/wire.ts'
import { BlockerList } from './blocker-list.tsx'
import { typedValue } from './blockers.ts'
import type { Package } from './package.ts'
import { ReasonField } from './reason-field.tsx'
import { TypedTarget } from './typed-target.tsx'
import type { useDecide } from './use-decide.ts'
import { Back, VerbForm } from './verb-form.tsx'

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
    (toType === undefined || typed === toType.value)
  const send = () => {
    const acknowledged = names.length === 0 ? undefined : names
    decide.mutate({ verb: 'approve', reason, acknowledged, passkeys }, { onSuccess: onClose })
  }
  return (
    <VerbForm
      act={approveText(isAdvice, passkeys !== undefined)}
      isReady={isReady}
      isBusy={decide.isPending}
      beside={<Back onClose={onClose} />}
      onSend={send}
    >
      <ReasonField
        label={isAdvice ? 'Why you advise it' : 'Why this is right'}
        value={reason}
        onWrite={setReason}
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
    </VerbForm>
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
