/** A review by button: an example to begin with, the entry as text, and what the gateway says against it. */
import { Button, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Tool } from '../api/wire.ts'
import css from '../ui/rows.module.css'
import { Trouble } from '../ui/states.tsx'
import { REVIEW_EXAMPLES } from './review-examples.ts'
import { useReview } from './use-review.ts'

export function ReviewForm({ tool }: { readonly tool: Tool }) {
  const [text, setText] = useState('')
  const review = useReview(tool)
  const entry = entryIn(text)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (entry !== undefined) review.mutate({ verdict: 'approve', entry })
  }
  return (
    <form className={css.form} onSubmit={submit}>
      <h3>Say what it does at its worst</h3>
      <div className={css.buttons}>
        {REVIEW_EXAMPLES.map(({ name, entry: example }) => (
          <Button
            key={name}
            size="xs"
            variant="default"
            onClick={() => setText(JSON.stringify(example, undefined, 2))}
          >
            {name}
          </Button>
        ))}
      </div>
      <Textarea
        label="Classification"
        description="An entry of a catalogue file, as JSON. `from` is an expression over the arguments."
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        minRows={6}
        autosize
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      />
      <div className={css.buttons}>
        <Button type="submit" disabled={entry === undefined} loading={review.isPending}>
          Approve with this entry
        </Button>
        {tool.status !== 'suspended' && (
          <Button
            variant="light"
            color="red"
            disabled={review.isPending}
            onClick={() => review.mutate({ verdict: 'suspend' })}
          >
            Take it away
          </Button>
        )}
      </div>
      {review.isError && <Trouble error={review.error} forbidden="You may not review tools." />}
    </form>
  )
}

function entryIn(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
