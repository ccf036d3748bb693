/** What cannot be taken back is named by hand: the target, letter by letter, read where it is recorded. */
import { TextInput } from '@mantine/core'
import { visible } from '../text/visible.ts'
import type { ToType } from './blockers.ts'

export function TypedTarget({
  toType,
  typed,
  onType,
}: {
  /** Undefined where nothing has to be typed. */
  readonly toType: ToType | undefined
  readonly typed: string
  readonly onType: (text: string) => void
}) {
  if (toType === undefined) return null
  return (
    <TextInput
      label="This cannot be undone. Type the target"
      description={
        toType.evidence === undefined
          ? `${visible(toType.value)}: no recorded result holds it`
          : `as evidence ${toType.evidence} has it`
      }
      value={typed}
      onChange={(event) => onType(event.currentTarget.value)}
      autoComplete="off"
    />
  )
}
