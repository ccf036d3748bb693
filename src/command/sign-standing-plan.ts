/**
 * Signing a standing plan. The signer owns the class, is on duty and certified for it, and owns none of the agents; a
 * class on a hard floor is refused with the floor's name.
 */
import { exceeds } from '../approval/limit.ts'
import { readBound, requireMembers, wrong } from '../approval/plan-bound.ts'
import {
  floorsOf,
  type StandingPlan,
  type StandingScope,
  signerFault,
  standingDigest,
} from '../approval/standing.ts'
import { classesOf, worstEffect } from '../catalogue/classification.ts'
import type { Classification, Effect } from '../catalogue/tool.ts'
import { readUnrecorded } from '../enforcement/duty.ts'
import type { Spine } from '../enforcement/spine.ts'
import type { Assertion } from '../identity/passkey.ts'
import type { Person, Role } from '../identity/person.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { limitFor } from '../policy/role-limit.ts'
import { draft, jsonPayload } from './base.ts'
import { type CountersignParts, countersignatureOf } from './countersign.ts'

export type SignParts = Spine & CountersignParts
type Parts = SignParts
type Signing = {
  readonly tenant: string
  readonly person: Person
  readonly proposal: JsonObject
  readonly assertion?: Assertion
}
type Signed = { readonly value: StandingPlan; readonly receipts: readonly Receipt[] }

const MEMBERS = [
  'action',
  'targets',
  'environments',
  'agents',
  'cap',
  'window_seconds',
  'sample_percent',
  'lifetime_seconds',
]
const ENVIRONMENTS = ['lab', 'staging', 'production']
const MAX_TARGET_BOUNDS = 20
const MAX_CAP = 1000
const DAY_S = 86_400
/** A month: what nobody renews has been forgotten. */
const MAX_LIFETIME_S = 31 * DAY_S

/** Throws `plan_invalid`, `standing_floor`, `not_eligible` naming the failing test, `policy_missing`. */
export async function signStandingPlan(
  parts: Parts,
  { tenant, person, proposal, assertion }: Signing,
): Promise<Signed> {
  requireMembers('plan', proposal, MEMBERS)
  const action = textOf('action', proposal.action)
  const agents = await agentsOf(parts, tenant, listOf('agents', proposal.agents))
  const scope = { ...placesOf(proposal), agents: agents.map(({ id }) => id) }
  const effect = await safeEffect(parts, tenant, action)
  const role = await ownerOf(parts, tenant, action, effect, scope.environments)
  const owners = agents.map(({ owner }) => owner)
  const certificate = await requireSigner(parts, person, role, [action, effect], owners)
  await requireReach(parts, tenant, role, effect, scope.environments)
  const createdAtMs = parts.clock.nowMs()
  const said = {
    tenant,
    id: parts.nextId(),
    owner: person.id,
    role,
    action,
    effect,
    scope,
    ...limitsOf(proposal, createdAtMs),
  }
  const digest = standingDigest(tenant, person.id, proposal)
  const plan: StandingPlan = { ...said, digest, state: 'live', createdAtMs }
  const { receipts } = await parts.commit(tenant, async (tx) => {
    const signed = await countersignatureOf(parts, tx, { person, digest, effect, assertion })
    await parts.standings.put(tx, { ...plan, ...signed?.data })
    const entry = signedDraft(parts, plan, certificate, { ...said, proposal })
    const data = { ...entry.data, ...signed?.data }
    const payloads = { ...entry.payloads, ...signed?.payloads }
    return { value: undefined, entries: [{ ...entry, data, payloads }] }
  })
  return { value: plan, receipts }
}

function placesOf({ environments, targets }: JsonObject): Omit<StandingScope, 'agents'> {
  const places = listOf('environments', environments)
  if (!places.every((each) => ENVIRONMENTS.includes(each)))
    throw wrong('environments', `each is one of: ${ENVIRONMENTS.join(', ')}`)
  const bounds = Array.isArray(targets) ? targets : []
  if (bounds.length === 0 || bounds.length > MAX_TARGET_BOUNDS)
    throw wrong('targets', `it lists 1 to ${MAX_TARGET_BOUNDS} bounds`)
  return {
    environments: places,
    targets: bounds.map((each: JsonValue, at: number) => readBound(`targets[${at}]`, each)),
  }
}

function limitsOf(proposal: JsonObject, nowMs: number) {
  const lifetimeS = whole('lifetime_seconds', proposal.lifetime_seconds, 60, MAX_LIFETIME_S)
  return {
    cap: whole('cap', proposal.cap, 1, MAX_CAP),
    windowMs: whole('window_seconds', proposal.window_seconds, 60, DAY_S) * 1000,
    samplePercent: whole('sample_percent', proposal.sample_percent, 1, 100),
    expiresAtMs: nowMs + lifetimeS * 1000,
  }
}

function signedDraft(
  { nextId, clock }: Parts,
  plan: StandingPlan,
  certificate: string | undefined,
  said: unknown,
): EntryDraft {
  const { id, digest, owner, role, action, effect, cap, windowMs, samplePercent } = plan
  return draft(
    { nextId, nowMs: clock.nowMs },
    'standing.signed',
    { kind: 'person', id: owner },
    {
      data: {
        standing: id,
        digest,
        person: owner,
        role,
        action,
        effect,
        cap,
        window_ms: windowMs,
        sample_percent: samplePercent,
        expires: plan.expiresAtMs,
        ...(certificate === undefined ? {} : { certificate }),
      },
      payloads: { statement: jsonPayload(said, 'operational') },
    },
  )
}

/** The worst any reviewed tool makes of the action. Throws `standing_floor` naming the floors it stands on. */
async function safeEffect(parts: Parts, tenant: string, action: string): Promise<Effect> {
  const classes = (await parts.tools.list(tenant))
    .filter(({ status }) => status === 'approved')
    .flatMap(({ reviewed }) => (reviewed === undefined ? [] : classesOf(reviewed)))
    .filter(({ verb, target }: Classification) => `${verb}:${target.kind}` === action)
  if (classes.length === 0)
    throw new Failure('standing_floor', `unclassified: no reviewed tool does ${action}`)
  const floors = [...new Set(classes.flatMap(floorsOf))].sort()
  if (floors.length > 0)
    throw new Failure('standing_floor', `${floors.join(', ')}: ${action} is never pre-authorised`)
  return classes.map(({ effect }) => effect).reduce(worstEffect)
}

/** The one role that owns the class in all of the environments. */
async function ownerOf(
  parts: Parts,
  tenant: string,
  action: string,
  effect: Effect,
  environments: readonly string[],
): Promise<Role> {
  const { policy = 0 } = await parts.facts.revisions.read(tenant, ['policy'])
  const bundle = await parts.bundleAt(tenant, policy)
  if (bundle === undefined) throw new Failure('policy_missing', 'no policy bundle is active')
  const roles = new Set(environments.map((each) => bundle.ownerRole(action, effect, each, [])))
  const [role, ...others] = [...roles]
  if (role === undefined || others.length > 0)
    throw wrong('environments', 'different roles own the class there; sign one plan for each')
  return role
}

async function requireSigner(
  parts: Parts,
  { tenant, id }: Person,
  role: Role,
  classes: readonly string[],
  agentOwners: readonly string[],
): Promise<string | undefined> {
  const nowMs = parts.clock.nowMs()
  const [person, onDuty, certificates] = await Promise.all([
    parts.people.byId(tenant, id),
    parts.roster.onDuty(tenant, nowMs),
    parts.people.certificates(tenant, id),
  ])
  if (person === undefined) throw new Failure('not_permitted', 'the person is not registered')
  const unrecorded = await readUnrecorded(parts, tenant, [person], certificates)
  const held = { onDuty, certificates, unrecorded }
  const fault = signerFault({ person, role, classes, ...held, agentOwners, nowMs })
  if (fault !== undefined) throw new Failure('not_eligible', `${fault}: ${role} owns this class`)
  return certificates.find(
    ({ id: one, actionClass, expiresAtMs }) =>
      classes.includes(actionClass) && expiresAtMs > nowMs && !unrecorded.includes(one),
  )?.id
}

/** The least a use of the plan could be must be within the role; how critical a target is, each use tests anew. */
async function requireReach(
  parts: Parts,
  tenant: string,
  role: Role,
  effect: Effect,
  environments: readonly string[],
): Promise<void> {
  const limit = limitFor(await parts.roleLimits(tenant), role)
  const least = { criticality: 0, targets: 1, environments, severity: 4 }
  if (exceeds({ effect, risk: least }, limit))
    throw new Failure(
      'not_eligible',
      `limit: ${effect} in ${environments.join(', ')} is beyond a ${role}`,
    )
}

async function agentsOf(parts: Parts, tenant: string, names: readonly string[]) {
  const known = await parts.facts.agents.list(tenant)
  return names.map((name) => {
    const found = known.find((agent) => agent.id === name || agent.name === name)
    if (found === undefined) throw wrong('agents', 'there is no such agent')
    return found
  })
}

function textOf(place: string, value: JsonValue | undefined): string {
  if (typeof value !== 'string' || value === '') throw wrong(place, 'it is not a text')
  return value
}

function listOf(place: string, value: JsonValue | undefined): readonly string[] {
  if (
    !Array.isArray(value) ||
    value.length === 0 ||
    !value.every((each) => typeof each === 'string')
  )
    throw wrong(place, 'it is a list of at least one text')
  return value as readonly string[]
}

function whole(place: string, value: JsonValue | undefined, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max)
    throw wrong(place, `it is a whole number from ${min} to ${max}`)
  return value
}
