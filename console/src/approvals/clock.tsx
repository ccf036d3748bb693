/** How long the question stays open, and what happens when nobody answers. Loud only in its last minute. */

import { leftText, utcText } from '../text/time.ts'
import { Icon } from '../ui/icon.tsx'
import { useNow } from '../ui/when.tsx'
import css from './clock.module.css'

const LAST_MS = 60_000

export function Clock({ fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number }) {
  const leftMs = Math.max(0, untilMs - useNow())
  const isLast = leftMs < LAST_MS
  const share = Math.min(100, (leftMs / Math.max(1, untilMs - fromMs)) * 100)
  return (
    <div
      className={css.clock}
      data-last={isLast}
      role="timer"
      aria-live={isLast ? 'assertive' : 'off'}
      aria-atomic="true"
    >
      <div className={css.row}>
        <Icon name="clock" />
        <time
          dateTime={new Date(untilMs).toISOString()}
          title={utcText(untilMs)}
          className={css.left}
        >
          {leftText(leftMs)}
        </time>
        <span className={css.then}>left, then nothing is done</span>
      </div>
      <svg className={css.bar} viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="3" className={css.track} />
        <rect width={share} height="3" className={css.fill} />
      </svg>
    </div>
  )
}
