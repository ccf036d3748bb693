/** Where a list is searched as one types. */
import { TextInput } from '@mantine/core'
import { Icon } from './icon.tsx'

type SearchFieldProps = {
  /** What is searched, for those who do not see the picture. */
  readonly label: string
  /** What may be typed. */
  readonly hint: string
  readonly value: string
  readonly onChange: (value: string) => void
}

export function SearchField({ label, hint, value, onChange }: SearchFieldProps) {
  return (
    <TextInput
      aria-label={label}
      placeholder={hint}
      leftSection={<Icon name="search" size={14} />}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}
