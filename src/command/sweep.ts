/**
 * The one timer: ends what time has ended. Deadlines are checked where they are used; this only writes the
 * record and tells waiting agents. Running it twice, or never, changes no decision.
 */
import { expire } from '../enforcement/await-decision.ts'
import { climbNow } from '../enforcement/climb.ts'
import { collectDue } from '../enforcement/collect.ts'
import { compensateDue } from '../enforcement/compensate.ts'
import { endContainment } from '../enforcement/end-containment.ts'
import { reconcile } from '../enforcement/reconcile.ts'
import { giveUpOnLost } from '../enforcement/recover.ts'
import type { Spine } from '../enforcement/spine.ts'
import { handOverPlans } from './hand-over-plans.ts'
import { sweepPlans } from './sweep-plans.ts'

/** At most this many requests per run, so that one run stays short. */
const BATCH = 100

/**
 * Expires due requests and plans, moves requests up their ladders, and gives up on calls of lost nodes. Returns how many
 * of all. What one part cannot do, such as climbing without a policy, keeps none of the others from theirs; what failed is
 * thrown when all have had their turn.
 */
export async function sweep(spine: Spine, tenant: string): Promise<number> {
  const parts = [expireDue, climbDue, handOverPlans, sweepPlans, giveUpOnLost]
  const failures: unknown[] = []
  let moved = 0
  for (const part of parts) {
    try {
      moved += await part(spine, tenant)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 1) throw new AggregateError(failures, 'several parts of the sweep failed')
  if (failures.length === 1) throw failures[0]
  return moved
}

async function expireDue(spine: Spine): Promise<number> {
  const due = await spine.approvals.due(spine.clock.nowMs(), BATCH)
  for (const request of due) await expire(spine, request)
  return due.length
}

async function climbDue(spine: Spine): Promise<number> {
  const climbing = await spine.approvals.dueToClimb(spine.clock.nowMs(), BATCH)
  for (const request of climbing) await climbNow(spine, request)
  return climbing.length
}

/**
 * Ends, or holds, what has been contained for long enough, and looks at what nobody knows. Apart from `sweep`,
 * because it waits for tool servers; a stop ends it after the one it waits for. Returns how many were due.
 */
export async function sweepContainments(spine: Spine, stop?: AbortSignal): Promise<number> {
  const due = await spine.effects.due(spine.clock.nowMs(), BATCH)
  for (const record of due) {
    if (stop?.aborted === true) break
    const call = await spine.calls.byId(record.tenant, record.call)
    if (call?.outcome === 'unknown') await reconcile(spine, record, call)
    else await endContainment(spine, record)
  }
  return due.length + (await compensateDue(spine, BATCH)) + (await collectDue(spine, BATCH))
}
