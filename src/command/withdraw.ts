/** The agent takes its own request back, or a person cancels it. A withdrawn request releases nothing. */
import { closed } from '../approval/resolve.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { type DecisionParts, reasonOf, requestData, textPayload } from './decision-parts.ts'
import type { DecisionOutcome, WithdrawInput } from './decision-ports.ts'

/** Throws `not_found` (also for another agent's request), `approval_closed`, `reason_required` of a person. */
export async function withdraw(
  parts: DecisionParts,
  input: WithdrawInput,
): Promise<DecisionOutcome> {
  const { by } = input
  const reason = by.kind === 'person' ? reasonOf(input.reason) : input.reason.trim()
  const { value, receipts } = await parts.commit(input.tenant, async (tx) => {
    const request = await parts.approvals.lock(tx, input.requestId)
    const isTheirs = by.kind === 'person' || (request?.agent === by.id && request.task === by.task)
    if (request === undefined || !isTheirs)
      throw new Failure('not_found', 'there is no such approval request')
    if (request.state !== 'pending')
      throw new Failure('approval_closed', `the request is ${request.state}`)
    const atMs = parts.clock.nowMs()
    const id = parts.nextId()
    const person = by.kind === 'person' ? by.person.id : undefined
    const cancelled = {
      ...closed(request, 'cancelled', person, atMs, 'withdrawn'),
      decisionEntry: id,
    }
    await parts.approvals.put(tx, cancelled)
    const entry: EntryDraft = {
      id,
      atMs,
      type: 'approval.cancelled',
      caseId: request.caseId,
      task: request.task,
      call: request.call,
      actor:
        by.kind === 'person' ? { kind: 'person', id: by.person.id } : { kind: 'agent', id: by.id },
      data: {
        ...requestData(request),
        reason: 'withdrawn',
        ...(person === undefined ? {} : { person }),
      },
      ...(reason === '' ? {} : { payloads: { reason: textPayload(reason) } }),
    }
    return { value: cancelled, entries: [entry] }
  })
  return { kind: 'cancelled', request: value, receipts }
}
