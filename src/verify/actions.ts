/**
 * What an auditor asks of each call: which agent, what was decided under which policy version, who answers
 * for it, what people said, and how it ended. Everything here is read from proved entries, and each part
 * names the index of its entry.
 */
import type { PlacedEntry } from '../ledger/finding.ts'
import type { Statement } from './statements.ts'

export type DecisionRecord = {
  readonly index: number
  readonly decision: string
  /** False when the action class was only monitored: a no was recorded and let pass. */
  readonly enforced: boolean
  readonly reason: string
  /** Digests of the whole policy bundle and of what decided this action; absent when none was reached. */
  readonly bundle?: string
  readonly rule?: string
  readonly policies: readonly string[]
}

export type AnswerRecord = {
  readonly index: number
  /** `approved`, `co-signed`, `denied`, `expired` or `cancelled`. */
  readonly answer: string
  /** Absent when time or the gateway ended the request. */
  readonly person?: string
  readonly role?: string
  /** Id of the certificate that entitled them. */
  readonly certificate?: string
  /** Digest of exactly what was answered. */
  readonly actionDigest?: string
  /** Id of the passkey that signed it. */
  readonly passkey?: string
}

/** A question to people. `owner` is the person accountable when it was asked. */
export type RequestRecord = Partial<Statement> & {
  readonly request: string
  readonly role?: string
  readonly owner?: string
  readonly answers: readonly AnswerRecord[]
}

export type ActionRecord = {
  readonly call: string
  readonly tool: string
  /** Id of the agent that asked. */
  readonly agent: string
  /** Id of the person answerable for the task; of a held call the owner of its request is beside it. */
  readonly onBehalfOf?: string
  readonly decisions: readonly DecisionRecord[]
  /** All requests that a decision of this call names, also when an earlier call raised them. */
  readonly requests: readonly RequestRecord[]
  /** Index of the entry that had to be durable before anything was sent; absent when nothing was. */
  readonly dispatchedAt?: number
  /** The recorded outcome, or `waiting`, `not sent`, `open`. */
  readonly outcome: string
}

type CallDraft = {
  readonly task: string | undefined
  readonly call: string
  readonly tool: string
  readonly agent: string
  readonly decisions: DecisionRecord[]
  readonly requests: Set<string>
  dispatchedAt: number | undefined
  outcome: string
}

type RequestDraft = { role?: string; owner?: string; readonly answers: AnswerRecord[] }

const ANSWERS: Readonly<Record<string, string>> = {
  'approval.granted': 'approved',
  'approval.emergency': 'released in an emergency',
  'approval.co_signed': 'co-signed',
  'approval.denied': 'denied',
  'approval.expired': 'expired',
  'approval.cancelled': 'cancelled',
}

/** The calls of a case in the order of their first decision. */
export function actionsOf(
  entries: readonly PlacedEntry[],
  statements: ReadonlyMap<string, Statement>,
): readonly ActionRecord[] {
  const calls = new Map<string, CallDraft>()
  const requests = new Map<string, RequestDraft>()
  const analysts = new Map<string | undefined, string>()
  for (const placed of entries) {
    readCall(calls, placed)
    readRequest(requests, placed)
    const { type, data } = placed.entry
    const analyst = textOf(data.on_behalf_of)
    if (type === 'task.opened' && analyst !== undefined) analysts.set(textOf(data.task), analyst)
  }
  return [...calls.values()].map(({ dispatchedAt, requests: asked, task, ...call }) => ({
    ...call,
    ...onBehalfOf(analysts.get(task)),
    requests: [...asked].map((request) => ({
      request,
      answers: [],
      ...requests.get(request),
      ...statements.get(request),
    })),
    ...(dispatchedAt === undefined ? {} : { dispatchedAt }),
  }))
}

function onBehalfOf(analyst: string | undefined): Pick<ActionRecord, 'onBehalfOf'> {
  return analyst === undefined ? {} : { onBehalfOf: analyst }
}

function readCall(calls: Map<string, CallDraft>, { index, entry }: PlacedEntry): void {
  const { type, data, call, actor } = entry
  if (call === undefined) return
  const known = calls.get(call)
  if (type === 'tool.call.decided') {
    const draft = known ?? begin(call, entry.task, textOf(data.tool) ?? '', actor.id)
    calls.set(call, draft)
    draft.decisions.push(decisionOf(index, data))
    const request = textOf(data.request)
    if (request !== undefined) draft.requests.add(request)
    if (draft.dispatchedAt === undefined) {
      draft.outcome = data.decision === 'hold' ? 'waiting' : 'not sent'
    }
  } else if (known !== undefined && type === 'tool.call.dispatched') {
    known.dispatchedAt = index
    known.outcome = 'open'
  } else if (known !== undefined && type === 'tool.call.outcome') {
    known.outcome = textOf(data.outcome) ?? known.outcome
  }
}

function decisionOf(index: number, data: PlacedEntry['entry']['data']): DecisionRecord {
  const [bundle, rule] = [textOf(data.bundle), textOf(data.rule)]
  return {
    index,
    decision: textOf(data.decision) ?? '',
    enforced: data.enforced !== false,
    reason: textOf(data.reason) ?? '',
    ...(bundle === undefined ? {} : { bundle }),
    ...(rule === undefined ? {} : { rule }),
    policies: Array.isArray(data.policies) ? data.policies : [],
  }
}

function readRequest(requests: Map<string, RequestDraft>, { index, entry }: PlacedEntry): void {
  const { type, data } = entry
  const request = textOf(data.request)
  if (request === undefined || !type.startsWith('approval.')) return
  const draft = requests.get(request) ?? { answers: [] }
  requests.set(request, draft)
  const [role, owner, person] = [textOf(data.role), textOf(data.owner), textOf(data.person)]
  if (type === 'approval.requested' || type === 'approval.escalated') {
    if (role !== undefined) draft.role = role
    if (owner !== undefined) draft.owner = owner
  }
  const isHandedOn = type === 'approval.taken_over' || type === 'approval.handed_over'
  if (isHandedOn && person !== undefined) draft.owner = person
  const answer = ANSWERS[type]
  if (answer === undefined) return
  const [certificate, passkey] = [textOf(data.certificate), textOf(data.passkey)]
  const actionDigest = textOf(data.action_digest)
  draft.answers.push({
    index,
    answer,
    ...(person === undefined ? {} : { person }),
    ...(role === undefined ? {} : { role }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(actionDigest === undefined ? {} : { actionDigest }),
    ...(passkey === undefined ? {} : { passkey }),
  })
}

function begin(call: string, task: string | undefined, tool: string, agent: string): CallDraft {
  return {
    call,
    task,
    tool,
    agent,
    decisions: [],
    requests: new Set(),
    dispatchedAt: undefined,
    outcome: 'not sent',
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
