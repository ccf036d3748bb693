/**
 * The smallest real thing in which people decide: the commands on an embedded store, four people and what they hold.
 * Faces and enforcement are left out; a call that would be made is the claim on its grant that a dispatch makes.
 */
import { assert, challengeOf, placeOf } from '../../range/practice-passkey.ts'
import { openPasskeys } from '../../src/adapters/open-passkeys.ts'
import { CONSEQUENCES } from '../../src/approval/consequences.ts'
import { bindGroup } from '../../src/approval/group.ts'
import type { ApprovalRequest } from '../../src/approval/request.ts'
import { makeDecisionCommands } from '../../src/command/decision-commands.ts'
import type { DecisionInput } from '../../src/command/decision-ports.ts'
import { endSignedWith } from '../../src/command/end-signed.ts'
import { putCase } from '../../src/command/put-case.ts'
import { putCertificate } from '../../src/command/put-certificate.ts'
import { putShift } from '../../src/command/put-shift.ts'
import { registerPerson } from '../../src/command/register-person.ts'
import { makeStopCommands } from '../../src/command/stop.ts'
import { type Person, ROLES } from '../../src/identity/person.ts'
import { digestToSign } from '../../src/ledger/sign-again.ts'
import { giveKey, keyOf } from '../harness/passkeys.ts'
import { type Fresh, seededRandom } from '../harness/stores.ts'
import type { Model, ModelRole, Setting, Who } from './authority-model.ts'

/** How far roles reach has tests of its own; here nothing is beyond them. */
const FAR = ROLES.map(
  (role) => ({ role, upTo: 'destructive', maxCriticality: 5, maxTargets: 25 }) as const,
)
const BASE_URL = 'http://countersign.test'
export const SYSTEM = { kind: 'system', part: 'test' } as const

export type World = Awaited<ReturnType<typeof openWorld>>
/** A world, the model of it, and what happened so far. */
export type Play = {
  readonly world: World
  readonly model: Model
  readonly setting: Setting
  /** Ids of the two questions now, in the order of the model's. */
  readonly ids: string[]
  /** What happened, for the proof that the plays reach what they are about. */
  readonly seen: Set<string>
}

let tenants = 0

/** A tenant of its own in the store, so that many plays share one. */
export async function openWorld(fresh: Fresh, roles: readonly (readonly ModelRole[])[]) {
  const { store, clock, nextId } = fresh
  const tenant = `t${++tenants}`
  const base = { commit: store.commit, revisions: store.revisions, nowMs: clock.nowMs, nextId }
  const keys = openPasskeys({ baseUrl: BASE_URL }, new Uint8Array(32).fill(3), clock)
  const parts = {
    ...store,
    ...base,
    ...keys,
    clock,
    roleLimits: async () => FAR,
    random: seededRandom(5),
  }
  const deps = { ...parts, endSigned: endSignedWith(parts) }
  const by = SYSTEM
  const people: Person[] = []
  for (const [at, held] of roles.entries()) {
    const named = { tenant, by, name: `p${at}`, email: `p${at}@soc.example`, roles: held }
    people.push((await registerPerson(deps, named)).person)
  }
  const about = { externalRef: 'INC-1', title: 'x', state: 'open', severity: 3, tags: [] } as const
  const { record } = await putCase(deps, { tenant, by, ...about, source: 'desk' })
  const world = { fresh, tenant, deps, people, caseId: record.id, keyNumbers: [0, 0, 0, 0] }
  return { ...world, decisions: makeDecisionCommands(deps), stops: makeStopCommands(deps) }
}

export function idOf({ people }: Pick<World, 'people'>, who: Who): string {
  const person = people[who]
  if (person === undefined) throw new Error(`nobody is number ${who}`)
  return person.id
}

/** The person as a face reads them from the books before each verb. */
export async function personOf(world: World, who: Who): Promise<Person> {
  const person = await world.deps.people.byId(world.tenant, idOf(world, who))
  if (person === undefined) throw new Error('a person is gone')
  return person
}

export async function comeOnDuty(world: World, who: Who, forMs: number): Promise<void> {
  const { roles, id } = await personOf(world, who)
  const fromMs = world.fresh.clock.nowMs()
  const hours = { person: id, fromMs, toMs: fromMs + forMs, precedence: who, source: 'plan' }
  for (const role of roles)
    await putShift(world.deps, { tenant: world.tenant, by: SYSTEM, role, ...hours })
}

export async function certify(world: World, who: Who, forMs: number): Promise<void> {
  const { tenant, fresh, deps } = world
  const expiresAtMs = fresh.clock.nowMs() + forMs
  const trained = { person: idOf(world, who), actionClass: 'contain', issuer: 'academy' }
  await putCertificate(deps, { tenant, by: SYSTEM, ...trained, expiresAtMs })
}

/** A key after the last one: another device, vouched for. */
export async function newKey(world: World, who: Who): Promise<void> {
  const { fresh } = world
  const number = (world.keyNumbers[who] ?? 0) + 1
  world.keyNumbers[who] = number
  const nowMs = fresh.clock.nowMs
  const parts = { store: fresh.store, nextId: fresh.nextId, nowMs, baseUrl: BASE_URL }
  const person = await personOf(world, who)
  await giveKey(parts, person, keyOf({ id: `${person.id}/${number}` }))
}

function signature(world: World, who: Who, digest: string) {
  const key = keyOf({ id: `${idOf(world, who)}/${world.keyNumbers[who]}` })
  const { id, response } = assert(key, challengeOf(digest), placeOf(BASE_URL))
  return { id, ...response }
}

/** What a decision of the person on the request carries, signed. */
export async function decisionOf(world: World, who: Who, id: string): Promise<DecisionInput> {
  const { actionDigest } = await requestOf(world, id)
  const again = await timesSigned(world, who, id)
  return {
    tenant: world.tenant,
    person: await personOf(world, who),
    requestId: id,
    seenDigest: actionDigest,
    reason: 'it has to be',
    acknowledged: CONSEQUENCES,
    assertion: signature(world, who, digestToSign(actionDigest, again)),
  }
}

function timesSigned(world: World, who: Who, id: string): Promise<number> {
  return world.deps.approvals.timesSignedBy(world.tenant, id, idOf(world, who))
}

/** Both requests in one signed decision. */
export async function decideBoth(
  world: World,
  who: Who,
  ids: readonly string[],
  verdict: 'approve' | 'deny',
) {
  const asked = await Promise.all(ids.map((id) => requestOf(world, id)))
  const memberOf = async ({ id, actionDigest }: ApprovalRequest) => ({
    request: id,
    actionDigest,
    again: await timesSigned(world, who, id),
    targets: TARGETS,
  })
  const members = await Promise.all(asked.map(memberOf))
  const { digest } = bindGroup({ tenant: world.tenant, verdict, members, excluded: [] })
  return world.decisions.group({
    tenant: world.tenant,
    person: await personOf(world, who),
    verdict,
    members: asked.map(({ id, actionDigest }) => ({ requestId: id, seenDigest: actionDigest })),
    excluded: [],
    seenDigest: digest,
    reason: 'one campaign',
    acknowledged: CONSEQUENCES,
    assertion: signature(world, who, digest),
  })
}

export const TARGETS = [{ kind: 'ipv4_net', id: '192.0.2.7' }]

export async function requestOf({ deps, tenant }: World, id: string): Promise<ApprovalRequest> {
  const request = await deps.approvals.byId(tenant, id)
  if (request === undefined) throw new Error('a request is gone')
  return request
}
