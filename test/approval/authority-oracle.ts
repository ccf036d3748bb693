/** What must hold after each step: judged by the model, read from the store. */
import { expect } from 'vitest'
import {
  hasRole,
  isFit,
  isPresent,
  mayAnswer,
  maySign,
  soulOf,
  WHO,
  type Who,
  waysToRelease,
} from './authority-model.ts'
import { idOf, type Play, requestOf } from './authority-world.ts'

const YES_MS = 600_000

/** Tells the model what a decision did, after asking it whether that may have happened. */
export async function followDecision(
  play: Play,
  kind: string,
  who: Who,
  at: number,
  emergencyMs?: number,
): Promise<void> {
  const { model } = play
  const question = model.questions[at]
  if (question === undefined) throw new Error('a decision on no question')
  if (kind === 'denied') question.state = 'denied'
  if (kind !== 'co-signed' && kind !== 'released') return
  await followClimb(play, at)
  expect(question.state, 'a decision on what has ended').toBe('pending')
  expect(question.endsAtMs, 'a yes after the end').toBeGreaterThan(model.nowMs)
  expect(soulOf(model, who).hasKey, 'a yes without a key').toBe(true)
  if (emergencyMs !== undefined) expectAlone(play, who, at)
  else await expectEntitled(play, who, at)
  if (kind === 'co-signed') return
  const people = emergencyMs === undefined ? [...question.signed.keys()] : [who]
  if (emergencyMs === undefined) {
    const met = new Set(question.signed.values())
    expect(met, 'every need is met').toEqual(new Set(question.needs.map(({ role }) => role)))
    expect(people.length, 'by different people').toBe(question.needs.length)
    expect(people, 'and not by whoever changed it alone').not.toEqual([question.modifiedBy])
  }
  question.state = 'approved'
  const untilMs = model.nowMs + (emergencyMs ?? YES_MS)
  question.yes = { people, untilMs, isOver: false }
}

/** The signature that was just counted is one the person was entitled to give. */
async function expectEntitled(play: Play, who: Who, at: number): Promise<void> {
  const { world, model, ids } = play
  const question = model.questions[at]
  const id = ids[at] ?? ''
  if (question === undefined) return
  expect(question.signed.has(who), 'the same person again').toBe(false)
  const signatures = await world.deps.approvals.signaturesOf(world.tenant, id)
  const given = signatures.find(({ person }) => person === idOf(world, who))
  const need = question.needs.findIndex(({ role }) => role === given?.role)
  const [named, role] = [question.needs[need], given?.heldAs ?? given?.role ?? '']
  if (named === undefined) throw new Error('a yes towards no need')
  expect([...question.signed.values()], 'a need that was met').not.toContain(named.role)
  expect(need === 0 ? mayAnswer(question) : [named.role]).toContain(role)
  expect(maySign(model, question, who, need, role), `${who} may sign as ${role}`).toBe(true)
  if (need === 0 && named.strength !== 'confirm')
    expect((await requestOf(world, id)).owner, 'the yes of the owner').toBe(idOf(world, who))
  question.signed.set(who, named.role)
}

/** Nobody releases alone while others could, unless all of them were asked in vain for half of the time. */
function expectAlone({ model }: Play, who: Who, at: number): void {
  const question = model.questions[at]
  if (question === undefined) return
  expect(isPresent(model, who), 'alone, and there').toBe(true)
  if (model.nowMs >= question.halfAtMs) return
  const others = { ...question, signed: new Map(question.signed) }
  const ways = mayAnswer(question).flatMap((role) => waysToRelease(model, others, role))
  // Whoever signed is not asked again, so a way in which a signer becomes the owner is none of those tried here.
  const fresh = ways.filter(([owner]) => owner !== undefined && !isCoSigner(question, owner))
  expect(fresh, 'somebody entitled could be reached').toEqual([])
}

/** Whoever became the owner may have signed beside the one before; as the owner they meet that need no more. */
async function followClimb({ world, model, ids }: Play, at: number): Promise<void> {
  const question = model.questions[at]
  const { owner } = await requestOf(world, ids[at] ?? '')
  const who = WHO.find((one) => idOf(world, one) === owner)
  if (question?.state !== 'pending' || who === question.owner) return
  question.owner = who
  if (who !== undefined && isCoSigner(question, who)) question.signed.delete(who)
}

function isCoSigner(question: Play['model']['questions'][number], who: Who): boolean {
  const signed = question.signed.get(who)
  return signed !== undefined && signed !== question.needs[0]?.role
}

/** Whoever makes it theirs could answer for it; what they signed beside the owner counts no more. */
export async function followOwnership(
  { model }: Play,
  who: Who,
  at: number,
  why: 'owning' | 'changing' = 'owning',
): Promise<void> {
  const question = model.questions[at]
  if (question === undefined) return
  const roles = mayAnswer(question)
  const could =
    why === 'owning'
      ? roles.some((role) => maySign(model, question, who, 0, role))
      : isFit(model, who) && roles.some((role) => hasRole(model, who, role))
  expect(could, `${why} by somebody who could`).toBe(true)
  if (why === 'owning') question.signed.delete(who)
}

/** The store says of every question what the model says, and no more. */
export async function agree(play: Play): Promise<void> {
  const { world, model, ids } = play
  for (const [at, question] of model.questions.entries()) {
    await followClimb(play, at)
    const id = ids[at] ?? ''
    const request = await requestOf(world, id)
    expect(request.state, `state of question ${at}`).toBe(question.state)
    const signatures = await world.deps.approvals.signaturesOf(world.tenant, id)
    const signed = signatures.map(({ person, role }) => [personNumber(world, person), role])
    expect(new Map(signed as [Who, string][])).toEqual(question.signed)
    const grant = await world.deps.approvals.grantOf(world.tenant, id)
    expect(grant === undefined, 'a grant without a yes').toBe(question.yes === undefined)
    const people = question.yes?.people.map((who) => idOf(world, who))
    if (grant !== undefined) expect(new Set(grant.people)).toEqual(new Set(people))
  }
}

function personNumber(world: Play['world'], person: string): Who | undefined {
  return WHO.find((who) => idOf(world, who) === person)
}
