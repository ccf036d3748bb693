/**
 * Ends what rests on the word of somebody who is not believed any more: their passkey was revoked, or they were
 * suspended. What they released and has not run is void, and a plan they released stands still. The books do not
 * say which key of a person signed, so a revoked key ends all they signed: asking again is cheap, and a thief's
 * yes is not.
 */
import type { Plan } from '../approval/plan.ts'
import type { PlanStore } from '../approval/plan-ports.ts'
import type { ApprovalStore, LiveGrant } from '../approval/ports.ts'
import { endPlan } from '../enforcement/plan-end.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Actor, EntryDraft } from '../kernel/entry.ts'
import type { NextId } from '../kernel/ids.ts'
import type { NoticeQueue } from '../kernel/notice.ts'
import { draft } from './base.ts'
import { needsPasskey } from './countersign.ts'

export type EndSignedParts = {
  readonly approvals: ApprovalStore
  readonly plans: PlanStore
  readonly notices: NoticeQueue
  readonly nextId: NextId
  readonly clock: Clock
}

export type Disbelief = 'passkey_revoked' | 'signer_withdrawn'

export type EndSignedInput = {
  readonly tenant: string
  readonly person: string
  readonly reason: Disbelief
  readonly actor: Actor
}

/** Reads what there is; the answer ends it inside a commit and tells each end as an entry. */
export type EndSigned = (
  input: EndSignedInput,
) => Promise<(tx: Tx) => Promise<readonly EntryDraft[]>>

export function endSignedWith(parts: EndSignedParts): EndSigned {
  return async (input) => {
    const plans = await parts.plans.list(input.tenant, 'open')
    return async (tx) => {
      const entries: EntryDraft[] = []
      const live = await parts.approvals.liveGrants(tx)
      for (const grant of live.filter((each) => restsOn(each, input))) {
        const plan = plans.find(({ id }) => id === grant.plan)
        entries.push(...(await end(parts, tx, input, grant, plan)))
      }
      return entries
    }
  }
}

/** A key signs from `contain` up only; below, a yes does not rest on it. */
function restsOn(grant: LiveGrant, { person, reason }: EndSignedInput): boolean {
  if (!grant.people.includes(person)) return false
  return reason === 'signer_withdrawn' || needsPasskey(grant.effect)
}

async function end(
  parts: EndSignedParts,
  tx: Tx,
  { actor, reason }: EndSignedInput,
  grant: LiveGrant,
  plan: Plan | undefined,
): Promise<readonly EntryDraft[]> {
  if (plan !== undefined)
    return endPlan(parts, tx, { plan, grant, actor, reason: 'signer_withdrawn' })
  if (!(await parts.approvals.settleGrant(tx, grant.id, 'void'))) return []
  const { id, request, actionDigest, caseId, task, call } = grant
  const base = { nextId: parts.nextId, nowMs: parts.clock.nowMs }
  const data = { request, action_digest: actionDigest, grant: id, reason }
  return [draft(base, 'grant.voided', actor, { caseId, task, call, data })]
}
