/** One subject of a view, with its name; parts of less weight may start folded. */
import type { ReactNode } from 'react'
import css from './panel.module.css'

export function Panel({
  title,
  note,
  id,
  children,
}: {
  readonly title: string
  readonly note?: ReactNode
  readonly id?: string
  readonly children: ReactNode
}) {
  return (
    <section
      className={css.panel}
      aria-label={title}
      id={id}
      tabIndex={id === undefined ? undefined : -1}
    >
      <header className={css.head}>
        <h2>{title}</h2>
        {note !== undefined && <div className={css.note}>{note}</div>}
      </header>
      <div className={css.body}>{children}</div>
    </section>
  )
}

export function Folded({
  title,
  tone,
  children,
}: {
  readonly title: ReactNode
  readonly tone?: 'claim'
  readonly children: ReactNode
}) {
  return (
    <details className={css.folded} data-tone={tone}>
      <summary>{title}</summary>
      <div className={css.body}>{children}</div>
    </details>
  )
}
