/** Where nobody will be on call within a day. */
import { useQuery } from '@tanstack/react-query'
import { coverageQuery } from '../api/queries.ts'
import { plainWords } from '../approvals/words.ts'
import { Icon } from '../ui/icon.tsx'
import { When } from '../ui/when.tsx'
import css from './board.module.css'
import { gapsWithin } from './gaps.ts'

const DAY_MS = 24 * 3_600_000

export function NextGaps() {
  const coverage = useQuery(coverageQuery)
  if (coverage.data === undefined) return null
  const gaps = gapsWithin(coverage.data.gaps, coverage.data.from_ms, DAY_MS)
  return (
    <div className={css.gaps}>
      {gaps.length === 0 ? (
        <p className={css.soft}>
          <Icon name="good" size={13} /> No gap within 24 hours.
        </p>
      ) : (
        gaps.map(({ role, reason, fromMs, actions }) => (
          <p key={`${role} ${reason} ${fromMs}`} className={css.soft}>
            <Icon name="warn" size={13} /> <strong>{plainWords(role)}</strong>: {plainWords(reason)}{' '}
            from <When atMs={fromMs} />; nobody to decide{' '}
            {actions === 1 ? '1 action' : `${actions} actions`}
          </p>
        ))
      )}
    </div>
  )
}
