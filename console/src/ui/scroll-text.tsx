/** A long recorded text in a frame of its own, which the keyboard reaches and scrolls. */
import { Foreign } from './foreign.tsx'
import css from './scroll-text.module.css'

export function ScrollText({
  label,
  text,
  cutAt,
  isCut = false,
}: {
  readonly label: string
  readonly text: string
  readonly cutAt: number
  readonly isCut?: boolean
}) {
  return (
    // Not a landmark: a page holds many of them.
    // biome-ignore lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: what scrolls must be reachable without a mouse (WCAG 2.1.1); it is no set of fields
    <div className={css.text} role="group" aria-label={label} tabIndex={0}>
      <Foreign text={text} cutAt={cutAt} keepLines />
      {isCut && '\n… more is in the export of the case'}
    </div>
  )
}
