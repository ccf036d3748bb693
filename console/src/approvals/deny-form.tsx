/** A no: as cheap as a yes. A usual reason is one press, one's own is typed; the agent is told. */
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { FormProps } from './approve-form.tsx'
import css from './forms.module.css'
import { ReasonField } from './reason-field.tsx'
import { Back, VerbForm } from './verb-form.tsx'

const USUAL = ['Wrong target', 'Not enough evidence', 'Expected activity', 'Not now'] as const

export function DenyForm({ decide, onClose }: FormProps) {
  const [reason, setReason] = useState('')
  const deny = (why: string) => decide.mutate({ verb: 'deny', reason: why }, { onSuccess: onClose })
  return (
    <VerbForm
      act="Deny"
      isReady={reason.trim() !== ''}
      isBusy={decide.isPending}
      isGrave
      beside={<Back onClose={onClose} />}
      onSend={() => deny(reason)}
    >
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
      <ReasonField
        label="Or in your words"
        description="The agent is told."
        value={reason}
        onWrite={setReason}
        isRequired={false}
      />
    </VerbForm>
  )
}
