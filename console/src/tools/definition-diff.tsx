/** What the server says now, beside what somebody reviewed. It is the server's text: shown, never believed. */
import { visible } from '../text/visible.ts'
import { lineDiff } from './line-diff.ts'
import css from './tools.module.css'

/** A definition that long is for the command line. */
const MAX_LINES = 400

export function DefinitionDiff({
  current,
  reviewed,
}: {
  readonly current: unknown
  readonly reviewed: unknown
}) {
  const now = textOf(current)
  const lines = reviewed === undefined ? lineDiff(now, now) : lineDiff(textOf(reviewed), now)
  const changed = lines.filter(({ kind }) => kind !== 'same').length
  return (
    <>
      <h3>{headOf(reviewed === undefined, changed)}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse (WCAG 2.1.1) */}
      <section className={css.definition} aria-label="Definition" tabIndex={0}>
        {lines.slice(0, MAX_LINES).map(({ kind, text }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name
          <div key={at} className={css.code} data-kind={kind}>
            <span className={css.sign}>{SIGNS[kind]}</span>
            <bdi dir="ltr">{visible(text)}</bdi>
          </div>
        ))}
        {lines.length > MAX_LINES && <div>… {lines.length - MAX_LINES} more lines</div>}
      </section>
    </>
  )
}

const SIGNS = { same: ' ', gone: '−', new: '+' } as const

function headOf(isNew: boolean, changed: number): string {
  if (isNew) return 'What the server says'
  if (changed === 0) return 'What the server says, as it was reviewed'
  return `${changed === 1 ? '1 line differs' : `${changed} lines differ`} from what was reviewed`
}

function textOf(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
}
