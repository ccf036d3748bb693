/**
 * What an auditor asks of each call: which agent, what was decided under which policy version, who answered
 * for it, and how it ended. Everything here is read from proved entries; each line names their indices.
 */
import type { PlacedEntry } from '../ledger/finding.ts'

export type ActionRecord = {
  readonly call: string
  readonly tool: string
  /** Id of the agent that asked. */
  readonly agent: string
  readonly decisions: readonly {
    readonly index: number
    readonly decision: string
    readonly reason: string
    /** Digest of the whole policy bundle, and of what decided this action. */
    readonly bundle: string
    readonly rule: string
    readonly policies: readonly string[]
  }[]
  /** Answers of people to the requests of this call, in order. */
  readonly answers: readonly {
    readonly index: number
    readonly answer: string
    readonly person: string
    readonly role: string
    /** Digest of exactly what the person answered. */
    readonly actionDigest: string
  }[]
  /** Index of the entry that had to be durable before anything was sent; absent when nothing was. */
  readonly dispatchedAt?: number
  readonly outcome: string
}

type Draft = {
  -readonly [Key in keyof ActionRecord]: ActionRecord[Key] extends readonly (infer Item)[]
    ? Item[]
    : ActionRecord[Key]
}

const ANSWERS: Readonly<Record<string, string>> = {
  'approval.granted': 'approved',
  'approval.co_signed': 'co-signed',
  'approval.denied': 'denied',
}

/** The calls of a case in the order of their first decision. */
export function actionsOf(entries: readonly PlacedEntry[]): readonly ActionRecord[] {
  const calls = new Map<string, Draft>()
  const callOfRequest = new Map<string, string>()
  for (const { index, entry } of entries) {
    const { type, data, call } = entry
    const value = (field: string): string => String(data[field] ?? '')
    if (type === 'tool.call.decided' && call !== undefined) {
      const draft = calls.get(call) ?? begin(call, value('tool'), entry.actor.id)
      const { policies } = data
      draft.decisions.push({
        index,
        decision: value('decision'),
        reason: value('reason'),
        bundle: value('bundle'),
        rule: value('rule'),
        policies: Array.isArray(policies) ? policies : [],
      })
      if (draft.dispatchedAt === undefined)
        draft.outcome = value('decision') === 'hold' ? 'waiting' : 'not sent'
      calls.set(call, draft)
      if (data.request !== undefined) callOfRequest.set(value('request'), call)
    }
    if (type === 'approval.requested' && call !== undefined)
      callOfRequest.set(value('request'), call)
    const draft = calls.get(call ?? callOfRequest.get(value('request')) ?? '')
    if (draft === undefined) continue
    const answer = ANSWERS[type]
    if (answer !== undefined) {
      draft.answers.push({
        index,
        answer,
        person: value('person'),
        role: value('role'),
        actionDigest: value('action_digest'),
      })
    }
    if (type === 'tool.call.dispatched')
      Object.assign(draft, { dispatchedAt: index, outcome: 'open' })
    if (type === 'tool.call.outcome') draft.outcome = value('outcome')
  }
  return [...calls.values()]
}

function begin(call: string, tool: string, agent: string): Draft {
  return { call, tool, agent, decisions: [], answers: [], outcome: 'not sent' }
}
