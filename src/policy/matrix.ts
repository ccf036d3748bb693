/**
 * Every action in every risk tier: what the bundle answers, and by which policy (R2). The tiers are the
 * questions people ask of a policy ("and if it is production?", "and if the agent has read a phishing mail?").
 */
import { type Classifiable, classesOf } from '../catalogue/classification.ts'
import type { Effect, Tool } from '../catalogue/tool.ts'
import { EFFECTS } from '../catalogue/tool.ts'
import { canonicalText } from '../kernel/canonical-json.ts'
import { digestOf } from '../kernel/digest.ts'
import type { ActionClass } from './actions.ts'
import { UNCLASSIFIED } from './actions.ts'
import type { Bundle } from './bundle.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { STRENGTHS } from './obligations.ts'
import type { ActiveBundle } from './ports.ts'
import type { PolicyRequest } from './request.ts'
import { SAMPLE_REQUEST } from './sample-request.ts'

/** What is asked: an action, and what its tool adds where it came from one. */
export type Subject = ActionClass & {
  readonly tool?: string
  readonly properties?: Pick<
    PolicyRequest['call'],
    'direction' | 'reversibility' | 'hasInverse' | 'flags'
  >
}

export type Tier = { readonly name: string; readonly apply: (base: PolicyRequest) => PolicyRequest }

const target = (change: Partial<PolicyRequest['target']>): Tier['apply'] => {
  return (base) => ({ ...base, target: { ...base.target, ...change } })
}
const call = (change: Partial<PolicyRequest['call']>): Tier['apply'] => {
  return (base) => ({ ...base, call: { ...base.call, ...change } })
}

export const TIERS: readonly Tier[] = [
  { name: 'lab', apply: target({ environment: 'lab', criticality: 1 }) },
  { name: 'production', apply: (base) => base },
  { name: 'critical', apply: target({ criticality: 4 }) },
  { name: 'tier-0', apply: target({ criticality: 5, labels: ['availability-critical'] }) },
  {
    name: 'unknown-target',
    apply: target({ isKnown: false, criticality: 5, environment: 'unknown' }),
  },
  {
    name: 'severe-case',
    apply: (base) => ({ ...base, incident: { ...base.incident, severity: 1 } }),
  },
  {
    name: 'severe-lab',
    apply: (base) => ({
      ...base,
      incident: { ...base.incident, severity: 1 },
      target: { ...base.target, environment: 'lab', criticality: 1 },
    }),
  },
  { name: 'many-targets', apply: call({ targetCount: 1_000 }) },
  { name: 'irreversible', apply: call({ reversibility: 'irreversible', hasInverse: false }) },
  {
    name: 'tainted',
    apply: (base) => ({ ...base, exposure: { ...base.exposure, untrustedSources: ['mail'] } }),
  },
  {
    name: 'investigating',
    apply: (base) => ({ ...base, task: { ...base.task, purpose: 'investigate' } }),
  },
  {
    name: 'advisory-agent',
    apply: (base) => ({ ...base, agent: { ...base.agent, mode: 'advisory' } }),
  },
  {
    name: 'shadow-agent',
    apply: (base) => ({ ...base, agent: { ...base.agent, mode: 'shadow' } }),
  },
  { name: 'stale-facts', apply: (base) => ({ ...base, stale: ['case'] }) },
]

export type MatrixRow = {
  readonly subject: Subject
  readonly tier: string
  readonly decision: Decision
  /** From 0 (allow) over 1 confirm, 2 approve, 3 dual to 4 (deny). */
  readonly gate: number
}

/** A request for this subject with nothing else against it. */
export function requestFor({ action, effect, tool, properties }: Subject): PolicyRequest {
  const kind = action.slice(action.indexOf(':') + 1)
  return {
    ...SAMPLE_REQUEST,
    call: {
      ...SAMPLE_REQUEST.call,
      action,
      effect,
      direction: effect === 'influence' ? 'lowers' : 'none',
      tool: tool ?? SAMPLE_REQUEST.call.tool,
      ...properties,
    },
    target: { ...SAMPLE_REQUEST.target, kind },
  }
}

/** One row per subject and tier, in their order. */
export function explainMatrix(
  bundle: ActiveBundle,
  subjects: readonly Subject[],
): readonly MatrixRow[] {
  const entry = digestOf('countersign-catalogue-v1', new Uint8Array())
  return subjects.flatMap((subject) =>
    TIERS.map((tier) => {
      const decision = decide(bundle, tier.apply(requestFor(subject)), entry, [])
      return { subject, tier: tier.name, decision, gate: gateOf(decision) }
    }),
  )
}

export function gateOf(decision: Decision): number {
  if (decision.kind === 'allow') return 0
  if (decision.kind === 'deny') return STRENGTHS.length + 1
  return 1 + Math.max(...decision.obligations.map((one) => STRENGTHS.indexOf(one.requires)))
}

/** What a bundle's actions ask, without the `unclassified` ones, which are always denied. */
export function subjectsOfBundle(bundle: Bundle): readonly Subject[] {
  return bundle.actions.filter((one) => one.action !== UNCLASSIFIED)
}

/** Every way a reviewed tool's calls can be classified; empty while nobody has reviewed it. */
export function subjectsOfTool({ exposedName, reviewed }: Tool): readonly Subject[] {
  return reviewed === undefined ? [] : subjectsOfEntry(exposedName, reviewed)
}

/** The same of an entry, with the name of its tool for reports. */
export function subjectsOfEntry(tool: string, reviewed: Classifiable): readonly Subject[] {
  const subjects = classesOf(reviewed).map((one): Subject => {
    const direction = one.effect === 'influence' ? (one.direction ?? 'lowers') : 'none'
    const { reversibility, flags } = one
    const hasInverse = one.inverse !== undefined
    return {
      action: `${one.verb}:${one.target.kind}`,
      effect: one.effect,
      tool,
      properties: { direction, reversibility, hasInverse, flags },
    }
  })
  return [...new Map(subjects.map((one) => [canonicalText(one), one])).values()]
}

/** Effects in their order, for reports. */
export function rankOfEffect(effect: Effect): number {
  return EFFECTS.indexOf(effect)
}
