/** How a call that does not run is recorded and answered. A refusal is durable before the agent hears it. */
import type { StopReason } from '../approval/plan.ts'
import type { ApprovalRequest, Grant } from '../approval/request.ts'
import type { Done, Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { codeOf, Failure, type Refusal, refusal } from '../kernel/failure.ts'
import type { Attached } from './attach.ts'
import type { Considered } from './considered.ts'
import { endedAnswer } from './ended.ts'
import { baseOf, decidedDraft, refusedDraft } from './entries.ts'
import type { CallAnswer } from './intent.ts'
import type { CallPlace } from './place.ts'
import { endPlan } from './plan-end.ts'
import { quarantineFor } from './quarantine.ts'
import { recordOf } from './record.ts'
import type { Spine } from './spine.ts'
import { supersede } from './supersede.ts'
import { tellFanOut } from './tell-fan-out.ts'

const HOUR_MS = 3_600_000

/** A no that needs no policy, or came after it: one entry, then the answer. */
export async function recordRefusal(
  spine: Spine,
  place: CallPlace,
  no: Refusal,
  request?: ApprovalRequest,
  also: (tx: Tx) => Promise<readonly EntryDraft[]> = async () => [],
): Promise<CallAnswer> {
  const known = await spine.calls.byId(place.session.tenant, place.callId)
  const { action = 'unclassified', effect = 'unclassified' } = known ?? {}
  const isTooWide = no.code === 'fan_out_exceeded'
  const quarantine = isTooWide ? await quarantineFor(spine, place) : undefined
  const at = await commitDenied(spine, place, async (tx, own) => {
    await putDenied(spine, tx, own, action, effect)
    const wide = isTooWide
      ? [...(await tellFanOut(spine, tx, own)), ...((await quarantine?.(tx)) ?? [])]
      : []
    return {
      value: undefined,
      entries: [refusedDraft(spine.nextId(), own, no), ...wide, ...(await also(tx))],
    }
  })
  return answer(spine, at, no, request)
}

/**
 * Commits a denial. A call that an identical one overtook keeps its life: then this attempt is recorded as a
 * call of its own, and the place says so.
 */
async function commitDenied(
  spine: Spine,
  place: CallPlace,
  work: (tx: Tx, place: CallPlace) => Promise<Done<undefined>>,
): Promise<CallPlace> {
  const { tenant } = place.session
  const told = (own: CallPlace) =>
    spine.commit(tenant, async (tx) => {
      await takeRefusal(spine, tx, own)
      return work(tx, own)
    })
  try {
    await told(place)
    spine.at('refusal:after')
    return place
  } catch (error) {
    if (codeOf(error) !== 'conflict') throw error
    const own = { ...place, callId: spine.nextId() }
    await told(own)
    spine.at('refusal:after')
    return own
  }
}

/**
 * A refusal is kept for ever with the arguments that were refused, so a task may cause only so many. Those
 * beyond are refused all the same, without a record each. Throws `budget_exhausted`.
 */
async function takeRefusal(spine: Spine, tx: Tx, { session }: CallPlace): Promise<void> {
  const { budgets, limits, clock } = spine
  const key = `refusals/${session.task.id}`
  if (!(await budgets.take(tx, key, 1, limits.callsPerTask, HOUR_MS, clock.nowMs())))
    throw new Failure('budget_exhausted', 'too many refused calls in an hour')
}

/**
 * A deny of the policy, or an approval that no longer holds: its grant is voided in the same commit. An outage voids
 * nothing: the yes of a person still stands when the facts are back, as long as it would have stood anyway.
 */
export async function recordDenial(
  spine: Spine,
  considered: Considered,
  attached: Attached,
): Promise<CallAnswer> {
  const { place, call, discharged, decision } = considered
  const no = denialOf(considered)
  const recorded = { ...decision, kind: 'deny', reason: no.code, isEnforced: true } as const
  const at = await commitDenied(spine, place, async (tx, own) => {
    const told = { ...considered, place: own, decision: recorded }
    const entries: [EntryDraft, ...EntryDraft[]] = [
      decidedDraft(spine.nextId(), told, attached.request?.id),
    ]
    if (considered.planned !== undefined) {
      if (!TEMPORARY.has(no.code)) entries.push(...(await endDenied(spine, tx, considered)))
      await putDenied(spine, tx, own, call.action, call.effect)
      return { value: undefined, entries }
    }
    const isPassing = discharged.kind !== 'void' && TEMPORARY.has(no.code)
    const grant = isPassing ? undefined : discharged.grant
    const why = discharged.kind === 'void' ? discharged.reason : 'denied_at_execution'
    const end = why === 'lapsed' ? 'lapsed' : 'void'
    if (grant !== undefined && (await spine.approvals.settleGrant(tx, grant.id, end))) {
      entries.push(voidedDraft(spine, own, grant, why))
    }
    if (attached.request?.state === 'pending' && !TEMPORARY.has(no.code)) {
      entries.push(...(await supersede(spine, tx, own, attached.request)))
    }
    await putDenied(spine, tx, own, call.action, call.effect)
    return { value: undefined, entries }
  })
  return answer(spine, at, no, attached.request)
}

function denialOf({ decision, discharged }: Considered): Refusal {
  if (discharged.kind === 'void') return discharged.refusal
  if (decision.kind === 'hold')
    return refusal('approval_void', 'more is required now than was approved')
  const reason = decision.reason === 'allowed' ? 'forbidden' : decision.reason
  return refusal(reason, decision.detail, decision.policyIds)
}

/** A step that may not run ends its plan: what comes after it was approved to come after it. */
async function endDenied(
  spine: Spine,
  tx: Tx,
  { place, planned, discharged, decision }: Considered,
): Promise<readonly EntryDraft[]> {
  if (planned === undefined) return []
  const { plan, grant } = planned
  const actor = { kind: 'agent', id: place.session.agent.id } as const
  return endPlan(spine, tx, { plan, grant, actor, reason: reasonOf() })

  function reasonOf(): StopReason {
    if (discharged.kind !== 'void')
      return decision.kind === 'hold' ? 'more_required' : 'denied_at_execution'
    if (discharged.reason === 'lapsed' || discharged.reason === 'signer_withdrawn')
      return discharged.reason
    return 'rule_changed'
  }
}

function voidedDraft(spine: Spine, place: CallPlace, grant: Grant, reason: string): EntryDraft {
  return {
    ...baseOf(place),
    id: spine.nextId(),
    type: 'grant.voided',
    data: { request: grant.request, action_digest: grant.actionDigest, grant: grant.id, reason },
  }
}

/** Nobody should be asked about a call that is denied anyway; these may be over in a minute. */
const TEMPORARY: ReadonlySet<string> = new Set([
  'facts_unavailable',
  'policy_error',
  'policy_missing',
])

async function putDenied(
  spine: Spine,
  tx: Tx,
  place: CallPlace,
  action: string,
  effect: string,
): Promise<void> {
  const record = recordOf(place, { action, effect, state: 'denied' }, spine.clock.nowMs())
  await spine.calls.put(tx, record)
}

async function answer(
  spine: Spine,
  place: CallPlace,
  no: Refusal,
  request: ApprovalRequest | undefined,
): Promise<CallAnswer> {
  if (request === undefined) return { kind: 'refused', callId: place.callId, refusal: no }
  return endedAnswer(spine, place.callId, no, request)
}
