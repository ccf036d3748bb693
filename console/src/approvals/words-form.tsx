/** A verb that needs a sentence and nothing else: a question to the agent, asking for the next role, cancelling. */
import { useState } from 'react'
import type { FormProps } from './approve-form.tsx'
import { ReasonField } from './reason-field.tsx'
import { Back, VerbForm } from './verb-form.tsx'

const FORMS = {
  ask: {
    act: 'Ask',
    label: 'Ask the agent',
    description: 'It answers when it comes back. What it says is its claim; the clock goes on.',
  },
  escalate: {
    act: 'Escalate',
    label: 'Why the next role has to answer',
    description: 'They are paged and become accountable at once. Nothing is released.',
  },
  cancel: {
    act: 'Cancel the request',
    label: 'Why nobody has to decide this any more',
    description: 'It closes without a verdict, and the agent is told why.',
  },
} as const

export type WordsVerb = keyof typeof FORMS

export function WordsForm({ verb, decide, onClose }: FormProps & { readonly verb: WordsVerb }) {
  const [words, setWords] = useState('')
  const { act, label, description } = FORMS[verb]
  return (
    <VerbForm
      act={act}
      isReady={words.trim() !== ''}
      isBusy={decide.isPending}
      isGrave={verb === 'cancel'}
      beside={<Back onClose={onClose} />}
      onSend={() => decide.mutate({ verb, reason: words }, { onSuccess: onClose })}
    >
      <ReasonField label={label} description={description} value={words} onWrite={setWords} />
    </VerbForm>
  )
}
