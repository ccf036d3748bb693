/** How a question ends that no longer matters. */
import type { ApprovalRequest } from '../approval/request.ts'
import { closed } from '../approval/resolve.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { baseOf } from './entries.ts'
import type { CallPlace } from './place.ts'
import type { Spine } from './spine.ts'

/** Closes a question that no longer matters; nothing when somebody decided it a moment ago. */
export async function supersede(
  spine: Spine,
  tx: Tx,
  place: CallPlace,
  request: ApprovalRequest,
): Promise<readonly EntryDraft[]> {
  const current = await spine.approvals.lock(tx, request.id)
  if (current?.state !== 'pending') return []
  const nowMs = spine.clock.nowMs()
  await spine.approvals.put(tx, closed(current, 'cancelled', undefined, nowMs, 'superseded'))
  const { id, actionDigest } = request
  return [
    {
      ...baseOf(place),
      id: spine.nextId(),
      type: 'approval.cancelled',
      data: { request: id, action_digest: actionDigest, reason: 'superseded' },
    },
  ]
}
