/** Machine words as a practitioner says them. An unknown word is shown as it is: it is never made nicer. */
import type { Tone } from '../ui/tone.ts'

const VERBS: Readonly<Record<string, string>> = {
  allow: 'allow',
  cancel: 'cancel',
  close: 'close',
  contain: 'isolate',
  copy: 'copy',
  create: 'create',
  delete: 'delete',
  deny: 'block',
  detonate: 'detonate',
  dispose: 'dispose of',
  execute: 'run',
  investigate: 'investigate',
  locate: 'locate',
  notify: 'notify',
  query: 'query',
  redirect: 'redirect',
  remediate: 'remediate',
  restart: 'restart',
  restore: 'restore',
  scan: 'scan',
  set: 'change',
  start: 'start',
  stop: 'disable',
  update: 'update',
}
const KINDS: Readonly<Record<string, string>> = {
  account: 'account',
  device: 'host',
  domain_name: 'domain',
  email_addr: 'mailbox',
  file: 'file',
  ipv4_net: 'address',
  ipv6_net: 'address',
  process: 'process',
  uri: 'link',
}

/** `deny:ipv4_net` becomes `block address`. */
export function actionText(action: string): string {
  const [verb = action, kind = ''] = action.split(':', 2)
  return [VERBS[verb] ?? verb, KINDS[kind] ?? kind.replaceAll('_', ' ')].join(' ').trim()
}

export function verbText(action: string): string {
  const verb = action.split(':', 1)[0] ?? action
  return VERBS[verb] ?? verb
}

export function kindText(kind: string): string {
  return KINDS[kind] ?? kind.replaceAll('_', ' ')
}

const EFFECTS = ['read', 'annotate', 'influence', 'write', 'contain', 'identity', 'destructive']

/** Higher is worse; what is unknown is worst. */
export function effectRank(effect: string): number {
  const rank = EFFECTS.indexOf(effect)
  return rank < 0 ? EFFECTS.length : rank
}

export function effectTone(effect: string): Tone {
  const rank = effectRank(effect)
  if (rank >= 5) return 'danger'
  return rank >= 3 ? 'warn' : 'plain'
}

/** The eligibility tests in the words of the person they are about, and what would help. */
const FAILING: Readonly<Record<string, string>> = {
  suspended: 'You are suspended.',
  no_need_left: 'Nothing is left to sign.',
  role: 'You do not hold the role this asks for.',
  on_duty: 'You hold the role, but you are not on duty for it now.',
  certified: 'You are not certified for this class of action, or the certificate has run out.',
  role_unrecorded: 'The audit record does not bear out your roles. Have them given to you again.',
  certificate_unrecorded:
    'The audit record does not bear out your certificate. Have it issued again.',
  requester: 'The work is done on your behalf, so somebody else has to sign.',
  target: 'You are the target.',
  suspect: 'You are marked as a suspect in this case.',
  agent_owner: 'You own the agent, and this cannot be taken back: somebody else signs.',
  already_signed: 'You have signed already; the second signature is somebody else’s.',
  owner: 'The request is in somebody else’s hands.',
}

export function failingText(failing: string | undefined): string {
  if (failing === undefined) return 'You are not entitled.'
  return FAILING[failing] ?? `Test that fails: ${failing}.`
}

const SOURCES: Readonly<Record<string, readonly [string, Tone]>> = {
  evidence: ['from evidence', 'good'],
  case: ['from the case', 'good'],
  inventory: ['in the inventory', 'good'],
  unsupported: ['no recorded source', 'warn'],
  unexamined: ['not examined', 'warn'],
}

export function sourceText(source: string): readonly [string, Tone] {
  return SOURCES[source] ?? [source, 'plain']
}

const STATES: Readonly<Record<string, readonly [string, Tone]>> = {
  pending: ['waiting', 'warn'],
  approved: ['approved', 'good'],
  denied: ['denied', 'danger'],
  expired: ['expired', 'plain'],
  cancelled: ['cancelled', 'plain'],
}

export function stateText(state: string): readonly [string, Tone] {
  return STATES[state] ?? [state, 'plain']
}

const EFFECT_STATES: Readonly<Record<string, string>> = {
  pending: 'outcome not known yet',
  standing: 'in force',
  held: 'in force past its end',
  lifted: 'taken back',
  ended: 'ended',
  none: 'without effect',
}

/** What became of what a call did. */
export function effectStateText(state: string): string {
  return EFFECT_STATES[state] ?? state
}

/** Ids of policies, roles and reasons, with their hyphens and underscores taken for spaces. */
export function plainWords(word: string): string {
  return word.replaceAll(/[_-]/g, ' ')
}
