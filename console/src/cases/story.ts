/** An entry of the ledger as a line of a story: a picture, a sentence of facts, and what kind of line it is. Pure. */
import type { Timeline } from '../api/wire.ts'
import { actionText, plainWords } from '../approvals/words.ts'
import type { IconName } from '../ui/icon.tsx'
import type { Tone } from '../ui/tone.ts'

export type TimelineEntry = Timeline['entries'][number]

export const KINDS = ['asked', 'advice', 'call', 'decision', 'effect', 'case'] as const
export type StoryKind = (typeof KINDS)[number]

export const KIND_NAMES: Readonly<Record<StoryKind, string>> = {
  asked: 'Sessions',
  advice: 'Advice',
  call: 'Calls',
  decision: 'Decisions',
  effect: 'Effects',
  case: 'Case',
}

export type Story = {
  readonly kind: StoryKind
  readonly icon: IconName
  readonly tone: Tone
  readonly text: string
}

type Data = TimelineEntry['data']
type Tell = (data: Data) => readonly [StoryKind, IconName, Tone, string]

const word = (data: Data, name: string): string => plainWords(String(data[name] ?? ''))
const raw = (data: Data, name: string): string => String(data[name] ?? '')

// biome-ignore format: one event per line
const LINES: Readonly<Record<string, Tell>> = {
  'case.linked': (d) => ['case', 'cases', 'plain', `case linked, severity ${raw(d, 'severity')}, ${word(d, 'state')}`],
  'case.changed': (d) => ['case', 'cases', 'plain', `case changed${d.state === undefined ? '' : `: ${word(d, 'state')}`}`],
  'task.opened': (d) => ['asked', 'agents', 'accent', `session opened to ${word(d, 'purpose')}`],
  'task.changed': (d) => ['asked', 'agents', 'plain', `session changed: ${word(d, 'reason')}`],
  'task.closed': (d) => ['asked', 'agents', 'plain', `session closed: ${word(d, 'reason')}`],
  'token.issued': () => ['asked', 'key', 'plain', 'task token issued'],
  'prompt.received': (d) => ['asked', 'ask', 'claim', `prompt (${word(d, 'provenance')})`],
  'recommendation.made': (d) => ['advice', 'ask', 'claim', `recommendation, ${word(d, 'status')}`],
  'recommendation.decided': (d) => ['advice', 'person', 'plain', `recommendation ${word(d, 'verdict')}`],
  'tool.call.decided': (d) => ['call', 'policies', d.decision === 'deny' ? 'danger' : 'plain', `policy said ${word(d, 'decision')} to ${actionText(raw(d, 'action'))}${d.reason === undefined ? '' : ` (${word(d, 'reason')})`}`],
  'tool.call.dispatched': (d) => ['call', 'tools', 'accent', `call sent to ${raw(d, 'upstream')}`],
  'tool.call.outcome': (d) => ['effect', 'target', d.outcome === 'applied_verified' ? 'good' : d.outcome === 'failed' || d.outcome === 'unknown' ? 'danger' : 'plain', `outcome: ${word(d, 'outcome')}${d.probe === undefined ? '' : `, probe ${word(d, 'probe')}`}`],
  'tool.result.delivered': (d) => ['effect', 'eye', 'plain', `result delivered${Number(d.redactions) > 0 ? `, ${raw(d, 'redactions')} redaction(s)` : ''}`],
  'lease.requested': () => ['call', 'key', 'plain', 'credential requested'],
  'lease.issued': (d) => ['call', 'key', 'plain', `credential lent for ${raw(d, 'tool')}`],
  'lease.revoked': (d) => ['call', 'key', 'plain', `credential taken back: ${word(d, 'reason')}`],
  'approval.requested': (d) => ['decision', 'clock', 'warn', `a person was asked: ${word(d, 'role')} (${word(d, 'strength')})`],
  'approval.viewed': () => ['decision', 'eye', 'plain', 'request opened'],
  'approval.acknowledged': () => ['decision', 'eye', 'plain', 'request acknowledged'],
  'approval.taken_over': () => ['decision', 'person', 'plain', 'request taken over'],
  'approval.escalated': (d) => ['decision', 'warn', 'warn', `escalated to ${word(d, 'role')}: ${word(d, 'reason')}`],
  'approval.granted': (d) => ['decision', 'good', 'good', `approved as ${word(d, 'role')}`],
  'approval.co_signed': (d) => ['decision', 'good', 'good', `co-signed as ${word(d, 'role')}`],
  'approval.advised': (d) => ['decision', 'info', 'plain', `advice, not counted: ${word(d, 'failing')}`],
  'approval.denied': () => ['decision', 'deny', 'danger', 'denied'],
  'approval.expired': (d) => ['decision', 'clock', 'plain', `nobody decided: ${word(d, 'reason')}`],
  'approval.cancelled': (d) => ['decision', 'deny', 'plain', `cancelled: ${word(d, 'reason')}`],
  'grant.voided': (d) => ['decision', 'deny', 'warn', `approval void: ${word(d, 'reason')}`],
  'export.created': (d) => ['case', 'download', 'plain', `exported, ${raw(d, 'entries')} entries`],
  'privacy.payload.erased': (d) => ['case', 'deny', 'warn', `payloads erased: ${word(d, 'reason')}`],
}

/** An event this console does not know is told by its name. */
export function storyOf(entry: TimelineEntry): Story {
  const [kind, icon, tone, text] = LINES[entry.type]?.(entry.data) ?? [
    kindOf(entry.type),
    'info' as const,
    'plain' as const,
    plainWords(entry.type.replaceAll('.', ' ')),
  ]
  return { kind, icon, tone, text }
}

function kindOf(type: string): StoryKind {
  if (type.startsWith('approval.') || type.startsWith('plan.')) return 'decision'
  return type.startsWith('tool.') || type.startsWith('lease.') ? 'call' : 'case'
}
