/**
 * Steps 6 and 7: the commit that lets a call act, and the act.
 *
 * One transaction re-checks what the decision saw, reserves budgets, consumes the grant and writes decision,
 * lease and dispatch. A crash before it: nothing happened. A crash after it: the call is `dispatched` without
 * an outcome, and recovery settles it as `unknown` or by probe. The frame leaves only through the slot that
 * this commit minted, so nothing can act before it.
 */
import type { ApprovalRequest } from '../approval/request.ts'
import type { ClassifiedCall } from '../catalogue/tool.ts'
import type { Committed, Tx } from '../kernel/commit.ts'
import type { Digest } from '../kernel/digest.ts'
import type { DispatchSlot } from '../kernel/dispatch-slot.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Lease } from '../lease/lease.ts'
import type { Task } from '../task/task.ts'
import type { Considered } from './considered.ts'
import { baseOf, decidedDraft, dispatchedDraft, leaseIssuedDraft } from './entries.ts'
import { type DigestedFrame, digested, frameOf } from './frame-of.ts'
import { leaveBehind } from './leave-behind.ts'
import type { Lent } from './lent.ts'
import type { CallPlace } from './place.ts'
import type { PlannedStep } from './plan-step.ts'
import { recheck, releasedBy } from './recheck.ts'
import { recordOf } from './record.ts'
import { sourcesShown } from './shown-sources.ts'
import type { Spine } from './spine.ts'
import { supersede } from './supersede.ts'
import { takeBudgets } from './take-budgets.ts'
import type { Frame } from './upstream.ts'
import { placeInPlan, useGrant } from './use-grant.ts'

/** Beyond the call's own time limit; covers the way there and back. */
const LEASE_SLACK_MS = 10_000

export type Dispatched = {
  readonly slot: DispatchSlot
  readonly receipt: Receipt
  readonly frame: Frame
  readonly frameDigest: Digest
  readonly lease: Lease
  readonly dispatchedAtMs: number
}

/**
 * Commits the dispatch. Throws `facts_changed` (nothing written; decide again), `budget_exhausted`,
 * `grant_used`, `approval_expired`, `task_expired` (nothing written), or what the commit port throws. With a
 * borrowed credential the decision is on record already, and is checked again.
 */
export async function commitDispatch(
  spine: Spine,
  considered: Considered,
  request: ApprovalRequest | undefined,
  lent?: Lent,
): Promise<Dispatched> {
  const { intent, place, call, facts, discharged, planned } = considered
  const { tenant } = place.session
  const { grant } = discharged
  const nowMs = spine.clock.nowMs()
  const shown = grant === undefined ? [] : await sourcesShown(spine, facts, request)
  const sending = digested(frameOf(intent, call, place.callId))
  const lease = lent?.lease ?? leaseOf(spine, place, call, nowMs)
  const ids = idsOf(spine, lent)
  const done = await spine.commit(tenant, async (tx) => {
    await recheck(spine, tx, facts, grant, nowMs)
    // What a handed-over task does counts for those it was handed from as well.
    const spenders = [facts.task, ...considered.above.map(({ task }) => task)]
    for (const task of spenders) await takeBudgets(spine, tx, task, call, nowMs)
    const used = await useGrant(spine, tx, considered, ids.dispatched)
    await spine.facts.tasks.approveSources(tx, facts.task.id, shown)
    // Without a grant the call runs because it is allowed now, and the question about it is moot.
    const released = releasedBy(considered, request)
    const moot =
      grant === undefined && request !== undefined
        ? await endQuestion(spine, tx, place, request)
        : []
    const upgraded =
      grant !== undefined && request?.upgradesPurpose === true && facts.task.purpose !== 'respond'
        ? [await upgradePurpose(spine, tx, place, facts.task)]
        : []
    const [issued, sent] = await dispatchEntries(spine, tx, place, call, sending, lease, ids, {
      attempt: considered.attempt,
      request: released?.id,
      grant: planned === undefined ? grant?.id : undefined,
      planned,
      approvers: grant?.people ?? [],
    })
    const rest = [...moot, ...upgraded]
    const entries: [EntryDraft, ...EntryDraft[]] =
      lent === undefined
        ? [decidedDraft(ids.decision, considered, released?.id), ...rest, issued, sent, ...used]
        : [issued, ...rest, sent, ...used]
    return { value: undefined, entries }
  })
  return slotOf(done, ids.dispatched, { ...sending, lease, dispatchedAtMs: nowMs })
}

/** Ids of the entries of a dispatch. `decided` is what it rests on: the draft beside it, or an entry before it. */
export type DispatchIds = {
  readonly decided: string | Receipt
  readonly lease: string
  readonly dispatched: string
  readonly lent?: Lent | undefined
}

function idsOf(spine: Spine, lent: Lent | undefined): DispatchIds & { readonly decision: string } {
  const decision = spine.nextId()
  const ids = { decision, lease: spine.nextId(), dispatched: spine.nextId() }
  return lent === undefined
    ? { ...ids, decided: decision }
    : { ...ids, decided: lent.decided, lent }
}

/** What the dispatch entry says about the approval it rests on. */
export type Rests = {
  readonly attempt: number
  readonly request: string | undefined
  readonly grant: string | undefined
  readonly planned?: PlannedStep | undefined
  /** Who signed for it, and may lift it first. Absent: nothing that could be lifted is recorded. */
  readonly approvers?: readonly string[]
}

/** Writes lease and record of a dispatch and gives their entries; the one way a slot comes to be. */
export async function dispatchEntries(
  spine: Spine,
  tx: Tx,
  place: CallPlace,
  call: ClassifiedCall,
  { frame, frameDigest }: DigestedFrame,
  lease: Lease,
  ids: DispatchIds,
  rests: Rests,
): Promise<readonly [EntryDraft, EntryDraft]> {
  if (ids.lent !== undefined) await putIssued(spine, tx, ids.lent)
  await spine.leases.put(tx, lease)
  const record = recordOf(
    place,
    {
      action: call.action,
      effect: call.effect,
      state: 'dispatched',
      request: rests.request,
      lease: lease.id,
      dispatchedEntry: ids.dispatched,
      node: spine.node,
    },
    lease.issuedAtMs,
  )
  await spine.calls.put(tx, record)
  const { approvers } = rests
  const effect =
    approvers === undefined
      ? undefined
      : await leaveBehind(spine, tx, place, call, ids.dispatched, approvers, lease.issuedAtMs)
  const dispatched = dispatchedDraft(ids.dispatched, place, {
    upstream: frame.upstream,
    frame: frameDigest,
    lease: lease.id,
    attempt: rests.attempt,
    cites: [ids.decided, ids.lease],
    ...(rests.grant === undefined ? {} : { grant: rests.grant }),
    ...(rests.planned === undefined ? {} : placeInPlan(call, rests.planned)),
    call,
    ...(effect === undefined ? {} : { effect }),
  })
  return [leaseIssuedDraft(ids.lease, place, lease, ids.decided, ids.lent), dispatched]
}

/** What was borrowed may have been taken back between its issue and here. Throws `facts_changed`. */
async function putIssued(spine: Spine, tx: Tx, { lease, issued }: Lent): Promise<void> {
  if (await spine.brokeredLeases.issued(tx, lease.id, issued)) return
  throw new Failure('facts_changed', 'the credential was taken back meanwhile')
}

/** The slot and receipt of the dispatch entry, as the commit minted them. */
export function slotOf(
  done: Committed<unknown>,
  dispatchedId: string,
  rest: Pick<Dispatched, 'frame' | 'frameDigest' | 'lease' | 'dispatchedAtMs'>,
): Dispatched {
  const [slot] = done.slots
  const receipt = done.receipts.find((each) => each.entryId === dispatchedId)
  if (slot === undefined || receipt === undefined) {
    throw new Failure('internal', 'the commit minted no slot')
  }
  return { slot, receipt, ...rest }
}

/** A credential for this call only; a local lease is the right to have one injected. */
export function leaseOf(
  spine: Spine,
  place: CallPlace,
  call: ClassifiedCall,
  nowMs: number,
): Lease {
  return {
    tenant: place.session.tenant,
    id: spine.nextId(),
    kind: 'local',
    task: place.session.task.id,
    call: place.callId,
    upstream: place.upstream,
    tool: place.label.tool,
    state: 'live',
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + call.timeoutMs + LEASE_SLACK_MS,
    ...(place.actor === undefined ? {} : { isOwn: true as const }),
  }
}

/** A yes that came in the meantime sends the call back, so that it runs on the grant and not beside it. */
async function endQuestion(
  spine: Spine,
  tx: Tx,
  place: CallPlace,
  request: ApprovalRequest,
): Promise<readonly EntryDraft[]> {
  const ended = await supersede(spine, tx, place, request)
  if (ended.length === 0) throw new Failure('facts_changed', 'the request was decided meanwhile')
  return ended
}

/** The one signature that approved the call also turns the task towards responding (R10). */
async function upgradePurpose(
  spine: Spine,
  tx: Tx,
  place: CallPlace,
  task: Task,
): Promise<EntryDraft> {
  await spine.facts.tasks.put(tx, { ...task, purpose: 'respond' })
  return {
    ...baseOf(place),
    id: spine.nextId(),
    type: 'task.changed',
    data: { task: task.id, purpose: 'respond', reason: 'approved_write' },
  }
}
