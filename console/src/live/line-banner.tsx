/** Says that what is shown may be old, and since when. Silent while the line is up, and for its first moment. */

import { spanText } from '../text/time.ts'
import { Icon } from '../ui/icon.tsx'
import { useNow } from '../ui/when.tsx'
import css from './line-banner.module.css'
import { useLine } from './use-line.ts'

/** A reconnection that takes less is nobody's business. */
const GRACE_MS = 3_000

export function LineBanner() {
  const { isLive, heardAtMs } = useLine()
  const silentMs = useNow() - heardAtMs
  if (isLive || silentMs < GRACE_MS) return null
  return (
    <div className={css.banner} role="status">
      <Icon name="warn" />
      <span>
        Connection lost {spanText(silentMs)} ago. What you see may be old; approving is off until it
        is back.
      </span>
    </div>
  )
}
