/** Decisions that wait to be looked at again: an emergency release is never silent, and never forgotten. */
import { type CheckResult, failed, ok, warning } from './doctor-check.ts'
import type { Installation } from './installation.ts'
import { spanText } from './time-text.ts'

export async function checkReviews(
  { openReviews }: Installation,
  nowMs: number,
): Promise<CheckResult> {
  const open = await openReviews()
  const next = 'Run countersign review list, then countersign review give.'
  const overdue = open.filter(({ dueAtMs }) => dueAtMs <= nowMs)
  const oldest = Math.min(...open.map(({ dueAtMs }) => dueAtMs))
  if (overdue.length > 0) {
    const detail = `${overdue.length} decision(s) were not looked at again in time, the oldest by ${spanText(nowMs - oldest)}`
    return failed('reviews', detail, next)
  }
  if (open.length > 0) {
    const detail = `${open.length} decision(s) are to be looked at again, the first within ${spanText(oldest - nowMs)}`
    return warning('reviews', detail, next)
  }
  return ok('reviews', 'no decision waits to be looked at again')
}
