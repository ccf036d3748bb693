/** The sentence that goes with a verb. In a form that just opened it is where one begins to type. */
import { Textarea } from '@mantine/core'
import { focusOnce } from './focus-once.ts'

export function ReasonField({
  label,
  description = 'It stays with the decision for good.',
  value,
  onWrite,
  isRequired = true,
  takesFocus = true,
}: {
  readonly label: string
  readonly description?: string
  readonly value: string
  readonly onWrite: (text: string) => void
  readonly isRequired?: boolean
  readonly takesFocus?: boolean
}) {
  return (
    <Textarea
      label={label}
      description={description}
      value={value}
      onChange={(event) => onWrite(event.currentTarget.value)}
      minRows={2}
      autosize
      required={isRequired}
      {...(takesFocus ? { ref: focusOnce } : {})}
    />
  )
}
