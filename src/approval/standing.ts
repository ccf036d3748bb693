/**
 * A standing plan: what its owner approves before it is asked. Narrow by construction: one action, named targets,
 * environments and agents, reversible only, self-expiring, counted and sampled afterwards. It discharges what its
 * signer's own role would have to sign and nothing else, so no hard floor can be crossed with it (DESIGN 8). Pure.
 */
import type { Classification, Effect, Target } from '../catalogue/tool.ts'
import { EFFECTS } from '../catalogue/tool.ts'
import type { AgentMode } from '../identity/agent.ts'
import type { Certificate, Person, Role } from '../identity/person.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Digest } from '../kernel/digest.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { Obligation } from '../policy/decision.ts'
import type { Shift } from '../roster/roster.ts'
import type { FailingTest } from './eligibility.ts'
import { type Bound, within } from './plan-bound.ts'

export type StandingScope = {
  readonly targets: readonly Bound[]
  readonly environments: readonly string[]
  /** Ids. */
  readonly agents: readonly string[]
}

export type StandingPlan = {
  readonly tenant: string
  readonly id: string
  /** The person who signed, and the role they own the class in. */
  readonly owner: string
  readonly role: Role
  readonly action: string
  /** The worst any reviewed tool makes of the action; a call beyond it is not covered. */
  readonly effect: Effect
  readonly scope: StandingScope
  /** Targets per window. */
  readonly cap: number
  readonly windowMs: number
  /** Of a hundred uses so many are reviewed afterwards. */
  readonly samplePercent: number
  readonly digest: Digest
  /** The key it was signed with, from `contain` up. */
  readonly passkey?: string
  readonly state: 'live' | 'revoked'
  readonly createdAtMs: InstantMs
  readonly expiresAtMs: InstantMs
}

export type StandingUse = {
  readonly tenant: string
  readonly standing: string
  readonly call: string
  readonly action: string
  readonly isSampled: boolean
  readonly atMs: InstantMs
  readonly verdict?: 'agreed' | 'disagreed'
  readonly reviewedBy?: string
}

/** Flags that stand for a hard floor (DESIGN 8). */
const FLOOR_FLAGS: readonly string[] = [
  'externally-visible',
  'reduces-visibility',
  'arbitrary-execution',
  'returns-secret',
  'starts-agent',
  'governance-input',
  'destroys-evidence',
  'alters-evidence',
  'touches-containment',
  'regulated-data',
]
const CREDENTIAL_KINDS: readonly string[] = ['credential', 'key', 'certificate', 'secret']
/** The one floor made for people who look afterwards: lowering attention, sampled (DESIGN 5). */
const OPEN_FLOOR = 'floor-lowering'

/** The hard floors a class stands on, by name; empty when it may be pre-authorised. */
export function floorsOf(
  one: Pick<Classification, 'effect' | 'reversibility' | 'flags' | 'target' | 'inverse'>,
): readonly string[] {
  const isReversible =
    one.effect === 'influence' ||
    one.reversibility === 'time-limited' ||
    (one.reversibility === 'reversible' && one.inverse !== undefined)
  return [
    ...(isReversible && one.effect !== 'destructive' ? [] : ['irreversible']),
    ...one.flags.filter((flag) => FLOOR_FLAGS.includes(flag)),
    ...(CREDENTIAL_KINDS.includes(one.target.kind) ? ['cloud-credential'] : []),
  ]
}

/** What is signed is what the person sent, so that they can compute it; each is signed once. */
export function standingDigest(tenant: string, owner: string, proposal: JsonObject): Digest {
  return digestOfJson('countersign-standing-v1', { owner, proposal, tenant })
}

/** What somebody must be to sign one, or the test that fails. */
export function signerFault(facts: {
  readonly person: Person
  readonly role: Role
  readonly classes: readonly string[]
  readonly onDuty: readonly Shift[]
  readonly certificates: readonly Certificate[]
  /** Ids of what of it the ledger does not bear out. */
  readonly unrecorded: readonly string[]
  /** Owners of the agents it is for. */
  readonly agentOwners: readonly string[]
  readonly nowMs: InstantMs
}): FailingTest | undefined {
  const { person, role, nowMs } = facts
  if (person.state !== 'active') return 'suspended'
  if (!person.roles.includes(role)) return 'role'
  if (facts.unrecorded.includes(person.id)) return 'role_unrecorded'
  if (!facts.onDuty.some((shift) => shift.person === person.id && shift.role === role))
    return 'on_duty'
  const valid = facts.certificates.filter(
    ({ actionClass, expiresAtMs }) => facts.classes.includes(actionClass) && expiresAtMs > nowMs,
  )
  if (valid.length === 0) return 'certified'
  if (valid.every(({ id }) => facts.unrecorded.includes(id))) return 'certificate_unrecorded'
  return facts.agentOwners.includes(person.id) ? 'agent_owner' : undefined
}

/**
 * The policies it may discharge for a held call, or undefined when any of them needs somebody else: another role, a
 * second person, or the owner at that moment because of a floor.
 */
export function dischargedBy(
  role: Role,
  obligations: readonly Obligation[],
): readonly string[] | undefined {
  const isOwn = (one: Obligation) =>
    one.role === role &&
    one.requires !== 'dual' &&
    one.coSigners.length === 0 &&
    (!one.policyId.startsWith('floor-') || one.policyId === OPEN_FLOOR)
  return obligations.length > 0 && obligations.every(isOwn)
    ? obligations.map(({ policyId }) => policyId)
    : undefined
}

/** Whether the plan is about this call. */
export function isCovered(
  plan: StandingPlan,
  call: {
    readonly agent: string
    readonly mode: AgentMode
    readonly effect: Effect
    readonly targets: readonly {
      readonly target: Target
      readonly isKnown: boolean
      readonly environment: string
    }[]
    readonly nowMs: InstantMs
  },
): boolean {
  // A supervised agent is watched act by act; only triage that is sampled afterwards runs ahead of that.
  const isTrusted =
    call.mode === 'delegated' || (call.mode === 'supervised' && call.effect === 'influence')
  const isInTime = plan.state === 'live' && plan.expiresAtMs > call.nowMs
  const isWithin = EFFECTS.indexOf(call.effect) <= EFFECTS.indexOf(plan.effect)
  if (!isTrusted || !isInTime || !isWithin || !plan.scope.agents.includes(call.agent)) return false
  return (
    call.targets.length > 0 &&
    call.targets.every(
      ({ target, isKnown, environment }) =>
        isKnown &&
        plan.scope.environments.includes(environment) &&
        plan.scope.targets.some((bound) => within(bound, target.id)),
    )
  )
}
