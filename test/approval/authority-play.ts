/** One play: every step is done to the real thing, told to the model, and both are compared afterwards. */
import { expect } from 'vitest'
import type { DecisionInput } from '../../src/command/decision-ports.ts'
import { delegate, endDelegation } from '../../src/command/delegate.ts'
import { clearSuspect, markSuspect } from '../../src/command/mark-suspect.ts'
import { changePerson } from '../../src/command/register-person.ts'
import { revokePasskey } from '../../src/command/revoke-passkey.ts'
import { Failure } from '../../src/kernel/failure.ts'
import { endWord, isWorth, soulOf, WHO, type Who } from './authority-model.ts'
import { agree, followDecision, followOwnership } from './authority-oracle.ts'
import * as questions from './authority-questions.ts'
import type { Play } from './authority-world.ts'
import * as real from './authority-world.ts'

const KEPT_MS = 300_000
const EMERGENCY_MS = 300_000

/** What the product refuses with a code is an answer; everything else is a fault. */
export async function tried<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'internal') throw error
    return undefined
  }
}

export async function decide(play: Play, verb: Verb, who: Who, at: number): Promise<void> {
  const { world, ids } = play
  const input = await real.decisionOf(world, who, ids[at] ?? '')
  const outcome = await tried(() => verbOf(world, verb)(input))
  if (outcome === undefined) return
  play.seen.add(outcome.kind === 'released' ? verb : outcome.kind)
  if (outcome.kind === 'taken-over') await followOwnership(play, who, at)
  await followDecision(play, outcome.kind, who, at, verb === 'emergency' ? EMERGENCY_MS : undefined)
}

export const VERBS = [
  'approve',
  'deny',
  'takeOver',
  'acknowledge',
  'escalate',
  'emergency',
] as const
export type Verb = (typeof VERBS)[number]

function verbOf({ decisions }: real.World, verb: Verb) {
  if (verb === 'acknowledge') return (input: DecisionInput) => decisions.acknowledge(input)
  return verb === 'emergency' ? decisions.releaseInEmergency : decisions[verb]
}

export async function decideBoth(play: Play, verdict: 'approve' | 'deny', who: Who): Promise<void> {
  const outcome = await tried(() => real.decideBoth(play.world, who, play.ids, verdict))
  if (outcome === undefined) return
  play.seen.add(`group-${verdict}`)
  const kinds = outcome.decided.map(({ kind }) => kind)
  expect(kinds, 'all of a group, or none of it').not.toContain('advised')
  for (const { kind, request } of outcome.decided)
    await followDecision(play, kind, who, play.ids.indexOf(request.id))
}

/** The person changes the arguments, and the agent calls again with them. */
export async function modify(play: Play, who: Who, at: number): Promise<void> {
  const { world, model, ids, setting } = play
  const input = await real.decisionOf(world, who, ids[at] ?? '')
  const changed = { ...input, arguments: { id: `${ids[at]} changed` } }
  const outcome = await tried(() => world.decisions.modify(changed))
  if (outcome === undefined) return
  play.seen.add('modified')
  await followOwnership(play, who, at, 'changing')
  const { suggestedFingerprint: fingerprint } = outcome.request
  expect(outcome.request).toMatchObject({ state: 'cancelled', reasonCode: 'modified' })
  expect(fingerprint).toBeDefined()
  if (fingerprint === undefined) return
  ids[at] = await questions.ask(world, { ...questions.askedIn(world, setting), fingerprint })
  model.questions[at] = { ...questions.questionOf(setting, model.nowMs), modifiedBy: who }
}

export async function askAgent(play: Play, who: Who, at: number): Promise<void> {
  const { world, ids } = play
  const [tenant, requestId] = [world.tenant, ids[at] ?? '']
  const person = await real.personOf(world, who)
  const question = 'which log says so?'
  await tried(() => world.decisions.ask({ tenant, person, requestId, question }))
  const open = await world.deps.questions.ofRequest(tenant, requestId)
  for (const { id } of open) await tried(() => questions.answer(world, requestId, id))
  if (open.length > 0) play.seen.add('asked')
}

export async function lend({ world, model, seen }: Play, from: Who, to: Who): Promise<void> {
  const person = await real.personOf(world, from)
  const [role] = soulOf(model, from).roles
  if (role === undefined) return
  const [fromMs, toMs] = [model.nowMs, model.nowMs + KEPT_MS]
  const what = { role, classes: ['contain'], fromMs, toMs, reason: 'I am away' }
  const lent = { tenant: world.tenant, person, delegate: real.idOf(world, to), ...what }
  const done = await tried(() => delegate(world.deps, lent))
  if (done === undefined) return
  seen.add('lent')
  model.loans.push({ id: done.delegation.id, from, to, role, untilMs: toMs })
}

export async function takeBack({ world, model }: Play, from: Who): Promise<void> {
  const { tenant } = world
  const by = { kind: 'person', person: await real.personOf(world, from) } as const
  for (const loan of model.loans.filter((one) => one.from === from)) {
    const ended = await tried(() =>
      endDelegation(world.deps, { tenant, by, delegationId: loan.id }),
    )
    if (ended !== undefined) loan.untilMs = 0
  }
}

/** Suspends an active person, and takes a suspended one back. */
export async function suspend({ world, model }: Play, who: Who): Promise<void> {
  const soul = soulOf(model, who)
  const state = soul.isSuspended ? 'active' : 'suspended'
  const [tenant, personId] = [world.tenant, real.idOf(world, who)]
  await changePerson(world.deps, { tenant, by: real.SYSTEM, personId, state })
  soul.isSuspended = !soul.isSuspended
  if (!soul.isSuspended) return
  endWord(model, who)
  for (const loan of model.loans.filter(({ from, to }) => from === who || to === who))
    loan.untilMs = 0
}

/** Marks somebody as suspect in the case, or clears the mark. */
export async function suspect({ world, model }: Play, by: Who, who: Who): Promise<void> {
  const soul = soulOf(model, who)
  const { tenant, caseId, deps } = world
  const change = soul.isSuspect ? clearSuspect : markSuspect
  const input = { tenant, by: await real.personOf(world, by), caseId, reason: 'seen there' }
  const done = await tried(() => change(deps, { ...input, person: real.idOf(world, who) }))
  if (done !== undefined) soul.isSuspect = !soul.isSuspect
}

/** Their key is gone: what it signed and did not run is worth nothing, what waits on it starts again. */
export async function revokeKey({ world, model, seen }: Play, who: Who): Promise<void> {
  const soul = soulOf(model, who)
  const person = await real.personOf(world, who)
  const by = { kind: 'person', person } as const
  const keys = await world.deps.passkeys.list(world.tenant, person.id)
  const active = keys.find(({ state }) => state === 'active')
  if (active === undefined) return
  const lost = { by, passkeyId: active.id, reason: 'lost' } as const
  if ((await tried(() => revokePasskey(world.deps, lost))) === undefined) return
  seen.add('revoked')
  soul.hasKey = false
  endWord(model, who)
  for (const question of model.questions)
    if (question.state === 'pending' && question.signed.has(who)) question.state = 'cancelled'
}

/** The agent of one question is stopped, and may go on. */
export async function stop({ world, model, ids, seen }: Play, who: Who, at: number): Promise<void> {
  const { tenant, stops } = world
  const person = await real.personOf(world, who)
  const { agent } = await real.requestOf(world, ids[at] ?? '')
  const wish = { tenant, person, scope: 'agent', subject: agent, reason: 'wrong host' } as const
  const pressed = await tried(() => stops.press(wish))
  if (pressed === undefined) return
  seen.add('stopped')
  const question = model.questions[at]
  if (question?.state === 'pending') question.state = 'cancelled'
  if (question?.yes !== undefined) question.yes.isOver = true
  const again = { tenant, person, stopId: pressed.stop.id, reason: 'it was the right one' }
  await tried(() => stops.release(again))
}

export async function withdraw({ world, model, ids }: Play, at: number): Promise<void> {
  const { agent, task, tenant, id } = await real.requestOf(world, ids[at] ?? '')
  const by = { kind: 'agent', id: agent, task } as const
  const done = await tried(() =>
    world.decisions.withdraw({ tenant, by, requestId: id, reason: '' }),
  )
  const question = model.questions[at]
  if (done !== undefined && question !== undefined) question.state = 'cancelled'
}

/** A yes is worth exactly one call, whoever asks how often. */
export async function use({ world, model, ids, seen }: Play, at: number): Promise<void> {
  const yes = model.questions[at]?.yes
  const worth = isWorth(model, yes) ? 1 : 0
  expect(await questions.useTwice(world, ids[at] ?? ''), 'calls one yes released').toBe(worth)
  if (worth === 1) seen.add('used')
  if (yes !== undefined) yes.isOver = true
}

export async function wait({ world, model }: Play, ms: number): Promise<void> {
  world.fresh.clock.advance(ms)
  model.nowMs = world.fresh.clock.nowMs()
}

export async function sweep(play: Play): Promise<void> {
  await questions.sweepWorld(play.world)
  for (const question of play.model.questions) {
    if (question.state === 'pending' && question.endsAtMs <= play.model.nowMs)
      question.state = 'expired'
  }
  await agree(play)
}

/** Whoever lost a key enrols another, and somebody vouches for it. */
export async function enrolAgain({ world, model }: Play): Promise<void> {
  for (const who of WHO) {
    if (soulOf(model, who).hasKey) continue
    await real.newKey(world, who)
    soulOf(model, who).hasKey = true
  }
}
