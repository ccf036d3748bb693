/** Whether people are told: a channel is configured, and what went out lately arrived. */
import { type CheckResult, failed, ok, warning } from './doctor-check.ts'
import type { Installation } from './installation.ts'
import { spanText } from './time-text.ts'

const DAY_MS = 24 * 3_600_000
/** By now the third attempt is over: something is wrong, or nobody is sending. */
const LATE_MS = 2 * 60_000

export async function checkNotices(
  { deliveries }: Installation,
  channels: readonly string[],
  nowMs: number,
): Promise<CheckResult> {
  if (channels.length === 0) {
    const next = 'Add channels to the configuration: docs/guides/notices.md.'
    return warning('notices', 'no channel is configured: nobody is paged', next)
  }
  const [dead, due] = await Promise.all([deliveries('dead'), deliveries('due')])
  const lost = dead.filter(({ createdAtMs }) => createdAtMs > nowMs - DAY_MS)
  if (lost.length > 0) {
    const where = [...new Set(lost.map(({ channel }) => channel))].join(', ')
    const detail = `${lost.length} message(s) of the last day were given up on ${where}: ${lost[0]?.error}`
    return failed('notices', detail, 'Run countersign notice list --state dead.')
  }
  const late = due.filter(({ createdAtMs }) => createdAtMs < nowMs - LATE_MS)
  const oldest = Math.min(...late.map(({ createdAtMs }) => createdAtMs))
  if (late.length > 0) {
    const detail = `${late.length} message(s) wait, the oldest for ${spanText(nowMs - oldest)}`
    return warning('notices', detail, 'Run countersign notice list --state due.')
  }
  return ok('notices', `${channels.join(', ')}; nothing was given up in the last day`)
}
