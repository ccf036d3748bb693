/** A rule as its author wrote it, coloured. What does not show is named: policy is written by people, too. */
import { visible } from '../text/visible.ts'
import { cedarPieces } from './cedar.ts'
import css from './policies.module.css'

export function CedarText({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: what scrolls must be reachable without a mouse (WCAG 2.1.1); it is no set of fields
    <div className={css.cedar} role="group" aria-label={label} tabIndex={0}>
      {cedarPieces(text).map((piece) => (
        <span key={piece.at} data-kind={piece.kind}>
          {piece.text.split('\n').map(visible).join('\n')}
        </span>
      ))}
    </div>
  )
}
