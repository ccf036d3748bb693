/** Two texts as the lines that went and came, each with its sign: colour never says it alone. */
import { type DiffLine, lineDiff, nearChanges } from '../text/line-diff.ts'
import { visible } from '../text/visible.ts'
import css from './text-diff.module.css'

/** A text that long is for the command line. */
const MAX_LINES = 400
const SIGNS = { same: ' ', gone: '−', new: '+', left: '…' } as const

export function TextDiff({
  label,
  before,
  after,
  isWhole = false,
}: {
  readonly label: string
  readonly before: string
  readonly after: string
  /** Also what stayed the same, far from any change. */
  readonly isWhole?: boolean
}) {
  const all = lineDiff(before, after)
  const lines = isWhole ? all : nearChanges(all)
  return (
    // Not a landmark: a page holds many of them.
    // biome-ignore lint/a11y/noNoninteractiveTabindex lint/a11y/useSemanticElements: what scrolls must be reachable without a mouse (WCAG 2.1.1); it is no set of fields
    <div className={css.text} role="group" aria-label={label} tabIndex={0}>
      {lines.slice(0, MAX_LINES).map(({ kind, text }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
        <div key={at} className={css.line} data-kind={kind}>
          <span className={css.sign}>{SIGNS[kind]}</span>
          <bdi dir="ltr">{visible(text)}</bdi>
        </div>
      ))}
      {lines.length > MAX_LINES && <div>… {lines.length - MAX_LINES} more lines</div>}
    </div>
  )
}

export function changedLines(before: string, after: string): number {
  return lineDiff(before, after).filter(({ kind }: DiffLine) => kind !== 'same').length
}
