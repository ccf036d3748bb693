/**
 * What a stop ends. In its own commit: approvals not yet used are void, what calls in flight borrowed is taken back,
 * and with it the calls are cut off (enforcement/halt.ts). Right after it: questions about what is stopped.
 */
import type { ApprovalStore } from '../approval/ports.ts'
import { closed } from '../approval/resolve.ts'
import { atLeast, EFFECTS } from '../catalogue/tool.ts'
import { type LetGoParts, letGo } from '../enforcement/let-go.ts'
import type { Stop } from '../facts/facts.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Commit, Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { NextId } from '../kernel/ids.ts'
import type { LeaseStore } from '../lease/lease.ts'

export type EndStoppedParts = {
  readonly commit: Commit
  readonly clock: Clock
  readonly nextId: NextId
  readonly approvals: ApprovalStore
  readonly leases: LeaseStore
  readonly brokeredLeases: LetGoParts['brokeredLeases']
}

/** The entries of what ends with the stop itself. */
export async function endStopped(
  parts: EndStoppedParts,
  tx: Tx,
  stop: Stop,
): Promise<readonly EntryDraft[]> {
  const voided = await voidGrants(parts, tx, stop)
  return [...voided, ...(await revokeInFlight(parts, tx, stop))]
}

/**
 * Closes the questions side by side, so that the store writes many in one transaction; none of them can release
 * anything meanwhile, because the stop is a fact of every dispatch.
 */
export async function cancelQuestions(parts: EndStoppedParts, stop: Stop): Promise<void> {
  const pending = await parts.approvals.list(stop.tenant, 'pending')
  await Promise.all(
    pending
      .filter(({ agent, tool }) => covers(stop, agent, tool))
      .map(({ id }) => cancelStopped(parts, stop, id)),
  )
}

function covers(stop: Stop, agent: string, tool: string): boolean {
  if (stop.scope === 'agent') return stop.subject === agent
  if (stop.scope === 'tool') return stop.subject === tool
  return true
}

/** What a call in flight borrowed is taken back; its outcome is settled as for any other call (R18). */
async function revokeInFlight(
  parts: EndStoppedParts,
  tx: Tx,
  stop: Stop,
): Promise<readonly EntryDraft[]> {
  const entries: EntryDraft[] = []
  for (const lease of await parts.leases.inFlight(tx)) {
    const isSpared = stop.scope === 'writes' && !changesSomething(lease.effect)
    if (isSpared || !covers(stop, lease.agent, lease.tool)) continue
    const { caseId, task, call } = lease
    const actor = { kind: 'person', id: stop.pressedBy } as const
    const told = { atMs: stop.pressedAtMs, actor, caseId, task, call }
    entries.push(...(await letGo(parts, tx, lease, told, 'stopped')))
  }
  return entries
}

/** What a stop of all writes forbids (`stopFor`); an effect nobody knows is one. */
function changesSomething(effect: string): boolean {
  const known = EFFECTS.find((one) => one === effect)
  return known === undefined || atLeast(known, 'influence')
}

async function voidGrants(
  parts: EndStoppedParts,
  tx: Tx,
  stop: Stop,
): Promise<readonly EntryDraft[]> {
  const entries: EntryDraft[] = []
  for (const grant of await parts.approvals.liveGrants(tx)) {
    if (!covers(stop, grant.agent, grant.tool)) continue
    if (!(await parts.approvals.settleGrant(tx, grant.id, 'void'))) continue
    entries.push({
      id: parts.nextId(),
      type: 'grant.voided',
      atMs: stop.pressedAtMs,
      actor: { kind: 'person', id: stop.pressedBy },
      caseId: grant.caseId,
      task: grant.task,
      call: grant.call,
      data: {
        request: grant.request,
        action_digest: grant.actionDigest,
        grant: grant.id,
        reason: 'stopped',
      },
    })
  }
  return entries
}

async function cancelStopped(parts: EndStoppedParts, stop: Stop, requestId: string): Promise<void> {
  await parts
    .commit(stop.tenant, async (tx) => {
      const request = await parts.approvals.lock(tx, requestId)
      if (request?.state !== 'pending') throw new Failure('approval_closed', 'decided meanwhile')
      const id = parts.nextId()
      await parts.approvals.put(
        tx,
        closed(request, 'cancelled', stop.pressedBy, stop.pressedAtMs, 'stopped'),
      )
      return {
        value: undefined,
        entries: [
          {
            id,
            type: 'approval.cancelled',
            atMs: parts.clock.nowMs(),
            actor: { kind: 'person', id: stop.pressedBy },
            caseId: request.caseId,
            task: request.task,
            call: request.call,
            data: {
              request: request.id,
              action_digest: request.actionDigest,
              reason: 'stopped',
              person: stop.pressedBy,
            },
          },
        ],
      }
    })
    .catch((error: unknown) => {
      if (!(error instanceof Failure) || error.code !== 'approval_closed') throw error
    })
}
