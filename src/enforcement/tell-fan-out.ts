/** A task that reaches for too many targets is shown to whoever leads the shift, once an hour (R41). */
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { baseOf } from './entries.ts'
import type { CallPlace } from './place.ts'
import type { Spine } from './spine.ts'

const HOUR_MS = 3_600_000

export async function tellFanOut(
  spine: Spine,
  tx: Tx,
  place: CallPlace,
): Promise<readonly EntryDraft[]> {
  const { tenant, task } = place.session
  const atMs = spine.clock.nowMs()
  if (!(await spine.budgets.take(tx, `fan-out-told/${task.id}`, 1, 1, HOUR_MS, atMs))) return []
  await spine.notices.put(tx, {
    tenant,
    id: spine.nextId(),
    kind: 'effect.exceeded',
    urgency: 'page',
    to: { role: 'shift-lead' },
    about: { call: place.callId, caseId: task.caseId },
    atMs,
  })
  const data = { finding: 'fan_out', severity: 'high' }
  const actor = { kind: 'system', id: 'effect-watch' } as const
  return [{ ...baseOf(place), id: spine.nextId(), atMs, actor, type: 'oversight.finding', data }]
}
