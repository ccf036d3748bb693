/**
 * Releasing alone, because nobody entitled can be reached. It says first what follows from it: who is woken, who
 * looks at it afterwards, how long it holds.
 */
import { useState } from 'react'
import type { Passkey } from '../api/wire.ts'
import type { FormProps } from './approve-form.tsx'
import { BlockerList } from './blocker-list.tsx'
import { typedValue } from './blockers.ts'
import css from './forms.module.css'
import type { Package } from './package.ts'
import { ReasonField } from './reason-field.tsx'
import { TypedTarget } from './typed-target.tsx'
import { Back, VerbForm } from './verb-form.tsx'

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
    blockers.length === 0 &&
    reason.trim() !== '' &&
    (toType === undefined || typed === toType.value)
  return (
    <VerbForm
      act={passkeys === undefined ? 'Release alone' : 'Sign and release alone'}
      isReady={isReady}
      isBusy={decide.isPending}
      isGrave
      beside={<Back onClose={onClose} />}
      onSend={() =>
        decide.mutate({ verb: 'emergency-release', reason, passkeys }, { onSuccess: onClose })
      }
    >
      <p>
        You release this alone, once, within five minutes. The incident commander and the service
        owner are paged now, and two people look at it within a day.
      </p>
      {refusal !== undefined && <p className={css.refusal}>As it stands, no: {refusal}.</p>}
      <ReasonField label="Why it cannot wait for anybody else" value={reason} onWrite={setReason} />
      <TypedTarget toType={toType} typed={typed} onType={setTyped} />
      <BlockerList blockers={blockers} />
    </VerbForm>
  )
}
