/** What is known about the cause of a notice when its message is written, and whether it still matters. */
import type { ApprovalStore } from '../approval/ports.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { CaseStore } from '../case/case.ts'
import type { StopStore } from '../facts/ports.ts'
import type { AgentStore, PersonStore } from '../identity/ports.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Notice, NoticeKind } from '../kernel/notice.ts'
import type { MessageFacts } from '../notice/message.ts'
import type { GovernedStore } from '../oversight/change.ts'
import type { MayApproveInChat } from './chat-decision.ts'

export type DescribeDeps = {
  readonly approvals: ApprovalStore
  readonly agents: AgentStore
  readonly cases: CaseStore
  readonly people: PersonStore
  readonly stops: StopStore
  readonly governed: GovernedStore
  readonly mayApproveInChat: MayApproveInChat
}

/** Kinds that ask for a decision: without an open question there is nothing to ask. */
const ASKING: readonly NoticeKind[] = [
  'approval.requested',
  'approval.escalated',
  'approval.expiring',
  'approval.handed_over',
]

/** `moot` names why nobody needs to hear of it any more. */
export type Described = { readonly facts: MessageFacts } | { readonly moot: string }

export async function describeNotice(
  deps: DescribeDeps,
  notice: Notice,
  nowMs: InstantMs,
): Promise<Described> {
  const { tenant, about } = notice
  const request =
    about.request === undefined ? undefined : await deps.approvals.byId(tenant, about.request)
  if (ASKING.includes(notice.kind)) {
    if (request === undefined) return { moot: 'gone' }
    if (request.state !== 'pending') return { moot: request.state }
    if (request.expiresAtMs <= nowMs) return { moot: 'expired' }
  }
  if (about.change !== undefined) {
    const change = await deps.governed.byId(tenant, about.change)
    if (change?.state !== 'proposed' && change?.state !== 'alone')
      return { moot: change?.state ?? 'gone' }
    const proposer = await deps.people.byId(tenant, change.proposedBy)
    const person = proposer === undefined ? {} : { person: proposer.name }
    const { kind: action, state, dueAtMs: decideByMs } = change
    return { facts: { action, state, decideByMs, ...person } }
  }
  const [requestFacts, stopFacts] = await Promise.all([
    request === undefined ? {} : factsOfRequest(deps, notice, request),
    about.stop === undefined ? {} : factsOfStop(deps, tenant, about.stop),
  ])
  const caseId = about.caseId ?? request?.caseId
  const record = caseId === undefined ? undefined : await deps.cases.byId(tenant, caseId)
  const caseFacts = record === undefined ? {} : { caseRef: record.externalRef }
  return { facts: { ...requestFacts, ...stopFacts, ...caseFacts } }
}

async function factsOfRequest(
  deps: DescribeDeps,
  notice: Notice,
  request: ApprovalRequest,
): Promise<MessageFacts> {
  const { tenant, action, effect, isIrreversible, state, decidedBy } = request
  const [agent, person] = await Promise.all([
    deps.agents.byId(tenant, request.agent),
    decidedBy === undefined ? undefined : deps.people.byId(tenant, decidedBy),
  ])
  const isAsking = ASKING.includes(notice.kind)
  return {
    action,
    effect,
    isIrreversible,
    state,
    ...(agent === undefined ? {} : { agent: agent.name }),
    ...(person === undefined ? {} : { person: person.name }),
    ...(isAsking ? { decideByMs: request.expiresAtMs } : {}),
    ...(isAsking
      ? {
          decision: {
            request: request.id,
            digest: request.actionDigest,
            mayApprove: await deps.mayApproveInChat(tenant, action, effect),
          },
        }
      : {}),
  }
}

async function factsOfStop(deps: DescribeDeps, tenant: string, id: string): Promise<MessageFacts> {
  const stop = (await deps.stops.active(tenant)).find((each) => each.id === id)
  if (stop === undefined) return {}
  const isAgent = stop.scope === 'agent' && stop.subject !== undefined
  const [person, agent] = await Promise.all([
    deps.people.byId(tenant, stop.pressedBy),
    isAgent ? deps.agents.byId(tenant, stop.subject ?? '') : undefined,
  ])
  const subject = agent?.name ?? stop.subject
  return {
    scope: stop.scope,
    ...(subject === undefined ? {} : { subject }),
    ...(person === undefined ? {} : { person: person.name }),
  }
}
