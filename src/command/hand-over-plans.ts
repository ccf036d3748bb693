/**
 * A running plan has somebody who answers for it: who leads when its owner's shift has ended is the next holder, on
 * record (R145). Nothing is decided by it. With nobody there the plan runs on, because its steps are decided one by
 * one, and everybody who holds the role hears that nobody answers for it.
 */
import { holding } from '../approval/holders.ts'
import { accountableRole } from '../approval/ownership.ts'
import type { Plan } from '../approval/plan.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import { targetNamesOf } from '../enforcement/climb.ts'
import { readDuty } from '../enforcement/duty.ts'
import type { Spine } from '../enforcement/spine.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'

/** Returns how many were handed over. */
export async function handOverPlans(spine: Spine, tenant: string): Promise<number> {
  const running = await spine.plans.running(tenant)
  if (running.length === 0) return 0
  const shifts = await spine.roster.onDuty(tenant, spine.clock.nowMs())
  const onDuty = new Set(shifts.map(({ person }) => person))
  let count = 0
  for (const plan of running) {
    if (plan.holder !== undefined && onDuty.has(plan.holder)) continue
    if (await handOver(spine, plan)) count++
  }
  return count
}

async function handOver(spine: Spine, plan: Plan): Promise<boolean> {
  const request = await spine.approvals.byId(plan.tenant, plan.request)
  if (request === undefined) throw new Failure('internal', 'a plan has no request')
  const targets = await targetNamesOf(spine, request)
  const view = await readDuty(spine, request, targets, spine.clock.nowMs())
  const next = holding(view, request)?.people[0]
  if (next === plan.holder) return false
  try {
    await spine.commit(plan.tenant, async (tx) => {
      if (!(await spine.plans.hand(tx, plan.id, next)))
        throw new Failure('conflict', 'the plan has ended or was handed over')
      await tell(spine, tx, plan, request, next)
      return { value: undefined, entries: [handedOver(spine, plan, next)] }
    })
    return true
  } catch (error) {
    // Another node, or the end of the plan, was first.
    if (codeOf(error) !== 'conflict') throw error
    return false
  }
}

function handedOver(spine: Spine, plan: Plan, next: string | undefined): EntryDraft {
  const { holder: previous, caseId, task, calls } = plan
  const reason =
    next === undefined ? 'no_holder' : previous === undefined ? 'came_on_duty' : 'off_duty'
  return {
    id: spine.nextId(),
    type: 'plan.handed_over',
    atMs: spine.clock.nowMs(),
    actor: { kind: 'system', id: 'ladder' },
    caseId,
    task,
    data: {
      plan: plan.id,
      reason,
      calls,
      ...(next === undefined ? {} : { person: next }),
      ...(previous === undefined ? {} : { previous }),
    },
  }
}

async function tell(
  spine: Spine,
  tx: Tx,
  plan: Plan,
  request: ApprovalRequest,
  next: string | undefined,
): Promise<void> {
  const role = accountableRole(request)
  if (next === undefined && role === undefined) return
  await spine.notices.put(tx, {
    tenant: plan.tenant,
    id: spine.nextId(),
    kind: 'plan.handed_over',
    urgency: 'page',
    to: next === undefined ? { role: role ?? '' } : { person: next },
    about: { plan: plan.id, caseId: plan.caseId },
    atMs: spine.clock.nowMs(),
  })
}
