/** What can happen, drawn at random: a setting, and any sequence of steps. */
import fc from 'fast-check'
import {
  type ModelRole,
  type Question,
  type Setting,
  soulOf,
  WHO,
  type Who,
} from './authority-model.ts'
import { agree } from './authority-oracle.ts'
import * as plays from './authority-play.ts'
import * as questions from './authority-questions.ts'
import type { Play } from './authority-world.ts'
import * as real from './authority-world.ts'

const ROLES = ['shift-lead', 'incident-commander', 'analyst'] as const
const MINUTE_MS = 60_000
const LATER = [0, 5 * MINUTE_MS, 60 * MINUTE_MS, 60 * MINUTE_MS] as const

export type Step = { readonly who: Who | 'owner'; readonly other: Who; readonly at: 0 | 1 } & (
  | { readonly do: plays.Verb | 'approve-both' | 'deny-both' }
  | { readonly do: (typeof OTHERS)[number] }
  | { readonly do: 'wait'; readonly minutes: number }
)

const OTHERS = [
  'modify',
  'ask',
  'lend',
  'take-back',
  'suspend',
  'suspect',
  'revoke-key',
  'new-key',
  'stop',
  'withdraw',
  'use',
  'certify',
  'duty',
  'sweep',
] as const

const person = fc.record({
  roles: fc.subarray<ModelRole>([...ROLES], { minLength: 1, maxLength: 2 }),
  onDutyMs: fc.constantFrom(...LATER),
  certifiedMs: fc.constantFrom(...LATER),
})

export const setting: fc.Arbitrary<Setting> = fc.record({
  people: fc.array(person, { minLength: 4, maxLength: 4 }),
  needs: fc.constantFrom<Question['needs']>(
    [{ role: 'shift-lead', strength: 'approve' }],
    [{ role: 'analyst', strength: 'confirm' }],
    [
      { role: 'incident-commander', strength: 'dual' },
      { role: 'shift-lead', strength: 'dual' },
    ],
  ),
  isIrreversible: fc.boolean(),
})

const place = {
  who: fc.constantFrom<Who | 'owner'>('owner', 'owner', ...WHO),
  other: fc.constantFrom(...WHO),
  at: fc.constantFrom<0 | 1>(0, 0, 1),
}

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('approve' as const), ...place }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('takeOver' as const), ...place }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom(...plays.VERBS), ...place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('approve-both' as const, 'deny-both' as const),
      ...place,
    }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constantFrom(...OTHERS), ...place }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.nat(6), ...place }),
  },
)

export async function applyAll(play: Play, steps: readonly Step[]): Promise<void> {
  for (const one of steps) {
    await apply(play, one)
    await agree(play)
  }
}

async function apply(play: Play, one: Step): Promise<void> {
  const { other, at } = one
  const who =
    one.who === 'owner' ? await questions.ownerOf(play.world, play.ids[at] ?? '') : one.who
  switch (one.do) {
    case 'wait':
      return plays.wait(play, one.minutes * MINUTE_MS)
    case 'approve-both':
      return plays.decideBoth(play, 'approve', who)
    case 'deny-both':
      return plays.decideBoth(play, 'deny', who)
    case 'modify':
      return plays.modify(play, who, at)
    case 'ask':
      return plays.askAgent(play, who, at)
    case 'lend':
      return plays.lend(play, who, other)
    case 'take-back':
      return plays.takeBack(play, who)
    case 'suspend':
      return plays.suspend(play, who)
    case 'suspect':
      return plays.suspect(play, other, who)
    case 'revoke-key':
      return plays.revokeKey(play, who)
    case 'new-key':
      return plays.enrolAgain(play)
    case 'stop':
      return plays.stop(play, who, at)
    case 'withdraw':
      return plays.withdraw(play, at)
    case 'use':
      return plays.use(play, at)
    case 'certify':
      return certify(play, who)
    case 'duty':
      return comeOnDuty(play, who)
    case 'sweep':
      return plays.sweep(play)
    default:
      return plays.decide(play, one.do, who, at)
  }
}

async function certify({ world, model }: Play, who: Who): Promise<void> {
  const forMs = 10 * MINUTE_MS
  await real.certify(world, who, forMs)
  const soul = soulOf(model, who)
  soul.certifiedUntilMs = Math.max(soul.certifiedUntilMs, model.nowMs + forMs)
}

async function comeOnDuty({ world, model }: Play, who: Who): Promise<void> {
  const forMs = 10 * MINUTE_MS
  await real.comeOnDuty(world, who, forMs)
  const soul = soulOf(model, who)
  soul.onDutyUntilMs = Math.max(soul.onDutyUntilMs, model.nowMs + forMs)
}

export async function openPlay(fresh: real.World['fresh'], chosen: Setting): Promise<Play> {
  const roles = chosen.people.map((one) => one.roles)
  const world = await real.openWorld(fresh, roles)
  const nowMs = fresh.clock.nowMs()
  for (const who of WHO) {
    const { onDutyMs = 0, certifiedMs = 0 } = chosen.people[who] ?? {}
    if (onDutyMs > 0) await real.comeOnDuty(world, who, onDutyMs)
    if (certifiedMs > 0) await real.certify(world, who, certifiedMs)
    await real.newKey(world, who)
  }
  const souls = chosen.people.map(({ roles: held, onDutyMs, certifiedMs }) => ({
    roles: held,
    isSuspended: false,
    isSuspect: false,
    onDutyUntilMs: nowMs + onDutyMs,
    certifiedUntilMs: nowMs + certifiedMs,
    hasKey: true,
  }))
  const asked = () => questions.ask(world, questions.askedIn(world, chosen))
  const ids = [await asked(), await asked()]
  const open = ids.map(() => questions.questionOf(chosen, nowMs))
  const model = { souls, loans: [], questions: open, nowMs }
  return { world, model, setting: chosen, ids, seen: new Set() }
}
