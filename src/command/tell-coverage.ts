/**
 * Once a week the rota is looked at for the weeks ahead, on record, and whoever leads is told when there is a minute in
 * which nobody could decide or stop something (R145): by day, in time to mend it, not at three in the morning.
 */
import type { EntryDraft } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { NoticeQueue } from '../kernel/notice.ts'
import type { Timetable } from '../kernel/timetable.ts'
import type { CommandBase } from './base.ts'
import { draft } from './base.ts'
import { DEFAULT_WEEKS, type ReportCoverageDeps, reportCoverage } from './report-coverage.ts'

export type TellCoverageDeps = ReportCoverageDeps &
  Pick<CommandBase, 'commit' | 'nextId'> & {
    readonly timetable: Timetable
    readonly notices: NoticeQueue
  }

const NAME = 'roster.coverage'
const WEEK_MS = 7 * 24 * 3_600_000
const TOLD = ['shift-lead', 'incident-commander'] as const

/** Whether it was time. Without a policy nothing is gated yet, and it is looked at when there is one. */
export async function tellCoverage(deps: TellCoverageDeps, tenant: string): Promise<boolean> {
  const dueAtMs = await deps.timetable.dueAt(tenant, NAME)
  const atMs = deps.nowMs()
  if (atMs < dueAtMs) return false
  try {
    const { gaps, withoutStopHolder, unclear } = await reportCoverage(deps, tenant, DEFAULT_WEEKS)
    await deps.commit(tenant, async (tx) => {
      if (!(await deps.timetable.move(tx, NAME, dueAtMs, atMs + WEEK_MS)))
        throw new Failure('conflict', 'another node was first')
      for (const role of gaps.length + withoutStopHolder.length > 0 ? TOLD : []) {
        await deps.notices.put(tx, {
          tenant,
          id: deps.nextId(),
          kind: 'roster.gap',
          urgency: 'inform',
          to: { role },
          about: {},
          atMs,
        })
      }
      const entry: EntryDraft = draft(
        deps,
        'roster.reported',
        { kind: 'system', id: 'roster' },
        {
          data: {
            weeks: DEFAULT_WEEKS,
            gaps: gaps.length,
            without_stop_holder: withoutStopHolder.length,
            unclear: unclear.length,
          },
        },
      )
      return { value: undefined, entries: [entry] }
    })
    return true
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'conflict' && code !== 'policy_missing' && code !== 'policy_invalid') throw error
    return false
  }
}
