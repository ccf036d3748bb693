/** A fact in a word or three, with a picture: colour never says anything alone. */

import type { ReactNode } from 'react'
import css from './chip.module.css'
import { Icon, type IconName } from './icon.tsx'
import type { Tone } from './tone.ts'

export function Chip({
  icon,
  tone = 'plain',
  title,
  children,
}: {
  readonly icon?: IconName
  readonly tone?: Tone
  readonly title?: string
  readonly children: ReactNode
}) {
  return (
    <span className={css.chip} data-tone={tone} title={title}>
      {icon !== undefined && <Icon name={icon} size={13} />}
      <span>{children}</span>
    </span>
  )
}
