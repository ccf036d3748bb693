/** A question to the policy as a form has it, and as the gateway wants it: what differs from an unremarkable call. Pure. */
import type { Approval } from '../api/wire.ts'
import { readPackage } from '../approvals/package.ts'
import type { ActionClass } from './bundle.ts'

export type Question = {
  readonly action: string
  readonly effect: string
  readonly target: string
  readonly environment: string
  readonly criticality: number
  readonly severity: number
  readonly targets: number
  readonly purpose: string
  readonly mode: string
  readonly isKnown: boolean
  readonly isFinal: boolean
  readonly isTainted: boolean
}

export const MODES = ['shadow', 'advisory', 'supervised', 'delegated']
export const ENVIRONMENTS = ['lab', 'staging', 'production', 'unknown']

/** The worst the bundle speaks of that has an undo is where somebody begins to ask. */
export function firstQuestion(actions: readonly ActionClass[]): Question {
  const { action, effect } =
    actions.find(({ effect: each }) => each === 'contain') ?? actions[0] ?? UNKNOWN
  return {
    action,
    effect,
    target: 'sample-target',
    environment: 'production',
    criticality: 2,
    severity: 3,
    targets: 1,
    purpose: 'respond',
    mode: 'supervised',
    isKnown: true,
    isFinal: false,
    isTainted: false,
  }
}

const UNKNOWN: ActionClass = { action: 'query:case', effect: 'read' }

/** What a request asked, as far as its package says; its first target stands for the others. */
export function questionOf(request: Approval, otherwise: Question): Question {
  const { action, effect } = request
  const shown = request.package.state === 'present' ? readPackage(request.package.value) : undefined
  if (shown === undefined) return { ...otherwise, action, effect }
  const [target] = shown.targets
  return {
    action,
    effect,
    target: target?.id ?? 'none',
    environment: target?.environment ?? 'unknown',
    criticality: target?.criticality ?? 0,
    severity: shown.severity ?? otherwise.severity,
    targets: Math.max(1, shown.targets.length),
    purpose: shown.purpose === '' ? otherwise.purpose : shown.purpose,
    mode: shown.agentMode === '' ? otherwise.mode : shown.agentMode,
    isKnown: target?.isKnown ?? true,
    isFinal: shown.reversibility === 'irreversible',
    isTainted: shown.untrusted.length > 0,
  }
}

export function requestOf(question: Question): object {
  const { action, effect, target, environment, criticality, isKnown } = question
  const kind = action.split(':')[1] ?? 'case'
  return {
    call: {
      ...{ action, effect, targetCount: question.targets },
      direction: effect === 'influence' ? 'lowers' : 'none',
      ...(question.isFinal ? { reversibility: 'irreversible', hasInverse: false } : {}),
    },
    target: { kind, id: target, environment, criticality, isKnown },
    incident: { severity: question.severity },
    task: { purpose: question.purpose },
    agent: { mode: question.mode },
    exposure: { untrustedSources: question.isTainted ? ['mail'] : [] },
  }
}
