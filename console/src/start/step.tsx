/** One step of the first run: what it is, whether it is done, and what to do when it is not. */
import type { ReactNode } from 'react'
import { Chip } from '../ui/chip.tsx'
import css from './start.module.css'

export type StepState = 'done' | 'now' | 'later'

export function Step({
  title,
  state,
  children,
}: {
  readonly title: string
  readonly state: StepState
  readonly children: ReactNode
}) {
  return (
    <li className={css.step} data-state={state}>
      <header className={css.head}>
        <h2>{title}</h2>
        {state === 'done' && (
          <Chip tone="good" icon="good">
            done
          </Chip>
        )}
        {state === 'now' && (
          <Chip tone="accent" icon="next">
            now
          </Chip>
        )}
        {state === 'later' && <Chip>later</Chip>}
      </header>
      {children}
    </li>
  )
}
