/**
 * Records the end of plans whose deadline passed. Nothing waits for it: the deadline of a plan is that of its grant,
 * which is checked where it is used.
 */
import type { Plan } from '../approval/plan.ts'
import { endPlan } from '../enforcement/plan-end.ts'
import type { Spine } from '../enforcement/spine.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'

/** At most this many per run, so that one run stays short. */
const BATCH = 100

/** Returns how many ended. */
export async function sweepPlans(spine: Spine): Promise<number> {
  const due = await spine.plans.due(spine.clock.nowMs(), BATCH)
  for (const plan of due) await endDue(spine, plan)
  return due.length
}

async function endDue(spine: Spine, plan: Plan): Promise<void> {
  const { tenant, id } = plan
  const grant = await spine.approvals.grantOf(tenant, plan.request)
  const last = (await spine.plans.uses(tenant, id)).at(-1)
  const actor = { kind: 'system', id: 'sweeper' } as const
  await spine
    .commit(tenant, async (tx) => {
      const live = grant?.state === 'live' ? grant : undefined
      // Every step ran, and the last one might have run again: that is a plan carried out.
      if (last?.step === plan.steps - 1) {
        if (live !== undefined) await spine.approvals.settleGrant(tx, live.id, 'lapsed')
        if (!(await spine.plans.end(tx, id, 'completed', undefined, plan.deadlineMs))) throw ended()
        const { caseId, task } = plan
        const completed: EntryDraft = {
          id: spine.nextId(),
          type: 'plan.completed',
          atMs: spine.clock.nowMs(),
          actor,
          caseId,
          task,
          data: { plan: id, calls: plan.calls },
        }
        return { value: undefined, entries: [completed] }
      }
      const [first, ...rest] = await endPlan(spine, tx, {
        plan,
        grant: live,
        actor,
        reason: 'expired',
      })
      if (first === undefined) throw ended()
      return { value: undefined, entries: [first, ...rest] }
    })
    .catch((error: unknown) => {
      // Another node, or a call, was first.
      if (codeOf(error) !== 'conflict' && codeOf(error) !== 'facts_changed') throw error
    })
}

function ended(): Failure {
  return new Failure('conflict', 'the plan has ended')
}
