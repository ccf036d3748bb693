/**
 * A policy bundle: everything a decision rests on that is not a fact, as one JSON value with one digest. It
 * is self-contained, so that an old decision can be decided again offline.
 */
import type { Effect } from '../catalogue/tool.ts'
import type { Role } from '../identity/person.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'
import type { ActionClass } from './actions.ts'
import { completeActions } from './actions.ts'
import type { RoleLimit } from './role-limit.ts'
import { schemaText } from './schema.ts'

/** Prefix of the built-in policies no bundle can drop. What they decide is enforced even where monitored. */
export const FLOOR_PREFIX = 'floor-'

/** Policy id to the text of that one policy. */
export type PolicyTexts = { readonly [id: string]: string }

/** The documented risk thresholds (R35). Policies read them from the context, so a number stands in one place. */
export type Thresholds = {
  readonly version: string
  readonly owner: string
  readonly rationale: string
  /** `YYYY-MM-DD`. */
  readonly effectiveFrom: string
  readonly reviewBy: string
  /** Per target kind: more targets than this in one call and the stronger gate applies (R139). */
  readonly targetLimit: { readonly default: number; readonly [kind: string]: number }
  /** Criticality (0 to 5) from which a target counts as critical. */
  readonly criticalFrom: number
  /** Case severity (1 worst, 5 mildest) up to which a case counts as severe; 0: none does. */
  readonly severeUpTo: number
  /** Effects below `contain`, or actions of them, that may be approved from a chat; absent: none. */
  readonly chatMayApprove?: readonly string[]
}

/**
 * What is owned on its own, whatever effect the call has: telling customers or the public, and evidence that is
 * collected, altered or destroyed (R138, R149). The flags of a call say whether it is one of them.
 */
export const TRIGGERS: Readonly<Record<string, readonly string[]>> = {
  evidence: ['collects-evidence', 'alters-evidence', 'destroys-evidence'],
  'customer-notification': ['externally-visible'],
}

/** Who owns a class: an action, a trigger, an effect or `default`, optionally of one tenant, in one environment. */
export type OwnerRule = {
  readonly class: string
  readonly tenant?: string
  readonly environment?: string
  readonly role: Role
}

/** An action that is recorded but let pass until `expiresAtMs`, because somebody said so and why. */
export type MonitorRule = {
  readonly action: string
  readonly expiresAtMs: number
  readonly owner: string
  readonly reason: string
}

export type BundleDraft = {
  readonly floor: PolicyTexts
  readonly policies: PolicyTexts
  readonly actions: readonly ActionClass[]
  readonly thresholds: Thresholds
  readonly owners: readonly OwnerRule[]
  readonly limits: readonly RoleLimit[]
  readonly monitored: readonly MonitorRule[]
}

export type EngineVersions = { readonly sdk: string; readonly language: string }

export type Bundle = BundleDraft & {
  readonly format: 'countersign-bundle-v1'
  /** 1 for the first of a tenant; only ever rises. */
  readonly sequence: number
  readonly parent?: Digest
  readonly engine: EngineVersions
  readonly schema: string
}

/** Seals a draft into a bundle: completes its actions and generates its schema. Pure and repeatable. */
export function makeBundle(
  draft: BundleDraft,
  place: { readonly sequence: number; readonly parent?: Digest; readonly engine: EngineVersions },
): Bundle {
  const actions = completeActions(draft.actions)
  return {
    format: 'countersign-bundle-v1',
    sequence: place.sequence,
    ...(place.parent === undefined ? {} : { parent: place.parent }),
    engine: place.engine,
    floor: draft.floor,
    policies: draft.policies,
    actions,
    thresholds: draft.thresholds,
    owners: draft.owners,
    limits: draft.limits,
    monitored: draft.monitored,
    schema: schemaText(actions),
  }
}

/** What decisions, approvals and entries cite as the policy version. */
export function bundleDigestOf(bundle: Bundle): Digest {
  return digestOfJson('countersign-bundle-v1', bundle)
}

/** Floor and pack policies together. Ids cannot clash: only the floor may use its prefix. */
export function allPolicies(bundle: BundleDraft): PolicyTexts {
  return { ...bundle.policies, ...bundle.floor }
}

/** The rules as they hold in one tenant: its own instead of those for all, and nobody else's. */
export function ownersIn(tenant: string, owners: readonly OwnerRule[]): readonly OwnerRule[] {
  const own = owners.filter((rule) => rule.tenant === tenant)
  const general = owners.filter(
    (rule) =>
      rule.tenant === undefined &&
      !own.some((one) => one.class === rule.class && one.environment === rule.environment),
  )
  return [...own.map(({ tenant: _, ...rule }) => rule), ...general]
}

/** The most specific rule: action, trigger, effect, default, each with the environment before without. */
export function ownerRoleOf(
  owners: readonly OwnerRule[],
  action: string,
  effect: Effect,
  environment: string,
  flags: readonly string[],
): Role {
  const triggers = Object.keys(TRIGGERS).filter((name) =>
    TRIGGERS[name]?.some((flag) => flags.includes(flag)),
  )
  for (const wanted of [action, ...triggers, effect, 'default']) {
    const rules = owners.filter((rule) => rule.class === wanted && rule.tenant === undefined)
    const exact = rules.find((rule) => rule.environment === environment)
    const general = rules.find((rule) => rule.environment === undefined)
    const found = exact ?? general
    if (found !== undefined) return found.role
  }
  // Only a bundle that never passed its lint gets here; the highest role is the safe owner.
  return 'incident-commander'
}
