/**
 * Ends what rests on the word of somebody who is not believed any more: a passkey of theirs was revoked, or they were
 * suspended. What they released and has not run is void, and a plan they released stands still. A revoked key ends what
 * that key signed and nothing else, what still waits for a second person and standing plans included; where the books
 * do not say which key it was, it is taken to be this one: asking again is cheap, and a thief's yes is not.
 */
import type { Plan } from '../approval/plan.ts'
import type { PlanStore } from '../approval/plan-ports.ts'
import type { ApprovalStore, LiveGrant } from '../approval/ports.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import { closed } from '../approval/resolve.ts'
import type { StandingPlan } from '../approval/standing.ts'
import type { StandingStore } from '../approval/standing-ports.ts'
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
  readonly standings: StandingStore
  readonly plans: PlanStore
  readonly notices: NoticeQueue
  readonly nextId: NextId
  readonly clock: Clock
}

export type EndSignedInput = {
  readonly tenant: string
  readonly person: string
  readonly actor: Actor
} & (
  | { readonly reason: 'signer_withdrawn' }
  | { readonly reason: 'passkey_revoked'; readonly passkey: string }
)

/** Reads what there is; the answer ends it inside a commit and tells each end as an entry. */
export type EndSigned = (
  input: EndSignedInput,
) => Promise<(tx: Tx) => Promise<readonly EntryDraft[]>>

export function endSignedWith(parts: EndSignedParts): EndSigned {
  return async (input) => {
    const plans = await parts.plans.list(input.tenant, 'open')
    const standings = await parts.standings.list(input.tenant)
    return async (tx) => {
      const entries: EntryDraft[] = []
      const live = await parts.approvals.liveGrants(tx)
      for (const grant of live.filter((each) => restsOn(each, input))) {
        const plan = plans.find(({ id }) => id === grant.plan)
        entries.push(...(await end(parts, tx, input, grant, plan)))
      }
      if (input.reason === 'signer_withdrawn') return entries
      const waiting = await parts.approvals.pendingSignedWith(tx, input.passkey)
      for (const request of waiting) entries.push(await cancel(parts, tx, input, request))
      const signed = standings.filter((each) => each.state === 'live' && isBy(each, input))
      for (const { id } of signed) entries.push(...(await revoke(parts, tx, input, id)))
      return entries
    }
  }
}

type Revoked = Extract<EndSignedInput, { reason: 'passkey_revoked' }>

/** A key signs from `contain` up only; below, a yes does not rest on it. */
function restsOn(grant: LiveGrant, input: EndSignedInput): boolean {
  if (!grant.people.includes(input.person)) return false
  if (input.reason === 'signer_withdrawn') return true
  return needsPasskey(grant.effect) && (grant.passkeys?.includes(input.passkey) ?? true)
}

function isBy(
  { owner, effect, passkey }: StandingPlan,
  { person, passkey: revoked }: Revoked,
): boolean {
  return owner === person && needsPasskey(effect) && (passkey ?? revoked) === revoked
}

/** The other person would sign beside a yes that is nobody's; the agent is told and asks again. */
async function cancel(
  parts: EndSignedParts,
  tx: Tx,
  { actor, reason }: Revoked,
  request: ApprovalRequest,
): Promise<EntryDraft> {
  const { id, actionDigest, caseId, task, call } = request
  const atMs = parts.clock.nowMs()
  await parts.approvals.put(tx, closed(request, 'cancelled', undefined, atMs, reason))
  const data = { request: id, action_digest: actionDigest, reason }
  return draft(baseOf(parts), 'approval.cancelled', actor, { caseId, task, call, data })
}

async function revoke(
  parts: EndSignedParts,
  tx: Tx,
  { actor }: Revoked,
  standing: string,
): Promise<readonly EntryDraft[]> {
  if (!(await parts.standings.revoke(tx, standing))) return []
  const data = { standing, person: actor.id }
  return [draft(baseOf(parts), 'standing.revoked', actor, { data })]
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
  const data = { request, action_digest: actionDigest, grant: id, reason }
  return [draft(baseOf(parts), 'grant.voided', actor, { caseId, task, call, data })]
}

function baseOf({ nextId, clock }: EndSignedParts) {
  return { nextId, nowMs: clock.nowMs }
}
