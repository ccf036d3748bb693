/** What has to hold still when a decision is acted upon, compared under lock in the commit that acts. */
import type { ApprovalRequest, Grant } from '../approval/request.ts'
import type { Facts } from '../facts/facts.ts'
import type { Tx } from '../kernel/commit.ts'
import { Failure } from '../kernel/failure.ts'
import type { Considered } from './considered.ts'
import type { Spine } from './spine.ts'

/** Throws `facts_changed`, `task_expired`, `approval_expired`. */
export async function recheck(
  spine: Spine,
  tx: Tx,
  facts: Facts,
  grant: Grant | undefined,
  nowMs: number,
): Promise<void> {
  const changed = await spine.facts.revisions.changed(tx, facts.seen)
  if (changed.length > 0)
    throw new Failure('facts_changed', `changed meanwhile: ${changed.join(', ')}`)
  if (facts.task.expiresAtMs <= nowMs) throw new Failure('task_expired', 'the task has expired')
  if (grant !== undefined && grant.expiresAtMs <= nowMs) {
    throw new Failure('approval_expired', 'the approval was not used in time')
  }
}

/** The request whose yes releases the call; none for a step of a plan, or for what is allowed by now. */
export function releasedBy(
  { discharged, planned }: Considered,
  request: ApprovalRequest | undefined,
): ApprovalRequest | undefined {
  return discharged.grant === undefined || planned !== undefined ? undefined : request
}
