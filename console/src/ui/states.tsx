/** What a view shows when it has nothing to show: it is coming, there is none, you may not, it failed. */
import { Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import { Problem } from '../api/problem.ts'
import { Icon, type IconName } from './icon.tsx'
import css from './states.module.css'

export function Loading({
  rows = 4,
  label = 'Loading',
}: {
  readonly rows?: number
  readonly label?: string
}) {
  return (
    <div className={css.loading} role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton
          key={`row-${String(row)}`}
          height={18}
          radius={4}
          width={`${92 - (row % 3) * 14}%`}
        />
      ))}
    </div>
  )
}

export function Nothing({
  icon = 'good',
  title,
  children,
}: {
  readonly icon?: IconName
  readonly title: string
  readonly children?: ReactNode
}) {
  return (
    <div className={css.nothing}>
      <Icon name={icon} size={22} />
      <p className={css.title}>{title}</p>
      {children !== undefined && <div className={css.text}>{children}</div>}
    </div>
  )
}

/** A refusal or a failure, in the gateway's words, with the one step that helps. */
export function Trouble({
  error,
  forbidden = 'Your role does not show this.',
  onRetry,
}: {
  readonly error: unknown
  /** What a 403 means here, where it is not about looking. */
  readonly forbidden?: string
  readonly onRetry?: () => void
}) {
  const problem = error instanceof Problem ? error : undefined
  const isForbidden = problem?.status === 403
  return (
    <div className={css.trouble} role="alert">
      <Icon name={isForbidden ? 'key' : 'warn'} size={18} />
      <div>
        <p className={css.title}>{isForbidden ? forbidden : titleOf(error)}</p>
        <p className={css.text}>
          {problem === undefined ? 'The console met something it does not know.' : problem.message}
          {problem?.next !== undefined && ` ${problem.next}`}
        </p>
        {problem?.instance !== undefined && (
          <p className={css.text}>
            <code>{problem.code}</code> · <code>{problem.instance}</code>
          </p>
        )}
        {onRetry !== undefined && (
          <button type="button" className={css.retry} onClick={onRetry}>
            Try again
          </button>
        )}
      </div>
    </div>
  )
}

function titleOf(error: unknown): string {
  if (!(error instanceof Problem)) return 'This did not work.'
  if (error.status === 0) return 'The gateway does not answer.'
  if (error.status === 404) return 'There is nothing here.'
  return 'The gateway refused.'
}
