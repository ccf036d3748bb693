/**
 * Text that an agent, a tool or a ticket wrote. Never markup, never a link; what does not show is named, what
 * turns the direction stays inside, and what is long is cut until somebody asks for the rest.
 */
import { useState } from 'react'
import { foreignLetters, piecesOf } from '../text/visible.ts'
import css from './foreign.module.css'

/** What a person reads at a glance; the rest is one press away. */
const CUT_AT = 400
/** More than this at once makes any page stutter. */
const MAX_SHOWN = 20_000

export function Foreign({
  text,
  cutAt = CUT_AT,
  keepLines = false,
}: {
  readonly text: string
  readonly cutAt?: number
  readonly keepLines?: boolean
}) {
  const [isWhole, setWhole] = useState(false)
  const shown = text.slice(0, isWhole ? MAX_SHOWN : cutAt)
  const left = text.length - shown.length
  const letters = foreignLetters(shown)
  return (
    <>
      <bdi dir="ltr" className={css.foreign}>
        {piecesOf(shown, keepLines).map((piece) =>
          piece.kind === 'hidden' ? (
            <span key={piece.at} className={css.hidden} title="a character that does not show">
              {piece.text}
            </span>
          ) : (
            piece.text
          ),
        )}
      </bdi>
      {letters.length > 0 && <span className={css.letters}>not Latin: {letters.join(', ')}</span>}
      {left > 0 && (
        <button
          type="button"
          className={css.rest}
          onClick={() => setWhole(true)}
          disabled={isWhole}
        >
          {isWhole
            ? `${left.toLocaleString()} more characters are not drawn`
            : `show ${left.toLocaleString()} more characters`}
        </button>
      )}
    </>
  )
}
