/**
 * A held call that its owner approved beforehand. Looked for only when a person would be asked; used up in the
 * dispatch commit, where the plan is locked and its cap taken, so a revoked or spent one releases nothing.
 */
import { exceeds } from '../approval/limit.ts'
import { dischargedBy, isCovered, type StandingPlan } from '../approval/standing.ts'
import type { ClassifiedCall } from '../catalogue/tool.ts'
import type { Tx } from '../kernel/commit.ts'
import { sha256 } from '../kernel/digest.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { limitFor } from '../policy/role-limit.ts'
import type { Considered, Standing } from './considered.ts'
import { baseOf } from './entries.ts'
import type { CallPlace } from './place.ts'
import { decideCall } from './policy-request.ts'
import { riskOf } from './risk.ts'
import type { Spine } from './spine.ts'

/**
 * The standing plan that covers the call now, or undefined: then a person is asked as always. What is beyond the role
 * that signed it is beyond the plan: nobody approves beforehand what they could not approve when asked (R134).
 */
async function standingFor(
  spine: Spine,
  { call, facts, decision: held }: Considered,
  nowMs: number,
): Promise<Standing | undefined> {
  // What was handed over was pre-authorised for somebody else.
  if (held.kind !== 'hold' || facts.task.parent !== undefined) return undefined
  const { tenant, id: agent, mode } = facts.agent
  const targets = facts.targets.map(({ target, isKnown, asset }) => ({
    target,
    isKnown,
    environment: asset.environment,
  }))
  const limits = await spine.roleLimits(tenant)
  const asked = { effect: call.effect, risk: riskOf(call, facts) }
  for (const plan of await spine.standings.live(tenant, call.action)) {
    const policyIds = dischargedBy(plan.role, held.obligations)
    if (policyIds === undefined) continue
    if (!isCovered(plan, { agent, mode, effect: call.effect, targets, nowMs })) continue
    if (exceeds(asked, limitFor(limits, plan.role))) continue
    const used = await spine.budgets.used(tenant, keyOf(plan), plan.windowMs, nowMs)
    if (used + targets.length > plan.cap) continue
    const key = `person/${plan.owner}`
    const seen = await spine.facts.revisions.read(tenant, [key])
    const owner = await spine.people.byId(tenant, plan.owner)
    if (owner?.state !== 'active' || !owner.roles.includes(plan.role)) continue
    return { plan, policyIds, seen }
  }
  return undefined
}

/**
 * The same call decided with what a standing plan discharges, when one covers it and no person was asked yet. What
 * that does not make an allow stays as it was.
 */
export async function withStanding(
  spine: Spine,
  considered: Considered,
  isAsked: boolean,
): Promise<Considered> {
  const { call, facts, decision: held, bundle, requests } = considered
  if (isAsked || held.kind !== 'hold' || !held.isEnforced) return considered
  const standing = await standingFor(spine, considered, spine.clock.nowMs())
  if (standing === undefined) return considered
  const decision = decideCall(spine.decide, bundle, call, facts, requests, standing.policyIds)
  if (decision.kind !== 'allow') return considered
  const seen = { ...facts.seen, ...standing.seen }
  return { ...considered, decision, standing, facts: { ...facts, seen } }
}

/** Throws `facts_changed` when the plan was revoked or used up meanwhile; then nothing is sent. */
export async function useStanding(
  spine: Spine,
  tx: Tx,
  place: CallPlace,
  call: ClassifiedCall,
  { plan }: Standing,
): Promise<readonly EntryDraft[]> {
  const nowMs = spine.clock.nowMs()
  const current = await spine.standings.lock(tx, plan.id)
  if (current?.state !== 'live' || current.expiresAtMs <= nowMs)
    throw new Failure('facts_changed', 'the standing plan ended meanwhile')
  const amount = Math.max(1, call.targets.length)
  if (!(await spine.budgets.take(tx, keyOf(plan), amount, plan.cap, plan.windowMs, nowMs)))
    throw new Failure('facts_changed', 'the standing plan is used up')
  const isSampled = lotOf(place.callId) < plan.samplePercent
  await spine.standings.putUse(tx, {
    tenant: plan.tenant,
    standing: plan.id,
    call: place.callId,
    action: call.action,
    isSampled,
    atMs: nowMs,
  })
  return [
    {
      ...baseOf(place),
      id: spine.nextId(),
      type: 'standing.used',
      data: { standing: plan.id, action: call.action, sampled: isSampled },
    },
  ]
}

function keyOf({ id }: StandingPlan): string {
  return `standing/${id}`
}

/** 0 to 99, evenly, from an id the agent neither chooses nor knows beforehand. */
function lotOf(callId: string): number {
  const [a = 0, b = 0, c = 0] = sha256(new TextEncoder().encode(callId))
  return ((a << 16) | (b << 8) | c) % 100
}
