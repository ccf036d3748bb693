/** Kinds of changes as somebody would say them after "wants to". An unknown kind is shown as it is. */
import type { Change } from '../api/wire.ts'
import type { Tone } from '../ui/tone.ts'

const KINDS: Readonly<Record<string, string>> = {
  'person.register': 'register a person',
  'person.change': 'change what a person may do',
  'certificate.put': 'certify somebody',
  'shift.put': 'put somebody on the rota',
  'chat.link': 'link a chat account to a person',
  'asset.put': 'change what may never be touched',
  'policy.publish': 'publish another policy',
  'agent.register': 'register an agent',
  'agent.state': 'let an agent run',
  'agent.mode': 'change the mode of an agent',
  'agent.grants': 'change what an agent may call',
  'agent.key': 'give an agent another key',
  'import.people': 'import people',
  'import.roles': 'import roles',
  'import.certificates': 'import certificates',
  'import.assets': 'import assets',
}

export function kindWords(kind: string): string {
  return KINDS[kind] ?? kind
}

const STATES: Readonly<Record<Change['state'], readonly [string, Tone]>> = {
  proposed: ['waits for a second person', 'warn'],
  confirmed: ['confirmed', 'good'],
  rejected: ['refused', 'danger'],
  expired: ['expired', 'plain'],
  alone: ['made alone, to be reviewed', 'danger'],
  reviewed: ['reviewed', 'good'],
}

export function changeState(state: Change['state']): readonly [string, Tone] {
  return STATES[state]
}
