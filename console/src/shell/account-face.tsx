/** Who sits here, as the bar shows it. It is there at once and as wide as it stays; the menu behind it comes later. */
import { VisuallyHidden } from '@mantine/core'
import type { Me } from '../api/wire.ts'
import css from './account-face.module.css'
import room from './room.module.css'

/** What the face stands in, whether or not it can be pressed yet. */
export const accountClass = css.account

export function AccountFace({ me }: { readonly me: Me }) {
  return (
    <>
      <span className={css.letters} data-letters={initials(me.name)} />
      <span className={room.from1000}>{me.name}</span>
      <VisuallyHidden>, account</VisuallyHidden>
    </>
  )
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '')
  return words
    .slice(0, 2)
    .map((word) => [...word][0]?.toUpperCase() ?? '')
    .join('')
}
