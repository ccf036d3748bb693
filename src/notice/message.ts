/**
 * What a message says: one sentence, what it would do, until when, and where to decide. Never arguments,
 * reasons or the agent's own words: a chat is read by more people than may read a case. Names that others
 * chose (an agent's, a case number) are shown with every character visible; each format escapes them again.
 */

import type { InstantMs } from '../kernel/clock.ts'
import type { NoticeAbout, NoticeKind, Urgency } from '../kernel/notice.ts'
import { visible } from '../kernel/visible-text.ts'

/** What is known about the cause when the message is written. Everything is optional: rows may be gone. */
export type MessageFacts = {
  readonly agent?: string
  readonly action?: string
  readonly effect?: string
  readonly isIrreversible?: boolean
  /** The number of the case in its own system. */
  readonly caseRef?: string
  readonly decideByMs?: InstantMs
  readonly state?: string
  /** Name of the person who did it. */
  readonly person?: string
  readonly scope?: string
  readonly subject?: string
  /** A question that may be answered where the message is read. */
  readonly decision?: Decision
}

export type Decision = {
  readonly request: string
  /** What the person is shown by this message; goes back with the answer. */
  readonly digest: string
  /** Whether policy lets a chat say yes to this class. */
  readonly mayApprove: boolean
}

export type Message = {
  /** Equal for every attempt: who gets it twice can tell. */
  readonly id: string
  readonly kind: NoticeKind
  readonly urgency: Urgency
  readonly atMs: InstantMs
  readonly sentence: string
  readonly details: readonly { readonly label: string; readonly value: string }[]
  readonly link: string
  readonly about: NoticeAbout
  readonly decision?: Decision
}

export type MessagePlace = {
  readonly id: string
  readonly baseUrl: string
  readonly notice: {
    readonly kind: NoticeKind
    readonly urgency: Urgency
    readonly about: NoticeAbout
    readonly atMs: InstantMs
  }
}

export function messageOf(place: MessagePlace, given: MessageFacts): Message {
  const { kind, urgency, about, atMs } = place.notice
  const facts = shown(given)
  return {
    id: place.id,
    kind,
    urgency,
    atMs,
    about,
    sentence: SENTENCES[kind](facts),
    details: detailsOf(facts),
    link: linkOf(place.baseUrl, about),
    ...(given.decision === undefined ? {} : { decision: given.decision }),
  }
}

/** Longer than any name or number people give; what is longer is not one. */
const MAX_SHOWN = 120

function shown(facts: MessageFacts): MessageFacts {
  const texts = Object.entries(facts).map(([name, value]) => {
    const isLong = typeof value === 'string' && value.length > MAX_SHOWN
    const cut = isLong ? `${value.slice(0, MAX_SHOWN)}...` : value
    return [name, typeof cut === 'string' ? visible(cut) : cut]
  })
  return Object.fromEntries(texts) as MessageFacts
}

const action = ({ action: name = 'an action' }: MessageFacts) => name
const agent = ({ agent: name }: MessageFacts) => (name === undefined ? 'An agent' : `Agent ${name}`)
const person = ({ person: name = 'Somebody' }: MessageFacts) => name

const SENTENCES: Readonly<Record<NoticeKind, (facts: MessageFacts) => string>> = {
  'approval.requested': (facts) => `${agent(facts)} waits for your decision on ${action(facts)}.`,
  'approval.escalated': (facts) =>
    `Nobody has decided yet: ${action(facts)} is now yours to decide.`,
  'approval.expiring': (facts) => `Time is running out to decide on ${action(facts)}.`,
  'approval.decided': decided,
  'approval.handed_over': (facts) => `A decision on ${action(facts)} was handed over to you.`,
  'approval.emergency': (facts) =>
    `${person(facts)} released ${action(facts)} in an emergency; it has to be reviewed.`,
  'plan.stopped': () => 'A plan was stopped before its end.',
  'plan.handed_over': () => 'You are asked to answer for a plan that is running.',
  'stop.pressed': stopped,
  'agent.quarantined': () =>
    'An agent was suspended: it went on reaching for more targets than it may.',
  'roster.unreachable': () => 'A rota cannot be read; the last known one stands in.',
  'roster.gap': () => 'The rota has a gap: somebody could be asked and nobody would be there.',
  'containment.ended': () => 'A containment has reached its end and holds; decide what comes next.',
  'lease.stuck': () => 'A credential could not be taken back.',
  'lease.misused': () => 'A credential was presented for something it was not lent for.',
  'undo.failed': () => 'Undoing an action has failed.',
  'effect.exceeded': () => 'An action reached further than was approved.',
  'collection.failed': () => 'Evidence of something isolated is not being collected.',
  'clock.jumped': () => 'The clock of a gateway jumped; until it is right, agents only read.',
  'change.proposed': (facts) =>
    facts.state === 'alone'
      ? `${person(facts)} made a change alone that has to be reviewed: ${action(facts)}.`
      : `${person(facts)} proposed a change that needs a second person: ${action(facts)}.`,
}

function decided(facts: MessageFacts): string {
  if (facts.state === 'expired') return `Nobody decided on ${action(facts)} in time.`
  if (facts.state === 'cancelled') return `The question about ${action(facts)} was withdrawn.`
  const verb = facts.state === 'approved' ? 'approved' : 'denied'
  return `${person(facts)} ${verb} ${action(facts)}.`
}

const SCOPES: Readonly<Record<string, string>> = {
  tenant: 'everything',
  writes: 'all writes',
  agent: 'an agent',
  tool: 'a tool',
}

function stopped(facts: MessageFacts): string {
  const what = SCOPES[facts.scope ?? ''] ?? 'something'
  return `${person(facts)} stopped ${facts.subject === undefined ? what : `${what}, ${facts.subject}`}.`
}

function detailsOf(facts: MessageFacts): Message['details'] {
  const { effect, isIrreversible, caseRef, decideByMs } = facts
  const effectText = isIrreversible === true ? `${effect}, cannot be undone` : effect
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Effect', effectText],
    ['Case', caseRef],
    ['Decide by', decideByMs === undefined ? undefined : clockText(decideByMs)],
  ]
  return rows.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]))
}

/** UTC, because a message does not know where its reader is. */
function clockText(atMs: InstantMs): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function linkOf(baseUrl: string, about: NoticeAbout): string {
  if (about.request !== undefined) return `${baseUrl}/approvals/${about.request}`
  if (about.plan !== undefined) return `${baseUrl}/plans/${about.plan}`
  if (about.change !== undefined) return `${baseUrl}/changes/${about.change}`
  return about.caseId === undefined ? `${baseUrl}/` : `${baseUrl}/cases/${about.caseId}`
}
