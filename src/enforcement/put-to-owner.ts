/** Who answers for a new question, how we know that it is them, and what follows when they do not. */
import { openLadder } from '../approval/ladder.ts'
import { accountableRole } from '../approval/ownership.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { Rung } from '../approval/rung.ts'
import type { Target } from '../catalogue/tool.ts'
import { type OnCall, onCall } from '../roster/on-call.ts'
import { type DutyParts, readDuty } from './duty.ts'

export type Put = {
  readonly request: ApprovalRequest
  /** Absent when nobody could be asked, and for somebody who acts in another's place. */
  readonly onDuty?: OnCall
  readonly rungs: readonly Rung[]
}

/** How far is looked for the end of a duty: longer than any single hand-over. */
const LOOK_AHEAD_MS = 48 * 3_600_000

/**
 * Binds the question to the first person on duty who could sign now; where nobody of the role could, to the next
 * role; where nobody could at all it waits without an owner, never a pass (R150).
 */
export async function putToOwner(
  parts: DutyParts,
  unowned: ApprovalRequest,
  targets: readonly Target[],
  nowMs: number,
): Promise<Put> {
  const names = targets.map(({ id }) => id.toLowerCase())
  const view = await readDuty(parts, unowned, names, nowMs)
  const { request, rungs } = openLadder(view, unowned)
  const role = accountableRole(request)
  if (role === undefined || request.owner === undefined) return { request, rungs }
  const knownToMs = nowMs + LOOK_AHEAD_MS
  const [shifts, feeds] = await Promise.all([
    parts.roster.between(request.tenant, nowMs, knownToMs),
    parts.roster.feeds(request.tenant),
  ])
  const onDuty = onCall({ shifts, feeds, knownToMs }, role, nowMs, request.owner)
  return { request, rungs, ...(onDuty === undefined ? {} : { onDuty }) }
}
