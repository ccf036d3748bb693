/** What a dispatch uses up: the grant of its one call, or its one place in a plan. */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { Considered } from './considered.ts'
import { takeStep } from './plan-end.ts'
import type { PlannedStep } from './plan-step.ts'
import type { Spine } from './spine.ts'
import { useStanding } from './use-standing.ts'

/** Throws `grant_used`, and `facts_changed` when the plan moved; then nothing is sent. */
export async function useGrant(
  spine: Spine,
  tx: Tx,
  considered: Considered,
  dispatchedEntry: string,
): Promise<readonly EntryDraft[]> {
  const { planned, discharged, standing } = considered
  if (standing !== undefined)
    return useStanding(spine, tx, considered.place, considered.call, standing)
  if (planned !== undefined) return takeStep(spine, tx, considered, planned, dispatchedEntry)
  const { grant } = discharged
  if (grant !== undefined && !(await spine.approvals.settleGrant(tx, grant.id, 'consumed'))) {
    throw new Failure('grant_used', 'the approval was used by another call')
  }
  return []
}

/** What the dispatch entry says of the plan: the place, and beside it the call that takes this one back. */
export function placeInPlan(call: ClassifiedCall, planned: PlannedStep) {
  const compensation = compensationOf(call, planned)
  const step = { plan: planned.plan.id, step: planned.index }
  return compensation === undefined ? { inPlan: step } : { inPlan: { ...step, compensation } }
}

/** The reviewed inverse where the catalogue knows it, else the one that was signed with the plan. */
function compensationOf(call: ClassifiedCall, { step }: PlannedStep): JsonObject | undefined {
  const { inverse } = call
  if (inverse !== undefined)
    return { tool: inverse.tool, arguments: inverse.arguments, from: 'catalogue' }
  if (step.compensation === undefined) return undefined
  return { ...step.compensation, from: 'plan' }
}
