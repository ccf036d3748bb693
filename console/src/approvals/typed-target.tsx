/** What cannot be taken back is named by hand: the target, letter by letter. */
import { TextInput } from '@mantine/core'
import { visible } from '../text/visible.ts'

export function TypedTarget({
  toType,
  typed,
  onType,
}: {
  /** Undefined where nothing has to be typed. */
  readonly toType: string | undefined
  readonly typed: string
  readonly onType: (text: string) => void
}) {
  if (toType === undefined) return null
  return (
    <TextInput
      label="This cannot be undone. Type the target"
      description={visible(toType)}
      value={typed}
      onChange={(event) => onType(event.currentTarget.value)}
      autoComplete="off"
    />
  )
}
