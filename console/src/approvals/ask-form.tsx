/** A question to the agent. Its answer is its claim, whatever it says; the clock goes on. */
import { Button, Textarea } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { send } from '../api/client.ts'
import type { Approval } from '../api/wire.ts'
import { Trouble } from '../ui/states.tsx'
import { focusOnce } from './focus-once.ts'
import css from './forms.module.css'
import { submitOnCtrlEnter } from './submit-keys.ts'

export function AskForm({
  request,
  onClose,
}: {
  readonly request: Approval
  readonly onClose: () => void
}) {
  const client = useQueryClient()
  const [question, setQuestion] = useState('')
  const ask = useMutation({
    mutationFn: () => send('POST', `/api/v1/approvals/${request.id}/ask`, { question }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['approval'] })
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (question.trim() !== '') ask.mutate()
  }
  return (
    <form className={css.form} onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      <Textarea
        label="Ask the agent"
        description="It answers when it comes back. What it says is its claim."
        value={question}
        onChange={(event) => setQuestion(event.currentTarget.value)}
        minRows={2}
        autosize
        ref={focusOnce}
      />
      {ask.isError && <Trouble error={ask.error} />}
      <div className={css.buttons}>
        <Button variant="default" onClick={onClose}>
          Back
        </Button>
        <Button type="submit" disabled={question.trim() === ''} loading={ask.isPending}>
          Ask
        </Button>
      </div>
    </form>
  )
}
